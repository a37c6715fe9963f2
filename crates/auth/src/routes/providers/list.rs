//! Which providers people may sign in with.

use actix_web::{get, web};
use serde::Serialize;
use tallykeep_service::Problems;
use utoipa::ToSchema;

use crate::State;

/// The providers that people may sign in with besides the password.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProvidersResponse {
    /// By name.
    items: Vec<ProviderResponse>,
}

/// A provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderResponse {
    /// Its name in addresses.
    #[schema(example = "google")]
    id: String,
    /// Its name for people.
    #[schema(example = "Google")]
    name: String,
}

/// The providers that people may sign in with, so that the page can offer them.
#[utoipa::path(tag = "session", responses((status = 200, body = ProvidersResponse), Problems))]
#[get("/auth/providers")]
pub(crate) async fn list_providers(state: web::Data<State>) -> web::Json<ProvidersResponse> {
    let providers = state.providers.all();
    let items =
        providers.map(|provider| ProviderResponse { id: provider.id.clone(), name: provider.name.clone() });
    web::Json(ProvidersResponse { items: items.collect() })
}
