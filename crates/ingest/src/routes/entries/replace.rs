//! Writing a day.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, http::StatusCode, put, web};
use diesel::PgConnection;
use serde::Deserialize;
use tallykeep_database::models::{Entry, Metric};
use tallykeep_domain::{
    AccountId, Bounds, EntryDate, MAX_ENTRY_VALUES, MetricId, MetricName, Note, Rejection,
};
use tallykeep_service::{Authorized, EntryResponse, Json, MetricsWrite, Problem, Problems, run_db_as};
use utoipa::ToSchema;

use super::parse_date;
use crate::{State, routes::json::Members};

/// What a day holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaceEntryRequest {
    /// Values by the name of their metric, at most 200, each within the metric's bounds.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, f64>, example = json!({"mood": 7, "sleep": 8}))]
    values: Members<f64>,
    /// Free text.
    note: Option<String>,
}

/// Writes a day, in place of what it held before. `X-Operation` says whether it was `created` or `updated`.
#[utoipa::path(
    tag = "entries",
    params(("date" = String, Path, format = Date, description = "The day in the account's time zone.")),
    responses(
        (status = 201, body = EntryResponse, description = "The day is new.",
            headers(("X-Operation" = String, description = "`created`"))),
        (status = 200, body = EntryResponse, description = "The day was there already.",
            headers(("X-Operation" = String, description = "`updated`"))),
        Problems
    ),
    security(("bearer" = []))
)]
#[put("/api/v1/entries/{date}")]
pub(crate) async fn replace_entry(
    state: web::Data<State>,
    caller: Authorized<MetricsWrite>,
    path: web::Path<String>,
    body: Json<ReplaceEntryRequest>,
) -> Result<HttpResponse, Problem> {
    let date = parse_date(&path)?;
    let ReplaceEntryRequest { values, note } = body.into_inner();
    let note = note.map(Note::try_from).transpose().map_err(Problem::unprocessable)?;
    let values = parse_values(values)?;
    let account = caller.account;
    let (response, created) = run_db_as(&state.pool, account, move |connection| {
        replace(connection, account, date, note.as_ref(), values)
    })
    .await?;
    let (mut answer, operation) =
        if created { (HttpResponse::Created(), "created") } else { (HttpResponse::Ok(), "updated") };
    Ok(answer.insert_header(("X-Operation", operation)).json(response))
}

fn parse_values(members: Members<f64>) -> Result<BTreeMap<String, f64>, Problem> {
    let count = members.0.len();
    if count > MAX_ENTRY_VALUES {
        let detail = format!("{count} values; an entry takes {MAX_ENTRY_VALUES}");
        return Err(unprocessable("values_too_many", detail));
    }
    let mut values = BTreeMap::new();
    for (name, value) in members.0 {
        // A name that no metric can have must not get as far as the database, which takes no NUL.
        let name = MetricName::try_from(name).map_err(Problem::unprocessable)?;
        if values.insert(name.as_str().to_owned(), value).is_some() {
            return Err(unprocessable("value_duplicate", format!("{:?} is given twice", name.as_str())));
        }
    }
    Ok(values)
}

fn replace(
    connection: &mut PgConnection,
    account: AccountId,
    date: EntryDate,
    note: Option<&Note>,
    values: BTreeMap<String, f64>,
) -> Result<(EntryResponse, bool), Problem> {
    let names: Vec<_> = values.keys().map(String::as_str).collect();
    let metrics = Metric::find_by_names(connection, account, &names)?;
    let metrics: BTreeMap<_, _> = metrics.iter().map(|metric| (metric.name.as_str(), metric)).collect();
    let checked = values.iter().map(|(name, value)| check(name, *value, metrics.get(name.as_str()).copied()));
    let checked: Vec<_> = checked.collect::<Result<_, _>>()?;
    let (entry, created) = Entry::replace(connection, account, date, note.map(Note::as_str), &checked)?;
    Ok((EntryResponse::new(entry, values), created))
}

fn check(name: &str, value: f64, metric: Option<&Metric>) -> Result<(MetricId, f64), Problem> {
    let refuse = |code, detail| unprocessable(code, format!("{name:?}: {detail}"));
    let metric = metric.ok_or_else(|| refuse("metric_not_found", "there is no such metric".to_owned()))?;
    let bounds = Bounds::new(metric.minimum, metric.maximum).map_err(Problem::internal)?;
    bounds.check(value).map_err(|error| refuse(error.code(), error.to_string()))?;
    Ok((metric.id, value))
}

fn unprocessable(code: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}
