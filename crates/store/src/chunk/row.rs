//! A chunk as it lies in its row, which readers and compaction see alike.

use diesel::prelude::*;
use jiff_diesel::Timestamp;
use tallykeep_database::schema::metrics::chunks;
use tallykeep_domain::SeriesId;

use super::{DamagedChunk, decode_times, decode_values};
use crate::{columns::Columns, commit::timestamp, piece::Piece};

/// What tells a chunk from every other one of its account: its series, and its first time in Unix milliseconds.
pub(crate) type Key = (SeriesId, i64);

/// The key of the row with these two columns.
pub(crate) fn key(series_id: i64, earliest: Timestamp) -> Key {
    (SeriesId(series_id), earliest.to_jiff().as_millisecond())
}

/// Keys as two columns, for `unnest`.
pub(crate) fn key_columns(keys: &[Key]) -> (Vec<i64>, Vec<Timestamp>) {
    keys.iter().map(|(series, earliest)| (series.0, timestamp(*earliest))).unzip()
}

/// The samples of a row, not decoded yet. A chunk that outlived them has none.
#[derive(Debug, QueryableByName)]
#[diesel(table_name = chunks, check_for_backend(diesel::pg::Pg))]
pub(crate) struct SampleColumns {
    samples: i32,
    format: i16,
    times: Option<Vec<u8>>,
    sample_values: Option<Vec<u8>>,
}

impl SampleColumns {
    /// What they hold, of the series whose row it is.
    ///
    /// # Errors
    /// When there is nothing, or not what was written.
    pub(crate) fn decode(&self, series: SeriesId) -> Result<Columns, DamagedChunk> {
        let samples = usize::try_from(self.samples).map_err(|_| DamagedChunk)?;
        let times = self.times.as_deref().ok_or(DamagedChunk)?;
        let values = self.sample_values.as_deref().ok_or(DamagedChunk)?;
        Ok(Columns {
            times: decode_times(series, self.format, samples, times)?,
            values: decode_values(series, self.format, samples, values)?,
        })
    }
}

/// The pieces of a row: piece n is element n of each array.
#[derive(Debug, Insertable, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = chunks, check_for_backend(diesel::pg::Pg))]
pub(crate) struct PieceColumns {
    piece_starts: Vec<Timestamp>,
    piece_counts: Vec<i32>,
    piece_sums: Vec<f64>,
    piece_minima: Vec<f64>,
    piece_maxima: Vec<f64>,
    piece_firsts: Vec<f64>,
    piece_lasts: Vec<f64>,
    piece_increases: Vec<f64>,
}

impl PieceColumns {
    pub(crate) fn of(pieces: &[Piece]) -> Self {
        Self {
            piece_starts: pieces.iter().map(|piece| timestamp(piece.start)).collect(),
            piece_counts: pieces.iter().map(|piece| piece.count).collect(),
            piece_sums: pieces.iter().map(|piece| piece.sum).collect(),
            piece_minima: pieces.iter().map(|piece| piece.min).collect(),
            piece_maxima: pieces.iter().map(|piece| piece.max).collect(),
            piece_firsts: pieces.iter().map(|piece| piece.first).collect(),
            piece_lasts: pieces.iter().map(|piece| piece.last).collect(),
            piece_increases: pieces.iter().map(|piece| piece.increase).collect(),
        }
    }

    /// The pieces again.
    ///
    /// # Errors
    /// When an array is shorter than the first: somebody has been at the table.
    pub(crate) fn pieces(&self) -> Result<Vec<Piece>, DamagedChunk> {
        let piece = |(n, start): (usize, &Timestamp)| {
            Some(Piece {
                start: start.to_jiff().as_millisecond(),
                count: *self.piece_counts.get(n)?,
                sum: *self.piece_sums.get(n)?,
                min: *self.piece_minima.get(n)?,
                max: *self.piece_maxima.get(n)?,
                first: *self.piece_firsts.get(n)?,
                last: *self.piece_lasts.get(n)?,
                increase: *self.piece_increases.get(n)?,
            })
        };
        let pieces: Option<Vec<_>> = self.piece_starts.iter().enumerate().map(piece).collect();
        pieces.ok_or(DamagedChunk)
    }
}
