//! Reading the samples of series in a range, wherever they lie: compressed in chunks, and what is not compacted yet over
//! them. Chunks come page by page; while some are decoded, the next ones are on their way.

mod chunks;
mod pages;
mod recent;
mod strand;

use std::{collections::BTreeSet, thread};

use diesel::PgConnection;
use tallykeep_domain::{AccountId, SeriesId, TimeRange};

use crate::{Piece, ReadError};
use strand::Strand;

pub(crate) use pages::Pages;
pub(crate) use recent::Recent;

/// What to read.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'a> {
    /// Whose.
    pub account: AccountId,
    /// Of which series.
    pub series: &'a BTreeSet<SeriesId>,
    /// In which range.
    pub range: TimeRange,
    /// Edges, Unix milliseconds in order, over which no piece may reach that stands for its samples. `None` asks for the
    /// samples themselves.
    pub grid: Option<&'a [i64]>,
    /// How many samples that are not compacted yet may be held in memory.
    pub most_recent: usize,
    /// How many threads decode at once.
    pub threads: usize,
}

/// Some of the samples of one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part<'a> {
    /// As columns of one length, in the order of time, each time once.
    Samples {
        /// Unix milliseconds.
        times: &'a [i64],
        /// The values at these times.
        values: &'a [f64],
    },
    /// Summed up, in the order of time: where the scan allows it, and where the samples were given up and nothing else
    /// is left.
    Pieces(&'a [Piece]),
}

/// What is gathered of the series of a scan.
pub trait Fold: Sync {
    /// What is gathered of one series.
    type Series: Default + Send;

    /// Adds a part of a series. The parts of a series come in the order of time; several series are added to at once.
    ///
    /// # Errors
    /// Whatever ends the scan.
    fn add(&self, series: &mut Self::Series, part: Part<'_>) -> Result<(), ReadError>;
}

/// Reads what `scan` names, and hands what `fold` gathered of each series that has anything to `finish`, in the order of
/// their numbers. The transaction acts for the account, and it is one that sees all the time what it saw first
/// ([`as_reader`](tallykeep_database::as_reader)): in any other a compaction could move samples past the reader.
///
/// # Errors
/// See [`ReadError`]; and those of `fold` and `finish`.
pub fn scan<F: Fold>(
    connection: &mut PgConnection,
    scan: &Scan<'_>,
    fold: &F,
    mut finish: impl FnMut(SeriesId, F::Series) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let recent = Recent::load(connection, scan)?;
    let mut pages = Pages::new(scan, &recent);
    let mut page = pages.next(connection)?;
    // What was gathered of a series that goes on in the next page.
    let mut open = None;
    while let Some(strands) = page {
        let mut gathered: Vec<(Strand, F::Series)> =
            strands.into_iter().map(|strand| (strand, open.take().unwrap_or_default())).collect();
        page = gather(scan, fold, &recent, &mut gathered, || pages.next(connection))?;
        for (strand, series) in gathered {
            if strand.is_last() {
                finish(strand.series(), series)?;
            } else {
                open = Some(series);
            }
        }
    }
    Ok(())
}

/// Walks all strands, as many at once as may be, and meanwhile does what is to be done `beside` it.
fn gather<F: Fold, T>(
    scan: &Scan<'_>,
    fold: &F,
    recent: &Recent,
    strands: &mut [(Strand, F::Series)],
    beside: impl FnOnce() -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let share = strands.len().div_ceil(scan.threads.max(1)).max(1);
    thread::scope(|scope| {
        let walks: Vec<_> = strands
            .chunks_mut(share)
            .map(|share| {
                scope.spawn(|| {
                    share.iter_mut().try_for_each(|(strand, series)| {
                        strand.walk(recent.of(strand.series()), |part| fold.add(series, part))
                    })
                })
            })
            .collect();
        let beside = beside();
        for walk in walks {
            walk.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        beside
    })
}
