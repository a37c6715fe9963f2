//! Listing series.

use actix_web::{get, web};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use tallykeep_database::models::{Metric, Series, SeriesPage};
use tallykeep_domain::{Labels, MetricName, SeriesId};
use tallykeep_service::{AuthorizedWithin, MetricsRead, Problem, Problems, Query, given, paging, run_db_as};
use utoipa::{IntoParams, ToSchema};

use crate::State;

/// Which series to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListSeriesQuery {
    /// Of this metric only.
    #[serde(default, deserialize_with = "given")]
    #[param(min_length = 1)]
    metric: Option<String>,
    /// With all of these labels, each as `name=value`.
    #[serde(default)]
    label: Vec<String>,
    /// At most so many; 100 if left out, 1,000 at most.
    #[serde(default, deserialize_with = "given")]
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
    /// Where an earlier page said that it goes on.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, pattern = "^-?[0-9]{1,18}$")]
    cursor: Option<String>,
}

/// A page of series.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesPageResponse {
    /// In the order in which they were first sent.
    items: Vec<SeriesResponse>,
    /// Where the next page starts, if there is one.
    next_cursor: Option<String>,
}

/// A metric with one set of labels.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesResponse {
    /// Its number.
    #[schema(value_type = i64)]
    id: SeriesId,
    /// The name of its metric.
    metric: String,
    /// What tells it from the metric's others.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    labels: Labels,
}

/// The account's series.
#[utoipa::path(
    tag = "series",
    params(ListSeriesQuery),
    responses((status = 200, body = SeriesPageResponse), Problems),
    security(("bearer" = []))
)]
#[get("/api/v1/series")]
pub(crate) async fn list_series(
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsRead>,
    query: Query<ListSeriesQuery>,
) -> Result<web::Json<SeriesPageResponse>, Problem> {
    let ListSeriesQuery { metric, label, limit, cursor } = query.0;
    let labels = Labels::parse_all(&label).map_err(Problem::bad_request)?;
    let metric = metric.map(MetricName::try_from).transpose().map_err(Problem::bad_request)?;
    let limit = paging::parse_limit(limit)?;
    let after = paging::parse_cursor(cursor.as_deref())?.unwrap_or(i64::MIN);
    let account = caller.account;
    if let Some(metric) = &metric {
        caller.refuse_outside(metric.as_str())?;
    }
    let mut series = run_db_as(&state.pool, account, move |connection| {
        find(connection, &caller, metric.as_ref(), &labels, SeriesId(after), limit)
    })
    .await?;
    let next_cursor = paging::cut(&mut series, limit).map(|last| last.id.0.to_string());
    let items = series.into_iter().map(|Series { id, metric, labels }| SeriesResponse { id, metric, labels });
    Ok(web::Json(SeriesPageResponse { items: items.collect(), next_cursor }))
}

fn find(
    connection: &mut PgConnection,
    caller: &AuthorizedWithin<MetricsRead>,
    metric: Option<&MetricName>,
    labels: &Labels,
    after: SeriesId,
    limit: paging::Limit,
) -> Result<Vec<Series>, Problem> {
    let account = caller.account;
    let metric = match metric {
        None => None,
        Some(name) => match Metric::find_by_name(connection, account, name.as_str())? {
            Some(metric) => Some(metric.id),
            None => return Ok(Vec::new()),
        },
    };
    Ok(Series::page(
        connection,
        account,
        SeriesPage { metric, within: &caller.metrics, labels, after, limit: limit.and_one_more() },
    )?)
}
