//! Defining a metric.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use tallykeep_database::{constraint, models::NewMetric, violates};
use tallykeep_domain::{Aggregation, Bounds, MetricId, MetricKind, MetricName, MetricTitle, Retention, Unit};
use tallykeep_service::{AuthorizedWithin, Json, MetricsWrite, Problem, Problems, run_db_as};
use utoipa::ToSchema;

use super::MetricResponse;
use crate::State;

/// A metric to define. What is left out follows from its kind.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateMetricRequest {
    /// What devices and queries call it: 1 to 200 bytes.
    #[schema(min_length = 1, max_length = 200, example = "mood")]
    name: String,
    /// What people call it; its name if left out.
    #[schema(example = "Mood")]
    title: Option<String>,
    /// The unit of its values.
    #[schema(min_length = 1, max_length = 50)]
    unit: Option<String>,
    /// `gauge` if left out.
    #[schema(value_type = Option<MetricKind>, example = "scale")]
    kind: Option<String>,
    /// What suits the kind if left out.
    #[schema(value_type = Option<Aggregation>, example = "avg")]
    aggregation: Option<String>,
    /// The least value that an entry may have. For a scale 0 if both bounds are left out.
    minimum: Option<f64>,
    /// The greatest. For a scale 10 if both bounds are left out.
    maximum: Option<f64>,
    /// For how many days its samples are kept; as the account says if left out.
    #[schema(minimum = 1, maximum = 36_500)]
    raw_retention_days: Option<i32>,
    /// For how many days what they amount to hour by hour is kept, at least as many; as the account says if left out.
    #[schema(minimum = 1, maximum = 36_500)]
    rollup_retention_days: Option<i32>,
}

struct Definition {
    name: MetricName,
    title: String,
    unit: Option<String>,
    kind: MetricKind,
    aggregation: Aggregation,
    bounds: Bounds,
    retention: Retention,
}

/// Defines a metric.
#[utoipa::path(
    tag = "metrics",
    responses((status = 201, body = MetricResponse), Problems),
    security(("bearer" = []))
)]
#[post("/api/v1/metrics")]
pub(crate) async fn create_metric(
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsWrite>,
    body: Json<CreateMetricRequest>,
) -> Result<HttpResponse, Problem> {
    let definition = parse(body.into_inner())?;
    caller.refuse_outside(definition.name.as_str())?;
    let account = caller.account;
    let metric = run_db_as(&state.pool, account, move |connection| {
        let row = NewMetric {
            account_id: account.as_uuid(),
            id: MetricId::generate().as_uuid(),
            name: definition.name.as_str(),
            title: &definition.title,
            unit: definition.unit.as_deref(),
            kind: definition.kind.as_str(),
            aggregation: definition.aggregation.as_str(),
            minimum: definition.bounds.minimum(),
            maximum: definition.bounds.maximum(),
            raw_retention_days: definition.retention.raw_days(),
            rollup_retention_days: definition.retention.rollup_days(),
        };
        row.insert(connection).map_err(|error| refuse_taken(error, &definition.name))
    })
    .await?;
    Ok(HttpResponse::Created().json(MetricResponse::from(metric)))
}

fn parse(body: CreateMetricRequest) -> Result<Definition, Problem> {
    let name: MetricName = body.name.try_into().map_err(Problem::unprocessable)?;
    let title = body.title.unwrap_or_else(|| name.as_str().to_owned());
    let title = MetricTitle::try_from(title).map_err(Problem::unprocessable)?;
    let unit = body.unit.map(Unit::try_from).transpose().map_err(Problem::unprocessable)?;
    let kind =
        body.kind.as_deref().map_or(Ok(MetricKind::Gauge), str::parse).map_err(Problem::unprocessable)?;
    let aggregation = body.aggregation.as_deref().map_or(Ok(kind.default_aggregation()), str::parse);
    let aggregation = aggregation.map_err(Problem::unprocessable)?;
    kind.check(aggregation).map_err(Problem::unprocessable)?;
    let bounds = match (body.minimum, body.maximum) {
        (None, None) => kind.default_bounds(),
        (minimum, maximum) => Bounds::new(minimum, maximum).map_err(Problem::unprocessable)?,
    };
    let retention = Retention::of_metric(body.raw_retention_days, body.rollup_retention_days);
    Ok(Definition {
        name,
        title: title.into(),
        unit: unit.map(Into::into),
        kind,
        aggregation,
        bounds,
        retention: retention.map_err(Problem::unprocessable)?,
    })
}

fn refuse_taken(error: diesel::result::Error, name: &MetricName) -> Problem {
    if violates(&error, constraint::METRIC_NAME) {
        return Problem::conflict(
            "metric_name_taken",
            format!("there is a metric {:?} already", name.as_str()),
        );
    }
    error.into()
}
