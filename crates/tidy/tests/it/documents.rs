//! What the API documents say to whoever makes a client from them.

use std::fs;

use serde_json::{Map, Value};

use crate::repository::{assert_none, root};

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// Each operation, with its service and its identifier.
fn operations() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for service in ["auth", "ingest", "query"] {
        let text = fs::read_to_string(root().join(format!("openapi/{service}.json"))).expect(service);
        let document: Value = serde_json::from_str(&text).expect(service);
        for (_, operation) in fields(&document["paths"]).flat_map(|(_, path)| fields(path)) {
            let id = operation["operationId"].as_str().expect("an operation has an identifier");
            found.push((format!("{service}, {id}"), operation.clone()));
        }
    }
    found
}

#[test]
fn every_operation_and_every_answer_is_described() {
    let is_said = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let mut silent = Vec::new();
    for (name, operation) in operations() {
        if !is_said(&operation["summary"]) {
            silent.push(name.clone());
        }
        let answers = fields(&operation["responses"]);
        let undescribed = answers.filter(|(_, answer)| !is_said(&answer["description"]));
        silent.extend(undescribed.map(|(status, _)| format!("{name}, {status}")));
    }
    assert_none(&silent, "An API document says nothing of these.");
}

#[test]
fn a_summary_is_one_sentence() {
    let summaries =
        operations().into_iter().map(|(name, operation)| format!("{name}: {}", operation["summary"]));
    let long: Vec<_> =
        summaries.filter(|summary| summary.contains(". ") || summary.contains("\\n")).collect();
    assert_none(&long, "A summary in an API document says more than one sentence.");
}

#[test]
fn every_body_has_a_schema_that_says_something() {
    let mut empty = Vec::new();
    for (name, operation) in operations() {
        let answers = fields(&operation["responses"]).map(|(_, answer)| answer);
        let contents = answers.chain([&operation["requestBody"]]).flat_map(|body| fields(&body["content"]));
        let unknown = contents.filter(|(_, content)| fields(&content["schema"]).next().is_none());
        empty.extend(unknown.map(|(media_type, _)| format!("{name}, {media_type}")));
    }
    assert_none(&empty, "By an API document any value would do for these.");
}
