//! A service has erased what it had of an account.

use actix_web::{HttpRequest, HttpResponse, put, web};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Problems};

use crate::{State, routes::introspect::identify_service};

/// Notes that the service that says so has erased all it had of the account. To say so again changes nothing.
#[utoipa::path(
    tag = "internal",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 204, description = "Noted."), Problems),
    security(("bearer" = []))
)]
#[put("/internal/erasures/{id}")]
pub(crate) async fn confirm_erasure(
    request: HttpRequest,
    state: web::Data<State>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let service = identify_service(&state, &request)?;
    let account: AccountId = path.parse().map_err(Problem::bad_request)?;
    state.confirm_erasure(account, service).await?;
    Ok(HttpResponse::NoContent().finish())
}
