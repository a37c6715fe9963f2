//! Looking at one metric.

use actix_web::{get, web};
use tallykeep_database::models::Metric;
use tallykeep_domain::MetricId;
use tallykeep_service::{AuthorizedWithin, MetricsRead, Problem, Problems, run_db_as};

use super::MetricResponse;
use crate::State;

/// One metric.
#[utoipa::path(
    tag = "metrics",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = MetricResponse), Problems),
    security(("bearer" = []))
)]
#[get("/api/v1/metrics/{id}")]
pub(crate) async fn find_metric(
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsRead>,
    path: web::Path<String>,
) -> Result<web::Json<MetricResponse>, Problem> {
    let id: MetricId = path.parse().map_err(Problem::bad_request)?;
    let account = caller.account;
    let metric =
        run_db_as(&state.pool, account, move |connection| Ok(Metric::find(connection, account, id)?)).await?;
    let metric = metric.ok_or_else(|| Problem::metric_not_found(&id.to_string()))?;
    caller.refuse_outside(&metric.name)?;
    Ok(web::Json(metric.into()))
}
