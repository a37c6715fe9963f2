//! The query: points of a metric.

mod plan;
mod points;
mod shape;

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use tallykeep_domain::{Instant, Labels, MetricKind};
use tallykeep_service::{AuthorizedWithin, MetricsRead, Problem, Problems, Query, read_db_as};
use utoipa::{IntoParams, ToSchema};

use crate::State;
use plan::Plan;

/// What to query.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricQuery {
    /// The name of the metric.
    #[param(min_length = 1, max_length = 200, example = "weight")]
    metric: String,
    /// Labels that the series have, each as `name=value`. All series of the metric if left out.
    #[serde(default)]
    label: Vec<String>,
    /// From when on: RFC 3339 or Unix milliseconds; seven days before the end if left out.
    start: Option<String>,
    /// Up to, but without, when; now if left out.
    end: Option<String>,
    /// How long each point stands for: a number with `ms`, `s`, `m`, `h` (fixed) or `d`, `w`, `mo` (calendar). If left out,
    /// the finest of the usual steps that makes no more than `points`. The first and the last step are whole, even where
    /// `start` or `end` lies within them.
    #[param(example = "1d")]
    step: Option<String>,
    /// The most points of each series; 500 if left out. More is an error, not a cut.
    points: Option<usize>,
    /// `avg`, `min`, `max`, `sum`, `count` or `last`; for counters `increase`, or `rate` per second; what the metric says
    /// if left out. `quantile` gives the quantile that is named beside it, `raw` samples as they are.
    ///
    /// A counter's increase counts from sample to sample, over the edges of steps as within them. A value that is less
    /// than the one before it was set back to zero between them. The increase of a step is the sum over its series. To
    /// know what a counter had come to, as much is read before the range as the first step is long.
    #[param(example = "avg")]
    aggregate: Option<String>,
    /// Which quantile: from 0, the least value of a step, over 0.5, the median, to 1, the greatest. Between two values it
    /// lies on the line between them.
    #[param(minimum = 0, maximum = 1, example = 0.95)]
    quantile: Option<f64>,
    /// Names of labels to tell series apart by. Samples of series that are alike in them are combined.
    #[serde(default)]
    group_by: Vec<String>,
    /// The IANA name of the zone in which days are counted; the account's if left out.
    #[param(example = "Europe/Berlin")]
    time_zone: Option<String>,
}

/// Points of a metric.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricPointsResponse {
    /// The name of the metric.
    metric: String,
    /// The unit of the values.
    unit: Option<String>,
    /// What the metric's numbers mean.
    #[schema(value_type = MetricKind)]
    kind: String,
    /// How samples were combined, or `raw`.
    aggregate: String,
    /// Which quantile, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    quantile: Option<f64>,
    /// How long each point stands for; none for raw samples.
    #[schema(example = "1d")]
    step: Option<String>,
    /// The zone in which days were counted.
    time_zone: String,
    /// From when on, in Unix milliseconds.
    #[schema(value_type = i64)]
    start: Instant,
    /// Up to, but without, when, in Unix milliseconds.
    #[schema(value_type = i64)]
    end: Instant,
    /// One for each group.
    series: Vec<PointsResponse>,
}

/// The points of one group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PointsResponse {
    /// What the group's series have in common of what was grouped by.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    labels: Labels,
    /// Start of the step in Unix milliseconds, and value. Steps without a sample are left out.
    #[schema(value_type = Vec<[f64; 2]>)]
    points: Vec<(Instant, f64)>,
}

/// Points of a metric over a range, by step and group.
#[utoipa::path(
    tag = "query",
    params(MetricQuery),
    responses((status = 200, body = MetricPointsResponse), Problems),
    security(("bearer" = []))
)]
#[get("/api/v1/query")]
pub(crate) async fn query_metric(
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsRead>,
    query: Query<MetricQuery>,
) -> Result<web::Json<MetricPointsResponse>, Problem> {
    let account_zone = caller.time_zone.clone();
    let plan = Plan::parse(query.0, &account_zone)?;
    caller.refuse_outside(plan.metric.as_str())?;
    let (account, bounds) = (caller.account, state.bounds);
    let _turn = state.turns.acquire().await.map_err(Problem::internal)?;
    let response = read_db_as(&state.pool, account, move |connection| {
        plan.run(connection, account, &account_zone, bounds)
    });
    response.await.map(web::Json)
}
