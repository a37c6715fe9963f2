//! The points of a query: from the store, and from the days that a person filled in.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use diesel::PgConnection;
use jiff::tz::TimeZone;
use tallykeep_database::models::{EntryValue, Metric, Series};
use tallykeep_domain::{AccountId, EntryDate, Instant, Labels, MetricId, Sample, SeriesId, TimeRange};
use tallykeep_service::Problem;
use tallykeep_store::{Groups, Method, Point, Scan, Steps, read, scan};

use super::{PointsResponse, plan::Plan};
use crate::{problem::read_problem, state::Bounds};

/// The most points of one answer, over all its series.
pub(super) const MOST_POINTS: usize = 100_000;

/// Where the samples of a query come from, and which group each series belongs to.
pub(super) struct Source<'a> {
    connection: &'a mut PgConnection,
    account: AccountId,
    metric: MetricId,
    groups: BTreeMap<SeriesId, Labels>,
    /// Whose days count, if days do: no entry has a label.
    entries: Option<&'a TimeZone>,
    bounds: Bounds,
}

impl<'a> Source<'a> {
    /// The series of `metric` that the query names.
    pub(super) fn find(
        connection: &'a mut PgConnection,
        account: AccountId,
        metric: &Metric,
        plan: &Plan,
        account_zone: &'a TimeZone,
        bounds: Bounds,
    ) -> Result<Self, Problem> {
        let series = Series::matching(connection, account, metric.id, &plan.labels)?;
        let groups =
            series.into_iter().map(|series| (series.id, series.labels.only(&plan.group_by))).collect();
        let entries = plan.labels.is_empty().then_some(account_zone);
        Ok(Self { connection, account, metric: metric.id, groups, entries, bounds })
    }

    /// The samples in `range` as they are, at most `most` of each group.
    pub(super) fn samples(&mut self, range: TimeRange, most: usize) -> Result<Vec<PointsResponse>, Problem> {
        let series = self.groups.keys().copied().collect();
        let found = read(self.connection, self.account, &series, range, self.bounds.most_samples);
        let mut groups: BTreeMap<&Labels, Vec<Sample>> = BTreeMap::new();
        let entries = read_entries(self.connection, self.account, self.metric, range, self.entries)?;
        for (series, samples) in found.map_err(read_problem)? {
            groups.entry(&self.groups[&series]).or_default().extend(samples);
        }
        let unlabelled = Labels::default();
        if !entries.is_empty() {
            groups.entry(&unlabelled).or_default().extend(entries);
        }
        let mut all = 0;
        let groups = groups.into_iter().map(|(labels, mut samples)| {
            all += samples.len();
            refuse_too_many(samples.len(), most)?;
            refuse_too_many(all, MOST_POINTS)?;
            samples.sort_by_key(|sample| sample.at);
            let points = samples.into_iter().map(|sample| (sample.at, sample.value)).collect();
            Ok(PointsResponse { labels: labels.clone(), points })
        });
        groups.collect()
    }

    /// The points of all steps between `edges`. The first and the last step are whole, even where the range that was
    /// asked for cuts them: a point means the same whatever was asked for around it.
    pub(super) fn points(
        &mut self,
        edges: &[Instant],
        method: Method,
    ) -> Result<Vec<PointsResponse>, Problem> {
        let steps = Steps::new(edges, method, self.bounds.most_samples);
        let Some(range) = steps.range() else { return Ok(Vec::new()) };
        let entries = read_entries(self.connection, self.account, self.metric, range, self.entries)?;
        let distinct: BTreeSet<&Labels> = self.groups.values().collect();
        let alone = entries.is_empty() && distinct.len() == self.groups.len();
        let series = self.groups.keys().copied().collect();
        let question = Scan {
            account: self.account,
            series: &series,
            range,
            grid: steps.grid(alone),
            most_recent: self.bounds.most_samples,
            threads: self.bounds.threads,
        };
        let mut groups = Groups::new(&steps, MOST_POINTS);
        scan(self.connection, &question, &steps, |series, points| {
            groups.add(self.groups[&series].clone(), points)
        })
        .map_err(read_problem)?;
        groups.add_samples(Labels::default(), &entries).map_err(read_problem)?;
        Ok(groups.into_points().map(|(labels, points)| respond(labels, &points)).collect())
    }
}

fn respond(labels: Labels, points: &[Point]) -> PointsResponse {
    PointsResponse { labels, points: points.iter().map(|point| (point.start, point.value)).collect() }
}

/// The values that were filled in for days within the range, each at the start of its day. The day is one of the
/// account's own zone, whatever zone the query counts in.
fn read_entries(
    connection: &mut PgConnection,
    account: AccountId,
    metric: MetricId,
    range: TimeRange,
    account_zone: Option<&TimeZone>,
) -> Result<Vec<Sample>, Problem> {
    let Some(account_zone) = account_zone else { return Ok(Vec::new()) };
    let first = EntryDate::of(range.start(), account_zone);
    let last = EntryDate::of(range.end(), account_zone);
    let values = EntryValue::of_metric(connection, account, metric, first, last)?;
    let samples = values.into_iter().map(|value| {
        let date = EntryDate::try_from(value.date).map_err(Problem::internal)?;
        Ok(Sample { at: date.start_in(account_zone), value: value.value })
    });
    let samples: Vec<_> = samples.collect::<Result<_, Problem>>()?;
    Ok(samples.into_iter().filter(|sample| range.contains(sample.at)).collect())
}

fn refuse_too_many(count: usize, most: usize) -> Result<(), Problem> {
    if count <= most {
        return Ok(());
    }
    let detail =
        format!("{count} points; the most is {most}: choose a longer step, a shorter range or fewer groups");
    Err(Problem::new(StatusCode::BAD_REQUEST, "points_too_many", detail))
}
