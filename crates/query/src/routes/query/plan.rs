//! What a query asks for, and how it is carried out.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tallykeep_database::models::{EntryValue, Metric, Series};
use tallykeep_domain::{
    AccountId, EntryDate, Instant, LabelName, Labels, MetricName, Sample, Step, TimeRange, parse_time_zone,
};
use tallykeep_service::Problem;
use tallykeep_store::ReadError;

use super::{
    MetricPointsResponse, MetricQuery, PointsResponse,
    shape::{Shape, refuse_too_many},
};

/// The most points of one answer, over all its series.
const MOST_POINTS: usize = 100_000;
/// A range may cut two steps however long they are.
const FEWEST_POINTS: usize = 2;
const DEFAULT_POINTS: usize = 500;
const DEFAULT_RANGE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A query whose every part is parsed.
pub(super) struct Plan {
    pub(super) metric: MetricName,
    labels: Labels,
    pub(super) range: TimeRange,
    pub(super) step: Option<Step>,
    pub(super) points: usize,
    pub(super) aggregation: Option<String>,
    group_by: Vec<LabelName>,
    pub(super) zone: TimeZone,
}

impl Plan {
    pub(super) fn parse(query: MetricQuery, account_zone: &TimeZone) -> Result<Self, Problem> {
        let zone = query.time_zone.as_deref().map_or_else(|| Ok(account_zone.clone()), parse_time_zone);
        let labels = Labels::parse_all(&query.label).map_err(Problem::bad_request)?;
        let group_by = query.group_by.into_iter().map(LabelName::try_from).collect::<Result<_, _>>();
        let points = query.points.unwrap_or(DEFAULT_POINTS);
        if !(FEWEST_POINTS..=MOST_POINTS).contains(&points) {
            let detail = format!("points {points} is not within {FEWEST_POINTS} to {MOST_POINTS}");
            return Err(Problem::new(StatusCode::BAD_REQUEST, "points_invalid", detail));
        }
        Ok(Self {
            metric: query.metric.parse().map_err(Problem::bad_request)?,
            labels,
            range: parse_range(query.start.as_deref(), query.end.as_deref())?,
            step: query.step.as_deref().map(str::parse).transpose().map_err(Problem::bad_request)?,
            points,
            aggregation: query.aggregate,
            group_by: group_by.map_err(Problem::bad_request)?,
            zone: zone.map_err(Problem::bad_request)?,
        })
    }

    /// Reads and aggregates, in a transaction that acts for `account`. At most `most` samples are read.
    pub(super) fn run(
        self,
        connection: &mut PgConnection,
        account: AccountId,
        account_zone: &TimeZone,
        most: usize,
    ) -> Result<MetricPointsResponse, Problem> {
        let name = self.metric.as_str();
        let metric = Metric::find_by_name(connection, account, name)?
            .ok_or_else(|| Problem::metric_not_found(name))?;
        let shape = Shape::choose(&self, &metric)?;
        let range = shape.range().unwrap_or(self.range);
        let mut groups = self.read_series(connection, account, &metric, range, most)?;
        if self.labels.is_empty() {
            let values = read_entries(connection, account, &metric, range, account_zone)?;
            if !values.is_empty() {
                groups.entry(Labels::default()).or_default().extend(values);
            }
        }
        let series = groups.into_iter().map(|(labels, samples)| {
            Ok(PointsResponse { labels, points: shape.points(samples, self.points)? })
        });
        let series: Vec<_> = series.collect::<Result<_, Problem>>()?;
        refuse_too_many(series.iter().map(|series| series.points.len()).sum(), MOST_POINTS)?;
        Ok(MetricPointsResponse {
            metric: metric.name,
            unit: metric.unit,
            kind: metric.kind,
            aggregate: shape.name(),
            step: shape.step().map(|step| step.to_string()),
            time_zone: self.zone.iana_name().unwrap_or("UTC").to_owned(),
            start: self.range.start(),
            end: self.range.end(),
            series,
        })
    }

    /// The samples in `range` of the series that the query names, by group.
    fn read_series(
        &self,
        connection: &mut PgConnection,
        account: AccountId,
        metric: &Metric,
        range: TimeRange,
        most: usize,
    ) -> Result<BTreeMap<Labels, Vec<Sample>>, Problem> {
        let series = Series::matching(connection, account, metric.id, &self.labels)?;
        let wanted = series.iter().map(|series| series.id).collect();
        let mut found = tallykeep_store::read(connection, account, &wanted, range, most).map_err(
            |error| match error {
                ReadError::Database(error) => error.into(),
                ReadError::TooMany(_) => {
                    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "range_too_large", error.to_string())
                }
                ReadError::Damaged { .. } => Problem::internal(error),
            },
        )?;
        let mut groups: BTreeMap<Labels, Vec<Sample>> = BTreeMap::new();
        for series in series {
            if let Some(samples) = found.remove(&series.id) {
                groups.entry(series.labels.only(&self.group_by)).or_default().extend(samples);
            }
        }
        Ok(groups)
    }
}

/// The values that were filled in for days within the range, each at the start of its day. The day is one of the
/// account's own zone, whatever zone the query counts in.
fn read_entries(
    connection: &mut PgConnection,
    account: AccountId,
    metric: &Metric,
    range: TimeRange,
    account_zone: &TimeZone,
) -> Result<Vec<Sample>, Problem> {
    let first = EntryDate::of(range.start(), account_zone);
    let last = EntryDate::of(range.end(), account_zone);
    let values = EntryValue::of_metric(connection, account, metric.id, first, last)?;
    let samples = values.into_iter().map(|value| {
        let date = EntryDate::try_from(value.date).map_err(Problem::internal)?;
        Ok(Sample { at: date.start_in(account_zone), value: value.value })
    });
    let samples: Vec<_> = samples.collect::<Result<_, Problem>>()?;
    Ok(samples.into_iter().filter(|sample| range.contains(sample.at)).collect())
}

fn parse_range(start: Option<&str>, end: Option<&str>) -> Result<TimeRange, Problem> {
    let parse = |text: &str| text.parse::<Instant>().map_err(Problem::bad_request);
    let end = end.map_or_else(|| Ok(Instant::now()), parse)?;
    let start = match start {
        Some(text) => parse(text)?,
        None => {
            let start = Timestamp::from(end) - DEFAULT_RANGE;
            Instant::from_millis(start.as_millisecond()).unwrap_or(Instant::MIN)
        }
    };
    TimeRange::new(start, end).map_err(Problem::bad_request)
}
