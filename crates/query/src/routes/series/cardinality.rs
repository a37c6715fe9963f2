//! Telling where the series come from.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use tallykeep_database::models::{LabelCardinality, MetricCardinality, SeriesCardinality};
use tallykeep_domain::MetricName;
use tallykeep_service::{AuthorizedWithin, MetricsRead, Problem, Problems, Query, given, paging, run_db_as};
use utoipa::{IntoParams, ToSchema};

use crate::State;

/// What to look at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindSeriesCardinalityQuery {
    /// The series of this metric only.
    #[serde(default, deserialize_with = "given")]
    #[param(min_length = 1)]
    metric: Option<String>,
    /// At most so many metrics and as many labels; 100 if left out, 1,000 at most.
    #[serde(default, deserialize_with = "given")]
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
}

/// How many series there are, and what makes them many.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesCardinalityResponse {
    /// All of them, those of metrics that are not named here among them.
    series: i64,
    /// The metrics with the most series, those first.
    metrics: Vec<MetricCardinalityResponse>,
    /// The labels with the most values, those first.
    labels: Vec<LabelCardinalityResponse>,
}

/// What a metric has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricCardinalityResponse {
    /// Its name.
    metric: String,
    /// How many series.
    series: i64,
}

/// What a label has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LabelCardinalityResponse {
    /// Its name.
    label: String,
    /// How many values that differ.
    values: i64,
    /// How many series have it.
    series: i64,
}

/// How many series the account has, by metric and by label.
///
/// A label whose values go into the thousands, such as the number of a request, is what makes series many. There may be
/// as many as the setting `ingest.most_series` says.
#[utoipa::path(
    tag = "series",
    params(FindSeriesCardinalityQuery),
    responses((status = 200, body = SeriesCardinalityResponse), Problems),
    security(("bearer" = []))
)]
#[get("/api/v1/series/cardinality")]
pub(crate) async fn find_series_cardinality(
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsRead>,
    query: Query<FindSeriesCardinalityQuery>,
) -> Result<web::Json<SeriesCardinalityResponse>, Problem> {
    let FindSeriesCardinalityQuery { metric, limit } = query.0;
    let metric = metric.map(MetricName::try_from).transpose().map_err(Problem::bad_request)?;
    let limit = paging::parse_limit(limit)?;
    let account = caller.account;
    if let Some(metric) = &metric {
        caller.refuse_outside(metric.as_str())?;
    }
    let _turn = state.turns.acquire().await.map_err(Problem::internal)?;
    let found = run_db_as(&state.pool, account, move |connection| {
        let metric = metric.as_ref().map(MetricName::as_str);
        Ok(SeriesCardinality::find(connection, account, metric, &caller.metrics, limit.rows())?)
    })
    .await?;
    Ok(web::Json(found.into()))
}

impl From<SeriesCardinality> for SeriesCardinalityResponse {
    fn from(found: SeriesCardinality) -> Self {
        let metric =
            |MetricCardinality { name: metric, series }| MetricCardinalityResponse { metric, series };
        let label = |LabelCardinality { name: label, label_values: values, series }| {
            LabelCardinalityResponse { label, values, series }
        };
        Self {
            series: found.series,
            metrics: found.metrics.into_iter().map(metric).collect(),
            labels: found.labels.into_iter().map(label).collect(),
        }
    }
}
