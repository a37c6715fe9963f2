//! Removing a day.

use actix_web::{HttpResponse, delete, web};
use tallykeep_database::models::Entry;
use tallykeep_service::{Authorized, MetricsWrite, Problem, Problems, run_db_as};

use super::{entry_not_found, parse_date};
use crate::State;

/// Removes a day with its values and its note.
#[utoipa::path(
    tag = "entries",
    params(("date" = String, Path, format = Date, description = "The day in the account's time zone.")),
    responses((status = 204, description = "Removed."), Problems),
    security(("bearer" = []))
)]
#[delete("/api/v1/entries/{date}")]
pub(crate) async fn delete_entry(
    state: web::Data<State>,
    caller: Authorized<MetricsWrite>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let date = parse_date(&path)?;
    let account = caller.account;
    let removed =
        run_db_as(&state.pool, account, move |connection| Ok(Entry::delete(connection, account, date)?))
            .await?;
    if removed == 0 { Err(entry_not_found(date)) } else { Ok(HttpResponse::NoContent().finish()) }
}
