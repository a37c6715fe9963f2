//! Deleting samples.

use std::collections::BTreeSet;

use actix_web::{delete, web};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use tallykeep_database::models::{Metric, Series};
use tallykeep_domain::{AccountId, Labels, MetricName, SeriesId, TimeRange};
use tallykeep_service::{AuthorizedWithin, MetricsWrite, Problem, Problems, Query, read_db_as, run_db_as};
use tallykeep_store::ReadError;
use utoipa::{IntoParams, ToSchema};

use crate::State;

/// Which samples to delete.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteSamplesQuery {
    /// The name of their metric.
    #[param(min_length = 1, max_length = 200)]
    metric: String,
    /// Labels that their series has, each as `name=value`. All series of the metric if left out.
    #[serde(default)]
    label: Vec<String>,
    /// From when on: RFC 3339 or Unix milliseconds.
    start: String,
    /// Up to, but without, when.
    end: String,
}

/// What was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedSamplesResponse {
    /// How many samples are not read any more. They leave the disk with the next compaction.
    deleted: usize,
}

/// Deletes samples for good. Values of entries are not samples; they are changed with their entry.
#[utoipa::path(
    tag = "samples",
    params(DeleteSamplesQuery),
    responses((status = 200, body = DeletedSamplesResponse), Problems),
    security(("bearer" = []))
)]
#[delete("/api/v1/samples")]
pub(crate) async fn delete_samples(
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsWrite>,
    query: Query<DeleteSamplesQuery>,
) -> Result<web::Json<DeletedSamplesResponse>, Problem> {
    let query = query.0;
    let metric: MetricName = query.metric.parse().map_err(Problem::bad_request)?;
    caller.refuse_outside(metric.as_str())?;
    let labels = Labels::parse_all(&query.label).map_err(Problem::bad_request)?;
    let start = query.start.parse().map_err(Problem::bad_request)?;
    let end = query.end.parse().map_err(Problem::bad_request)?;
    let range = TimeRange::new(start, end).map_err(Problem::bad_request)?;
    let account = caller.account;
    let (series, deleted) = read_db_as(&state.pool, account, move |connection| {
        let series = find_series(connection, account, &metric, &labels)?;
        let count =
            tallykeep_store::count(connection, account, &series, range).map_err(|error| match error {
                ReadError::Database(error) => error.into(),
                other => Problem::internal(other),
            })?;
        Ok((series, count))
    })
    .await?;
    run_db_as(&state.pool, account, move |connection| {
        Ok(tallykeep_store::delete(connection, account, &series, range)?)
    })
    .await?;
    tracing::info!("account.id" = %account, deleted, "samples_deleted");
    Ok(web::Json(DeletedSamplesResponse { deleted }))
}

fn find_series(
    connection: &mut PgConnection,
    account: AccountId,
    metric: &MetricName,
    labels: &Labels,
) -> Result<BTreeSet<SeriesId>, Problem> {
    let metric = Metric::find_by_name(connection, account, metric.as_str())?
        .ok_or_else(|| Problem::metric_not_found(metric.as_str()))?;
    let series = Series::matching(connection, account, metric.id, labels)?;
    Ok(series.iter().map(|series| series.id).collect())
}
