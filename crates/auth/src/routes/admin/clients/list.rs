//! All applications.

use actix_web::{get, web};
use serde::Serialize;
use tallykeep_database::{as_operator, models::Client};
use tallykeep_service::{Problem, Problems, run_db};
use utoipa::ToSchema;

use super::ClientResponse;
use crate::{State, session::Administrator};

/// All applications.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClientsResponse {
    /// Oldest first.
    items: Vec<ClientResponse>,
}

/// All applications. Only an administrator may ask.
#[utoipa::path(
    tag = "administration",
    responses((status = 200, body = ClientsResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/admin/clients")]
pub(crate) async fn list_clients(
    state: web::Data<State>,
    _: Administrator,
) -> Result<web::Json<ClientsResponse>, Problem> {
    let clients = run_db(&state.pool, |connection| as_operator(connection, Client::list)).await?;
    Ok(web::Json(ClientsResponse { items: clients.into_iter().map(Into::into).collect() }))
}
