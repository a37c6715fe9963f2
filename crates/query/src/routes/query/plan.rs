//! What a query asks for, and how it is carried out.

use actix_web::http::StatusCode;
use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tallykeep_database::models::Metric;
use tallykeep_domain::{AccountId, Instant, LabelName, Labels, MetricName, Step, TimeRange, parse_time_zone};
use tallykeep_service::Problem;

use super::{
    MetricPointsResponse, MetricQuery,
    points::{MOST_POINTS, Source},
    shape::Shape,
};
use crate::state::Bounds;

/// A range may cut two steps however long they are.
const FEWEST_POINTS: usize = 2;
const DEFAULT_POINTS: usize = 500;
const DEFAULT_RANGE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A query whose every part is parsed.
pub(super) struct Plan {
    pub(super) metric: MetricName,
    pub(super) labels: Labels,
    pub(super) range: TimeRange,
    pub(super) step: Option<Step>,
    pub(super) points: usize,
    pub(super) aggregation: Option<String>,
    pub(super) quantile: Option<f64>,
    pub(super) group_by: Vec<LabelName>,
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
            quantile: query.quantile,
            group_by: group_by.map_err(Problem::bad_request)?,
            zone: zone.map_err(Problem::bad_request)?,
        })
    }

    /// Reads and aggregates, in a transaction that acts for `account`.
    pub(super) fn run(
        self,
        connection: &mut PgConnection,
        account: AccountId,
        account_zone: &TimeZone,
        bounds: Bounds,
    ) -> Result<MetricPointsResponse, Problem> {
        let name = self.metric.as_str();
        let metric = Metric::find_by_name(connection, account, name)?
            .ok_or_else(|| Problem::metric_not_found(name))?;
        let shape = Shape::choose(&self, &metric)?;
        let mut source = Source::find(connection, account, &metric, &self, account_zone, bounds)?;
        let series = match &shape {
            Shape::Raw => source.samples(self.range, self.points)?,
            Shape::Steps { edges, method, .. } => source.points(edges, *method)?,
        };
        Ok(MetricPointsResponse {
            unit: metric.unit.clone(),
            kind: metric.kind.clone(),
            metric: metric.name,
            aggregate: shape.name(),
            quantile: shape.quantile(),
            step: shape.step().map(|step| step.to_string()),
            time_zone: self.zone.iana_name().unwrap_or("UTC").to_owned(),
            start: self.range.start(),
            end: self.range.end(),
            series,
        })
    }
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
