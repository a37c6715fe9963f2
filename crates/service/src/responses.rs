//! What the API documents say of answers.

use std::collections::BTreeMap;

use utoipa::openapi::{OpenApi, Ref, RefOr, Response, Schema};

use crate::client_credentials::operations;

const SCHEMAS: &str = "#/components/schemas/";

/// Describes each answer of which nothing else is said by what it holds. A description is required (`OpenAPI` 3.1
/// §4.8.17), and there are generators of clients that refuse a document without.
pub(crate) fn describe(document: &mut OpenApi) {
    let schemas = document.components.iter().flat_map(|components| &components.schemas);
    let known: BTreeMap<String, String> = schemas
        .filter_map(|(name, schema)| Some((format!("{SCHEMAS}{name}"), description(schema)?.to_owned())))
        .collect();
    let operations = document.paths.paths.values_mut().flat_map(operations);
    for response in operations.flat_map(|operation| operation.responses.responses.values_mut()) {
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            response.description =
                held(response).and_then(|held| known.get(held)).cloned().unwrap_or_default();
        }
    }
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
