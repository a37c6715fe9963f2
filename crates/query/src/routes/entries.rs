//! Listing entries.

use std::collections::BTreeMap;

use actix_web::{get, http::StatusCode, web};
use diesel::PgConnection;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tallykeep_database::models::{Entry, EntryValue};
use tallykeep_domain::{AccountId, EntryDate};
use tallykeep_service::{
    Authorized, EntryResponse, MetricsRead, Problem, Problems, Query, given, paging, run_db_as,
};
use utoipa::{IntoParams, ToSchema};

use crate::State;

/// Which entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListEntriesQuery {
    /// The first day.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, format = Date)]
    start: Option<String>,
    /// The last day, itself included.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, format = Date)]
    end: Option<String>,
    /// At most so many; 100 if left out, 1,000 at most.
    #[serde(default, deserialize_with = "given")]
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
    /// Where an earlier page said that it goes on.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, format = Date)]
    cursor: Option<String>,
}

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntriesResponse {
    /// By day.
    items: Vec<EntryResponse>,
    /// Where the next page starts, if there is one.
    next_cursor: Option<String>,
}

/// The account's entries by day.
#[utoipa::path(
    tag = "entries",
    params(ListEntriesQuery),
    responses((status = 200, body = EntriesResponse), Problems),
    security(("bearer" = []))
)]
#[get("/api/v1/entries")]
pub(crate) async fn list_entries(
    state: web::Data<State>,
    caller: Authorized<MetricsRead>,
    query: Query<ListEntriesQuery>,
) -> Result<web::Json<EntriesResponse>, Problem> {
    let query = query.0;
    let limit = paging::parse_limit(query.limit)?;
    let parse = |text: Option<String>, default| {
        text.map_or(Ok(default), |text| text.parse()).map_err(Problem::bad_request)
    };
    let start: EntryDate = parse(query.start, EntryDate::MIN)?;
    let end: EntryDate = parse(query.end, EntryDate::MAX)?;
    if start > end {
        let detail = format!("the range ends ({end}) before it starts ({start})");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "range_empty", detail));
    }
    let start =
        paging::parse_cursor(query.cursor.as_deref())?.map_or(start, |cursor: EntryDate| cursor.max(start));
    let account = caller.account;
    let (items, next) =
        run_db_as(&state.pool, account, move |connection| find(connection, account, start, end, limit))
            .await?;
    Ok(web::Json(EntriesResponse { items, next_cursor: next.map(|date| date.to_string()) }))
}

/// A page, and the day on which the next one starts.
fn find(
    connection: &mut PgConnection,
    account: AccountId,
    start: EntryDate,
    end: EntryDate,
    limit: paging::Limit,
) -> Result<(Vec<EntryResponse>, Option<Date>), Problem> {
    let mut entries = Entry::list(connection, account, start, end, limit.and_one_more())?;
    let next = entries.get(limit.items()).map(|entry| entry.date);
    entries.truncate(limit.items());
    let Some(last) = entries.last() else { return Ok((Vec::new(), None)) };
    let last = EntryDate::try_from(last.date).map_err(Problem::internal)?;
    let mut values: BTreeMap<Date, BTreeMap<String, f64>> = BTreeMap::new();
    for value in EntryValue::list(connection, account, start, last)? {
        values.entry(value.date).or_default().insert(value.metric, value.value);
    }
    let respond = |entry: Entry| {
        let values = values.remove(&entry.date).unwrap_or_default();
        EntryResponse::new(entry, values)
    };
    Ok((entries.into_iter().map(respond).collect(), next))
}
