//! Taking in line protocol.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest, http::StatusCode, web};
use serde::Deserialize;
use tallykeep_domain::{
    AccountId, Instant, Labels, MetricKind, MetricName, MetricPrefix, Rejection, Sample, SeriesId,
};
use tallykeep_service::{
    Authenticator, AuthorizedWithin, Credential, MetricOutside, MetricsWrite, Problem, Query, Routine,
};

use super::answer::Version;
use crate::{
    State,
    catalogue::NamedSeries,
    intake::{Intake, Sorted, TooManySeries},
    line_protocol::{self, Field, FieldValue, Point, Precision, decode_key, decode_series},
    series_cache::CacheKey,
    state,
};

/// How many of a body's errors the answer names.
const NAMED_ERRORS: usize = 10;
/// A field of this name is the measurement's only value as far as people are concerned.
const PLAIN_FIELD: &str = "value";

#[derive(Deserialize)]
struct WriteQuery {
    precision: Option<String>,
    p: Option<String>,
}

/// Keeps the lines of the body that are good, and reports the others.
pub(crate) async fn write(
    version: Version,
    request: &HttpRequest,
    state: &State,
    payload: web::Payload,
) -> Result<(), Problem> {
    let query: WriteQuery = Query::parse(request)?.0;
    let AuthorizedWithin { account, metrics, .. } = authorize(version, request, query.p).await?;
    let precision = query.precision.as_deref().map_or(Ok(Precision::default()), str::parse);
    let precision = precision.map_err(Problem::bad_request)?;
    let (body, reservation) = state.receive(account, request, payload).await?;
    let (cache, most) = (Arc::clone(&state.cache), state.most_samples);
    let bytes = body.len();
    let read = move || parse(&body, precision, account, &metrics, Intake::new(&cache, most));
    let (sorted, mut refused) = state::parse(bytes, read).await?;
    let taken = state.take(account, sorted).await?;
    drop(reservation);
    request.extensions_mut().insert(Routine);
    refused.add_values(taken.refused.len(), taken.reason);
    refused.into_result()
}

async fn authorize(
    version: Version,
    request: &HttpRequest,
    password: Option<String>,
) -> Result<AuthorizedWithin<MetricsWrite>, Problem> {
    let authenticator = request
        .app_data::<web::Data<Authenticator>>()
        .ok_or_else(|| Problem::internal("no authenticator is configured"))?;
    let in_query = password.filter(|_| version == Version::V1).map(Credential::from_text);
    let credential = match Credential::from_request(request)? {
        Some(credential) => Some(credential),
        None => in_query,
    };
    AuthorizedWithin::check(authenticator, credential).await
}

/// Lines that were not kept, and values of lines of which others were: all are counted, the first are named.
#[derive(Default)]
struct Refused {
    count: usize,
    first: Vec<String>,
}

impl Refused {
    fn add(&mut self, error: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < NAMED_ERRORS {
            self.first.push(error());
        }
    }

    fn add_values(&mut self, count: usize, reason: impl Rejection) {
        if count > 0 {
            self.count += count;
            self.first.push(rejected(reason));
        }
    }

    fn into_result(self) -> Result<(), Problem> {
        if self.count == 0 {
            return Ok(());
        }
        let detail = format!("partial write: dropped={}: {}", self.count, self.first.join("; "));
        Err(Problem::new(StatusCode::BAD_REQUEST, "lines_invalid", detail))
    }
}

fn parse(
    body: &[u8],
    precision: Precision,
    account: AccountId,
    within: &MetricPrefix,
    mut intake: Intake<'_>,
) -> (Sorted, Refused) {
    let mut key = CacheKey::new(account, within);
    let mut refused = Refused::default();
    let mut values = Vec::new();
    line_protocol::parse(body, precision, Instant::now(), |line| match line {
        Ok(point) => match find_series(&point, within, &mut key, &mut intake, &mut values) {
            Ok(()) => values.drain(..).for_each(|(series, value)| {
                intake.push(series, Sample { at: point.at, value });
            }),
            Err(error) => refused.add(|| format!("line {}: {error}", point.line)),
        },
        Err(error) => refused.add(|| error.to_string()),
    });
    (intake.finish(), refused)
}

/// The numbers of the line, each with its series. The line is refused as a whole when one of its names is.
fn find_series(
    point: &Point<'_, '_>,
    within: &MetricPrefix,
    key: &mut CacheKey,
    intake: &mut Intake<'_>,
    values: &mut Vec<(SeriesId, f64)>,
) -> Result<(), String> {
    values.clear();
    for field in point.fields {
        let Some(value) = field.value.as_number() else { continue };
        let key = key.of_field(point.series, field.key);
        values.push((intake.find(key, || name(point.series, field, within))?, value));
    }
    Ok(())
}

fn name(series: &[u8], field: &Field<'_>, within: &MetricPrefix) -> Result<NamedSeries, String> {
    let (measurement, tags) = decode_series(series).map_err(rejected)?;
    let field_name = decode_key(field.key).map_err(rejected)?;
    let metric = if field_name == PLAIN_FIELD { measurement } else { format!("{measurement}_{field_name}") };
    let kind = match field.value {
        FieldValue::Boolean(_) => MetricKind::Boolean,
        _ => MetricKind::Gauge,
    };
    let metric = MetricName::try_from(metric).map_err(rejected)?;
    if !within.includes(metric.as_str()) {
        return Err(rejected(MetricOutside(within.clone())));
    }
    Ok(NamedSeries { metric, labels: Labels::new(tags).map_err(rejected)?, kind })
}

#[expect(clippy::needless_pass_by_value, reason = "takes what `map_err` hands over")]
fn rejected(error: impl Rejection) -> String {
    format!("{}: {error}", error.code())
}

impl From<TooManySeries> for String {
    fn from(error: TooManySeries) -> Self {
        rejected(error)
    }
}
