//! The export: samples as they are, however many.

mod format;
mod stream;

use std::future::ready;

use actix_web::{
    HttpResponse, get,
    http::header::{self, Accept},
    middleware::Compress,
    web,
};
use futures_util::{
    StreamExt,
    stream::{iter, once},
};
use serde::Deserialize;
use tallykeep_domain::{Instant, Labels, MetricName, TimeRange};
use tallykeep_service::{AuthorizedWithin, MetricsRead, Problem, Problems, Query, given};
use utoipa::IntoParams;

use crate::State;
use format::Format;
use stream::{Stream, Wanted};

/// What to export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// The name of a metric; all that the credential is for if left out.
    #[serde(default, deserialize_with = "given")]
    #[param(min_length = 1, max_length = 200, example = "weight")]
    metric: Option<String>,
    /// Labels that the series have, each as `name=value`.
    #[serde(default)]
    label: Vec<String>,
    /// From when on: RFC 3339 or Unix milliseconds; from the first sample on if left out.
    start: Option<String>,
    /// Up to, but without, when; to the last sample if left out.
    end: Option<String>,
    /// How samples are written; what `Accept` prefers if left out, or else `ndjson`.
    #[param(inline)]
    format: Option<Format>,
}

/// All samples of a metric, or of all metrics, as they are.
///
/// They come by series, and each series in the order of time. As `ndjson` each line is a JSON object with the `metric`,
/// its `labels`, and the columns `timestamps`, in Unix milliseconds, and `values`; a long series takes several lines. As
/// `csv` each line is a sample, below a line with the names of the columns.
///
/// A sample is given as it is when its turn comes: what is written meanwhile may be in it or not. Where the export cannot
/// go on, the connection is broken off; a body that ends is whole. Values that people filled in for days are in the list
/// of entries and not in here.
#[utoipa::path(
    tag = "query",
    params(ExportQuery),
    responses(
        (status = 200, description = "Samples, as long as there are any.",
            content((String = "application/x-ndjson"), (String = "text/csv"))),
        Problems
    ),
    security(("bearer" = []))
)]
#[get("/api/v1/export", wrap = "Compress::default()")]
pub(crate) async fn export_samples(
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsRead>,
    accept: Option<web::Header<Accept>>,
    query: Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let ExportQuery { metric, label, start, end, format } = query.0;
    let metric = metric.map(MetricName::try_from).transpose().map_err(Problem::bad_request)?;
    if let Some(metric) = &metric {
        caller.refuse_outside(metric.as_str())?;
    }
    let format = format.unwrap_or_else(|| Format::preferred(accept.as_deref()));
    let wanted = Wanted {
        account: caller.account,
        metric,
        within: caller.metrics,
        labels: Labels::parse_all(&label).map_err(Problem::bad_request)?,
        range: parse_range(start.as_deref(), end.as_deref())?,
    };
    // What goes wrong before the first byte is answered as any problem is.
    let (first, rest) = Stream::begin(state.as_ref().clone(), wanted, format).await?;
    let parts = once(ready(Ok(first))).chain(iter(rest.map(Stream::into_parts)).flatten());
    Ok(HttpResponse::Ok()
        .content_type(format.content_type())
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(parts))
}

fn parse_range(start: Option<&str>, end: Option<&str>) -> Result<TimeRange, Problem> {
    let parse = |text: Option<&str>, otherwise| {
        text.map_or(Ok(otherwise), str::parse::<Instant>).map_err(Problem::bad_request)
    };
    let (start, end) = (parse(start, TimeRange::ALL.start())?, parse(end, TimeRange::ALL.end())?);
    TimeRange::new(start, end).map_err(Problem::bad_request)
}
