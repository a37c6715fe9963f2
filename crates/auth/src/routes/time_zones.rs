//! In which time zones accounts count their days, for the other services.

use actix_web::{HttpRequest, get, web};
use tallykeep_service::{Problem, Problems, Query, TimeZonesQuery, TimeZonesResponse};

use crate::{State, routes::introspect::identify_service};

/// The time zone of each account, or of those that came to theirs since the last answer. Only services ask, each with a
/// credential of its own.
#[utoipa::path(
    tag = "internal",
    params(TimeZonesQuery),
    responses((status = 200, body = TimeZonesResponse), Problems),
    security(("bearer" = []))
)]
#[get("/internal/time-zones")]
pub(crate) async fn list_time_zones(
    request: HttpRequest,
    state: web::Data<State>,
    query: Query<TimeZonesQuery>,
) -> Result<web::Json<TimeZonesResponse>, Problem> {
    identify_service(&state, &request)?;
    Ok(web::Json(state.time_zones(query.0).await?))
}
