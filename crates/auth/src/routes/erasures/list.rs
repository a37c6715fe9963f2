//! What a service has yet to erase.

use actix_web::{HttpRequest, get, web};
use tallykeep_service::{ErasuresResponse, Problem, Problems};

use crate::{State, routes::introspect::identify_service};

/// The accounts whose data the service that asks has yet to erase: some of them, the next answer has further ones.
/// Only services ask, each with a credential of its own.
#[utoipa::path(
    tag = "internal",
    responses((status = 200, body = ErasuresResponse), Problems),
    security(("bearer" = []))
)]
#[get("/internal/erasures")]
pub(crate) async fn list_erasures(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<web::Json<ErasuresResponse>, Problem> {
    let service = identify_service(&state, &request)?;
    Ok(web::Json(ErasuresResponse { accounts: state.pending_erasures(service).await? }))
}
