//! The samples of one request on their way to the store, in their order, and those of their series that have to be
//! looked up first.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use diesel::PgConnection;
use tallykeep_domain::{AccountId, Rejection, Sample, SeriesId};
use tallykeep_service::{Problem, run_db_as};
use tallykeep_store::Samples;

use crate::{
    State,
    catalogue::{NamedSeries, resolve},
    series_cache::SeriesCache,
};

/// The most series that one request may look up in the database or make there. What it sends of further ones is refused.
const MOST_UNKNOWN: usize = 50_000;

/// A request names more series than may be looked up for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request has more than {MOST_UNKNOWN} series that have to be looked up; send fewer at once")]
pub(crate) struct TooManySeries;

impl Rejection for TooManySeries {
    fn code(&self) -> &'static str {
        "series_too_many"
    }
}

/// The account has as many series as the setting allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account may have {0} series, and no more are made; those that are there go on")]
pub(crate) struct SeriesLimit(i64);

impl Rejection for SeriesLimit {
    fn code(&self) -> &'static str {
        "series_limit_reached"
    }
}

/// A request has more samples than the setting allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request has more than {0} samples; send fewer at once")]
struct TooManySamples(usize);

impl From<TooManySamples> for Problem {
    fn from(error: TooManySamples) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "samples_too_many", error.to_string())
    }
}

/// A request's samples while it is read.
pub(crate) struct Intake<'a> {
    cache: &'a SeriesCache,
    most_samples: usize,
    sorted: Sorted,
    /// The provisional number of a key.
    provisional: HashMap<Box<[u8]>, SeriesId>,
}

/// A request's samples when all of it is read.
#[derive(Default)]
pub(crate) struct Sorted {
    /// In the order of arrival, which decides between two of one series and time. One series may go by several keys,
    /// and only some of them may be unknown.
    samples: Samples,
    unknown: Vec<Unknown>,
    /// How often the cache was asked.
    lookups: usize,
    /// How often it did not know.
    misses: usize,
    too_many_samples: bool,
    too_many_series: bool,
}

/// A series whose number the cache does not know.
struct Unknown {
    key: Box<[u8]>,
    series: NamedSeries,
    /// Of a line that is refused, series may have been found, but no samples come.
    has_samples: bool,
}

impl<'a> Intake<'a> {
    /// Takes at most `most_samples`.
    pub(crate) fn new(cache: &'a SeriesCache, most_samples: usize) -> Self {
        Self { cache, most_samples, sorted: Sorted::default(), provisional: HashMap::new() }
    }

    /// The number of the series `key`; a provisional one when the cache does not know it. `name` is called when an
    /// unknown key is met for the first time.
    pub(crate) fn find<E: From<TooManySeries>>(
        &mut self,
        key: &[u8],
        name: impl FnOnce() -> Result<NamedSeries, E>,
    ) -> Result<SeriesId, E> {
        if let Some(&number) = self.provisional.get(key) {
            return Ok(number);
        }
        self.sorted.lookups += 1;
        if let Some(number) = self.cache.get(key) {
            return Ok(number);
        }
        self.sorted.misses += 1;
        if self.sorted.unknown.len() == MOST_UNKNOWN {
            self.sorted.too_many_series = true;
            return Err(TooManySeries.into());
        }
        let unknown = Unknown { key: key.into(), series: name()?, has_samples: false };
        let number = provisional(self.sorted.unknown.len());
        self.provisional.insert(unknown.key.clone(), number);
        self.sorted.unknown.push(unknown);
        Ok(number)
    }

    /// Adds a sample of a series that was found. One too many is not kept in memory: the request will be refused.
    pub(crate) fn push(&mut self, series: SeriesId, sample: Sample) {
        if self.sorted.samples.len() == self.most_samples {
            self.sorted.too_many_samples = true;
            return;
        }
        if let Some(place) = place(series) {
            self.sorted.unknown[place].has_samples = true;
        }
        self.sorted.samples.push(series, sample);
    }

    pub(crate) fn finish(self) -> Sorted {
        self.sorted
    }
}

/// The number that stands for the unknown series at `place`: below zero, where the database counts from 1.
fn provisional(place: usize) -> SeriesId {
    SeriesId(!(place as i64))
}

fn place(series: SeriesId) -> Option<usize> {
    usize::try_from(!series.0).ok()
}

/// What became of a request's samples.
pub(crate) struct Taken {
    /// How many are committed.
    pub(crate) accepted: usize,
    /// Which are not, as they were pushed, counted from 0.
    pub(crate) refused: Vec<usize>,
    /// Why these are not.
    pub(crate) reason: SeriesLimit,
}

impl State {
    /// Looks up or makes the series that are unknown, then appends all samples but those of series that may not be made.
    /// Answers after the commit.
    pub(crate) async fn take(&self, account: AccountId, sorted: Sorted) -> Result<Taken, Problem> {
        self.meters.looked_up(sorted.lookups, sorted.misses);
        if sorted.too_many_series {
            self.meters.refused(TooManySeries.code());
        }
        let taken =
            self.keep(account, sorted).await.inspect_err(|problem| self.meters.refused(problem.code()))?;
        if !taken.refused.is_empty() {
            self.meters.refused(taken.reason.code());
        }
        Ok(taken)
    }

    async fn keep(&self, account: AccountId, sorted: Sorted) -> Result<Taken, Problem> {
        let Sorted { mut samples, unknown, too_many_samples, .. } = sorted;
        if too_many_samples {
            return Err(TooManySamples(self.most_samples).into());
        }
        let refused = samples.renumber(&self.look_up(account, unknown).await?);
        let accepted = samples.len();
        self.append(account, samples).await?;
        Ok(Taken { accepted, refused, reason: SeriesLimit(self.most_series) })
    }

    /// From the provisional number of each series that has samples to the one in the database; none where the account
    /// may have no more series. The cache learns them only when they are committed.
    async fn look_up(
        &self,
        account: AccountId,
        unknown: Vec<Unknown>,
    ) -> Result<HashMap<SeriesId, Option<SeriesId>>, Problem> {
        let unknown = unknown.into_iter().enumerate().filter(|(_, unknown)| unknown.has_samples);
        let unknown: Vec<_> = unknown.collect();
        let mut numbers = HashMap::new();
        if unknown.is_empty() {
            return Ok(numbers);
        }
        let wanted: Vec<_> = unknown.iter().map(|(_, unknown)| unknown.series.clone()).collect();
        let most = self.most_series;
        let resolve = move |connection: &mut PgConnection| Ok(resolve(connection, account, &wanted, most)?);
        let _turn = self.look_ups.acquire().await.map_err(Problem::internal)?;
        let found = run_db_as(&self.pool, account, resolve).await?;
        for ((place, unknown), number) in unknown.into_iter().zip(found) {
            if let Some(number) = number {
                self.cache.insert(unknown.key, number);
            }
            numbers.insert(provisional(place), number);
        }
        Ok(numbers)
    }
}
