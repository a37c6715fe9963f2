//! Looking at a day.

use actix_web::{get, web};
use diesel::PgConnection;
use tallykeep_database::models::{Entry, EntryValue};
use tallykeep_domain::{AccountId, EntryDate};
use tallykeep_service::{Authorized, EntryResponse, MetricsRead, Problem, Problems, run_db_as};

use super::{entry_not_found, parse_date};
use crate::State;

/// One day.
#[utoipa::path(
    tag = "entries",
    params(("date" = String, Path, format = Date, description = "The day in the account's time zone.")),
    responses((status = 200, body = EntryResponse), Problems),
    security(("bearer" = []))
)]
#[get("/api/v1/entries/{date}")]
pub(crate) async fn find_entry(
    state: web::Data<State>,
    caller: Authorized<MetricsRead>,
    path: web::Path<String>,
) -> Result<web::Json<EntryResponse>, Problem> {
    let date = parse_date(&path)?;
    let account = caller.account;
    run_db_as(&state.pool, account, move |connection| find(connection, account, date)).await.map(web::Json)
}

fn find(
    connection: &mut PgConnection,
    account: AccountId,
    date: EntryDate,
) -> Result<EntryResponse, Problem> {
    let entry = Entry::find(connection, account, date)?.ok_or_else(|| entry_not_found(date))?;
    let values = EntryValue::list(connection, account, date, date)?;
    Ok(EntryResponse::new(entry, values.into_iter().map(|value| (value.metric, value.value)).collect()))
}
