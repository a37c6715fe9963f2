//! Listing metrics.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use tallykeep_database::models::Metric;
use tallykeep_service::{AuthorizedWithin, MetricsRead, Problem, Problems, Query, run_db_as};
use utoipa::{IntoParams, ToSchema};

use super::MetricResponse;
use crate::State;

/// Which metrics to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListMetricsQuery {
    /// Whether to list those put away too.
    #[serde(default)]
    archived: bool,
}

/// Metrics.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricsResponse {
    /// By name.
    items: Vec<MetricResponse>,
}

/// The account's metrics.
#[utoipa::path(
    tag = "metrics",
    params(ListMetricsQuery),
    responses((status = 200, body = MetricsResponse), Problems),
    security(("bearer" = []))
)]
#[get("/api/v1/metrics")]
pub(crate) async fn list_metrics(
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsRead>,
    query: Query<ListMetricsQuery>,
) -> Result<web::Json<MetricsResponse>, Problem> {
    let (account, archived) = (caller.account, query.0.archived);
    let metrics = run_db_as(&state.pool, account, move |connection| {
        Ok(Metric::list(connection, account, &caller.metrics, archived)?)
    })
    .await?;
    Ok(web::Json(MetricsResponse { items: metrics.into_iter().map(Into::into).collect() }))
}
