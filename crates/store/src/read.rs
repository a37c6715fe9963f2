//! Samples as they are, all of them in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
};

use diesel::PgConnection;
use tallykeep_domain::{AccountId, Instant, Sample, SeriesId, TimeRange};

use crate::{
    chunk::DamagedChunk,
    scan::{Fold, Part, Scan, scan},
    segment::DamagedSegment,
};

/// Why samples were not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// More than the caller set memory aside for.
    #[error("the range holds more than {0} samples; choose a shorter one or fewer series")]
    TooMany(usize),
    /// More points than the caller takes.
    #[error("more than {0} points; choose a longer step, a shorter range or fewer groups")]
    TooManyPoints(usize),
    /// A segment that cannot be read.
    #[error("segment {id}: {error}")]
    Damaged {
        /// The segment's number.
        id: i64,
        /// What is wrong.
        error: DamagedSegment,
    },
    /// A chunk that cannot be read.
    #[error("chunk of series {} at {earliest} ms: {error}", series.0)]
    DamagedChunk {
        /// Its series.
        series: SeriesId,
        /// When its first sample is, Unix milliseconds.
        earliest: i64,
        /// What is wrong.
        error: DamagedChunk,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

impl ReadError {
    pub(crate) const fn damaged_chunk(series: SeriesId, earliest: i64) -> Self {
        Self::DamagedChunk { series, earliest, error: DamagedChunk }
    }
}

/// The samples of each of `series` in `range`, in the order of time, each time once, at most `most` in all. The
/// transaction acts for `account`, and is one of [`as_reader`](tallykeep_database::as_reader).
///
/// # Errors
/// See [`ReadError`].
pub fn read(
    connection: &mut PgConnection,
    account: AccountId,
    series: &BTreeSet<SeriesId>,
    range: TimeRange,
    most: usize,
) -> Result<BTreeMap<SeriesId, Vec<Sample>>, ReadError> {
    // One thread: whoever wants samples as they are wants few of them.
    let wanted = Scan { account, series, range, grid: None, most_recent: most, threads: 1 };
    let samples = All { most, count: AtomicUsize::new(0) };
    let mut found = BTreeMap::new();
    scan(connection, &wanted, &samples, |series, samples| {
        if !samples.is_empty() {
            found.insert(series, samples);
        }
        Ok(())
    })?;
    Ok(found)
}

/// How many samples `series` have in `range`, each time once. Hardly any of them is looked at. The transaction is as
/// [`read`] wants it.
///
/// # Errors
/// See [`ReadError`].
pub fn count(
    connection: &mut PgConnection,
    account: AccountId,
    series: &BTreeSet<SeriesId>,
    range: TimeRange,
) -> Result<usize, ReadError> {
    let edges = [range.start().as_millis(), range.end().as_millis()];
    let counted = Scan { account, series, range, grid: Some(&edges), most_recent: usize::MAX, threads: 1 };
    let mut count = 0;
    scan(connection, &counted, &Count, |_, samples| {
        count += samples;
        Ok(())
    })?;
    Ok(count)
}

/// Counts samples.
struct Count;

impl Fold for Count {
    type Series = usize;

    fn add(&self, count: &mut usize, part: Part<'_>) -> Result<(), ReadError> {
        *count += match part {
            Part::Samples { times, .. } => times.len(),
            Part::Pieces(pieces) => {
                pieces.iter().map(|piece| usize::try_from(piece.count).unwrap_or_default()).sum()
            }
        };
        Ok(())
    }
}

/// Gathers all samples, and counts them.
struct All {
    most: usize,
    count: AtomicUsize,
}

impl Fold for All {
    type Series = Vec<Sample>;

    fn add(&self, series: &mut Vec<Sample>, part: Part<'_>) -> Result<(), ReadError> {
        // What is summed up has no samples any more.
        let Part::Samples { times, values } = part else { return Ok(()) };
        let count = self.count.fetch_add(times.len(), Ordering::Relaxed) + times.len();
        if count > self.most {
            return Err(ReadError::TooMany(self.most));
        }
        // Times were checked before they were written, and what is read is covered by sums. None is left out.
        let samples = times.iter().zip(values);
        series
            .extend(samples.filter_map(|(&time, &value)| {
                Instant::from_millis(time).ok().map(|at| Sample { at, value })
            }));
        Ok(())
    }
}
