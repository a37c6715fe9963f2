//! What the API documents say in words.

use std::collections::BTreeMap;

use utoipa::openapi::{OpenApi, PathItem, Ref, RefOr, Response, Schema, path::Operation};

const SCHEMAS: &str = "#/components/schemas/";

/// Gives each operation a summary of one sentence, and describes each answer of which nothing else is said by what it
/// holds. A description is required (OpenAPI 3.1 §4.8.17), and there are generators of clients that refuse a document
/// without.
pub(crate) fn describe(document: &mut OpenApi) {
    let schemas = document.components.iter().flat_map(|components| &components.schemas);
    let known: BTreeMap<String, String> = schemas
        .filter_map(|(name, schema)| Some((format!("{SCHEMAS}{name}"), description(schema)?.to_owned())))
        .collect();
    for operation in operations(document) {
        shorten_summary(operation);
        for response in operation.responses.responses.values_mut() {
            let RefOr::T(response) = response else { continue };
            if response.description.is_empty() {
                response.description =
                    held(response).and_then(|held| known.get(held)).cloned().unwrap_or_default();
            }
        }
    }
}

/// Every operation.
pub(crate) fn operations(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().flat_map(|path| {
        let PathItem { get, put, post, delete, patch, head, .. } = path;
        [get, put, post, delete, patch, head].into_iter().flatten()
    })
}

/// Leaves the first sentence in the summary, which is the first paragraph of a comment. The others go before what is said
/// further.
fn shorten_summary(operation: &mut Operation) {
    let Some(paragraph) = operation.summary.take() else { return };
    let paragraph = paragraph.replace('\n', " ");
    let Some((first, others)) = paragraph.split_once(". ") else {
        operation.summary = Some(paragraph);
        return;
    };
    operation.summary = Some(format!("{first}."));
    operation.description = Some(match operation.description.take() {
        Some(further) => format!("{others}\n\n{further}"),
        None => others.to_owned(),
    });
}

fn description(schema: &RefOr<Schema>) -> Option<&str> {
    match schema {
        RefOr::T(Schema::Object(schema)) => schema.description.as_deref(),
        RefOr::T(Schema::AllOf(schema)) => schema.description.as_deref(),
        _ => None,
    }
}

/// What `response` refers to.
fn held(response: &Response) -> Option<&str> {
    let mut contents = response.content.values().filter_map(|content| match content {
        RefOr::T(content) => content.schema.as_ref(),
        RefOr::Ref(_) => None,
    });
    match contents.next() {
        Some(RefOr::Ref(Ref { ref_location, .. })) => Some(ref_location),
        _ => None,
    }
}
