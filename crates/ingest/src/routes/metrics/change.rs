//! Changing a metric, and putting it away.

use actix_web::{patch, web};
use diesel::PgConnection;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use tallykeep_database::models::{Metric, MetricChanges};
use tallykeep_domain::{Aggregation, Bounds, MetricId, MetricKind, MetricTitle, Retention, Unit};
use tallykeep_service::{AuthorizedWithin, Json, MetricsWrite, Problem, Problems, run_db_as};
use utoipa::ToSchema;

use super::MetricResponse;
use crate::State;

/// What to change. What is left out stays; `null` empties where that is allowed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeMetricRequest {
    /// What people call it.
    title: Option<String>,
    /// The unit of its values.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    unit: Option<Option<String>>,
    /// What its numbers mean.
    #[schema(value_type = Option<MetricKind>)]
    kind: Option<String>,
    /// How a query combines its samples unless it says otherwise.
    #[schema(value_type = Option<Aggregation>)]
    aggregation: Option<String>,
    /// The least value that an entry may have.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<f64>)]
    minimum: Option<Option<f64>>,
    /// The greatest.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<f64>)]
    maximum: Option<Option<f64>>,
    /// For how many days its samples are kept; `null` for as the account says. What is older goes, and does not come
    /// back.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 36_500)]
    raw_retention_days: Option<Option<i32>>,
    /// For how many days what they amount to hour by hour is kept, at least as many; `null` for as the account says.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 36_500)]
    rollup_retention_days: Option<Option<i32>>,
    /// Whether it is put away: hidden from lists and forms, its samples kept.
    archived: Option<bool>,
}

/// Changes a metric. Its name, by which devices know it, stays.
#[utoipa::path(
    tag = "metrics",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = MetricResponse), Problems),
    security(("bearer" = []))
)]
#[patch("/api/v1/metrics/{id}")]
pub(crate) async fn change_metric(
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsWrite>,
    path: web::Path<String>,
    body: Json<ChangeMetricRequest>,
) -> Result<web::Json<MetricResponse>, Problem> {
    let id: MetricId = path.parse().map_err(Problem::bad_request)?;
    let changes = parse(body.into_inner())?;
    let account = caller.account;
    let metric =
        run_db_as(&state.pool, account, move |connection| change(connection, &caller, id, changes)).await?;
    Ok(web::Json(metric.into()))
}

fn change(
    connection: &mut PgConnection,
    caller: &AuthorizedWithin<MetricsWrite>,
    id: MetricId,
    mut changes: MetricChanges,
) -> Result<Metric, Problem> {
    let account = caller.account;
    let metric =
        Metric::lock(connection, account, id)?.ok_or_else(|| Problem::metric_not_found(&id.to_string()))?;
    caller.refuse_outside(&metric.name)?;
    let minimum = changes.minimum.unwrap_or(metric.minimum);
    let maximum = changes.maximum.unwrap_or(metric.maximum);
    Bounds::new(minimum, maximum).map_err(Problem::unprocessable)?;
    let raw_days = changes.raw_retention_days.unwrap_or(metric.raw_retention_days);
    let rollup_days = changes.rollup_retention_days.unwrap_or(metric.rollup_retention_days);
    Retention::of_metric(raw_days, rollup_days).map_err(Problem::unprocessable)?;
    if metric.archived_at.is_some() && matches!(changes.archived_at, Some(Some(_))) {
        // It stays put away since when it was.
        changes.archived_at = None;
    }
    keep_suitable(&metric, &mut changes)?;
    if changes == MetricChanges::default() {
        return Ok(metric);
    }
    Ok(Metric::change(connection, account, id, &changes)?)
}

/// What the samples are combined by has to mean something for the kind. An aggregation that does not, and that the request
/// does not name, gives way to the usual one of the new kind.
fn keep_suitable(metric: &Metric, changes: &mut MetricChanges) -> Result<(), Problem> {
    if changes.kind.is_none() && changes.aggregation.is_none() {
        return Ok(());
    }
    let kind: MetricKind = changes.kind.unwrap_or(&metric.kind).parse().map_err(Problem::internal)?;
    let word = changes.aggregation.unwrap_or(&metric.aggregation);
    let unsuitable = kind.check(word.parse().map_err(Problem::internal)?);
    match (unsuitable, changes.aggregation) {
        (Ok(()), _) => Ok(()),
        (Err(error), Some(_)) => Err(Problem::unprocessable(error)),
        (Err(_), None) => {
            changes.aggregation = Some(kind.default_aggregation().as_str());
            Ok(())
        }
    }
}

fn parse(body: ChangeMetricRequest) -> Result<MetricChanges, Problem> {
    let title = body.title.map(MetricTitle::try_from).transpose().map_err(Problem::unprocessable)?;
    let unit = body.unit.map(|unit| unit.map(Unit::try_from).transpose()).transpose();
    let kind = body.kind.map(|word| word.parse::<MetricKind>()).transpose();
    let aggregation = body.aggregation.map(|word| word.parse::<Aggregation>()).transpose();
    Ok(MetricChanges {
        title: title.map(Into::into),
        unit: unit.map_err(Problem::unprocessable)?.map(|unit| unit.map(Into::into)),
        kind: kind.map_err(Problem::unprocessable)?.map(MetricKind::as_str),
        aggregation: aggregation.map_err(Problem::unprocessable)?.map(Aggregation::as_str),
        minimum: body.minimum,
        maximum: body.maximum,
        raw_retention_days: body.raw_retention_days,
        rollup_retention_days: body.rollup_retention_days,
        archived_at: body.archived.map(|archived| archived.then(|| Timestamp::now().into())),
    })
}

/// Tells `null` from nothing at all.
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
