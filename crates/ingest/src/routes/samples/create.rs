//! Writing samples as JSON.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest, HttpResponse, http::StatusCode, post, web};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tallykeep_domain::{AccountId, Instant, Labels, MetricKind, MetricName, MetricPrefix, Rejection, Sample};
use tallykeep_service::{
    AuthorizedWithin, ItemError, MetricOutside, MetricsWrite, Problem, Problems, Routine, parse_json,
    require_json,
};
use utoipa::ToSchema;

use crate::{
    State,
    catalogue::NamedSeries,
    intake::{Intake, Sorted, Taken, TooManySeries},
    routes::json::{Counted, Members},
    series_cache::CacheKey,
    state,
};

const MOST_SAMPLES: usize = 10_000;

/// Samples to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSamplesRequest<'a> {
    /// 1 to 10,000 samples.
    #[serde(borrow)]
    #[schema(value_type = Vec<SampleRequest>, min_items = 1, max_items = 10_000)]
    samples: Counted<&'a RawValue, MOST_SAMPLES>,
}

/// One sample.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleRequest {
    /// The name of its metric. A metric that is new is made.
    #[schema(min_length = 1, max_length = 200, example = "weight")]
    metric: String,
    /// What tells its series from the metric's others.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>, example = json!({"scale": "bathroom"}))]
    labels: Members<String>,
    /// When: RFC 3339 or Unix milliseconds; now if left out.
    timestamp: Option<TimestampRequest>,
    /// How much, in the metric's unit.
    #[schema(example = 71.5)]
    value: f64,
}

/// RFC 3339, or Unix milliseconds.
#[derive(Deserialize, ToSchema)]
#[serde(untagged, expecting = "a timestamp is RFC 3339 text or a whole number of Unix milliseconds")]
pub(crate) enum TimestampRequest {
    /// Unix milliseconds.
    Milliseconds(i64),
    /// RFC 3339.
    #[schema(format = DateTime)]
    Text(String),
}

/// What was kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SamplesResponse {
    /// How many samples were kept.
    accepted: usize,
    /// Which were not, and why. The others were kept all the same.
    rejected: Vec<ItemError>,
}

/// Writes samples. The answer comes after the commit; the same samples again change nothing.
///
/// An item that is wrong does not lose the others. When none is good the answer is 422 with the same list.
#[utoipa::path(
    tag = "samples",
    request_body(content = CreateSamplesRequest, content_type = "application/json"),
    responses((status = 200, body = SamplesResponse), Problems),
    security(("bearer" = []))
)]
#[post("/api/v1/samples")]
pub(crate) async fn create_samples(
    request: HttpRequest,
    state: web::Data<State>,
    caller: AuthorizedWithin<MetricsWrite>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    require_json(&request)?;
    let account = caller.account;
    let (body, reservation) = state.receive(account, &request, payload).await?;
    let (cache, most) = (Arc::clone(&state.cache), state.most_samples);
    let bytes = body.len();
    let read = move || parse(&body, account, &caller.metrics, Intake::new(&cache, most));
    let Parsed { sorted, indexes, mut rejected } = state::parse(bytes, read).await??;
    let Taken { accepted, refused, reason } = state.take(account, sorted).await?;
    drop(reservation);
    let refused = refused.into_iter().map(|place| item_error(indexes[place], reason));
    rejected.extend(refused);
    rejected.sort_by_key(|error| error.index);
    if accepted == 0 {
        let problem = unprocessable("samples_invalid", "none of the samples is good; nothing was kept");
        return Err(problem.with_errors(rejected));
    }
    if rejected.is_empty() {
        request.extensions_mut().insert(Routine);
    }
    Ok(HttpResponse::Ok().json(SamplesResponse { accepted, rejected }))
}

/// What a body holds.
pub(crate) struct Parsed {
    sorted: Sorted,
    /// Which item each sample was.
    indexes: Vec<usize>,
    rejected: Vec<ItemError>,
}

pub(crate) fn parse(
    body: &[u8],
    account: AccountId,
    within: &MetricPrefix,
    mut intake: Intake<'_>,
) -> Result<Parsed, Problem> {
    let items = parse_list(body)?;
    let mut key = CacheKey::new(account, within);
    let now = Instant::now();
    let (mut indexes, mut rejected) = (Vec::new(), Vec::new());
    for (index, item) in items.iter().enumerate() {
        match take_item(item, now, within, &mut key, &mut intake) {
            Ok(()) => indexes.push(index),
            Err((code, detail)) => rejected.push(ItemError { index, code, detail }),
        }
    }
    Ok(Parsed { sorted: intake.finish(), indexes, rejected })
}

fn parse_list(body: &[u8]) -> Result<Vec<&RawValue>, Problem> {
    let parsed: CreateSamplesRequest<'_> = parse_json(body)?;
    let Counted { items, count } = parsed.samples;
    if !(1..=MOST_SAMPLES).contains(&count) {
        let detail = format!("{count} samples; a request takes 1 to {MOST_SAMPLES}");
        return Err(unprocessable("samples_count_invalid", detail));
    }
    Ok(items)
}

fn take_item(
    item: &RawValue,
    now: Instant,
    within: &MetricPrefix,
    key: &mut CacheKey,
    intake: &mut Intake<'_>,
) -> Result<(), (&'static str, String)> {
    if !item.get().starts_with('{') {
        // serde would read a list as a struct too.
        return Err(("sample_invalid", "expected an object".to_owned()));
    }
    let item: SampleRequest =
        serde_json::from_str(item.get()).map_err(|error| ("sample_invalid", error.to_string()))?;
    let at = match item.timestamp {
        None => now,
        Some(TimestampRequest::Milliseconds(milliseconds)) => {
            Instant::from_millis(milliseconds).map_err(rejected)?
        }
        Some(TimestampRequest::Text(text)) => text.parse().map_err(rejected)?,
    };
    let sample = Sample::new(at.as_millis(), item.value).map_err(rejected)?;
    let metric: MetricName = item.metric.try_into().map_err(rejected)?;
    if !within.includes(metric.as_str()) {
        return Err(rejected(MetricOutside(within.clone())));
    }
    let labels = Labels::new(item.labels.0).map_err(rejected)?;
    let key = key.of_labels(metric.as_str().as_bytes(), labels.fingerprint().as_bytes());
    let name = || Ok::<_, TooManySeries>(NamedSeries { metric, labels, kind: MetricKind::Gauge });
    let series = intake.find(key, name).map_err(rejected)?;
    intake.push(series, sample);
    Ok(())
}

fn item_error(index: usize, rejection: impl Rejection) -> ItemError {
    let (code, detail) = rejected(rejection);
    ItemError { index, code, detail }
}

#[expect(clippy::needless_pass_by_value, reason = "takes what `map_err` hands over")]
fn rejected(error: impl Rejection) -> (&'static str, String) {
    (error.code(), error.to_string())
}

fn unprocessable(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}
