//! One series through a stretch of time: its chunks, and what is not compacted yet over and between them.

use std::ops::Range;

use tallykeep_domain::SeriesId;

use super::{
    Part,
    chunks::{Chunk, Content},
    recent::{RecentSeries, overlap},
};
use crate::{Piece, ReadError, columns::Columns, piece::reaches};

/// The chunks of one series that lie in a stretch of time.
#[derive(Debug)]
pub(crate) struct Strand {
    pub(super) series: SeriesId,
    /// Which stretch, Unix milliseconds.
    pub(super) range: Range<i64>,
    pub(super) chunks: Vec<Chunk>,
    /// Whether the scan of the series ends with it.
    pub(super) last: bool,
}

impl Strand {
    pub(crate) fn series(&self) -> SeriesId {
        self.series
    }

    /// The first instant behind it, Unix milliseconds.
    pub(crate) fn end(&self) -> i64 {
        self.range.end
    }

    pub(super) fn is_last(&self) -> bool {
        self.last
    }

    /// Hands out all of it in the order of time. `recent` is what is not compacted yet of the series.
    pub(crate) fn walk(
        &self,
        recent: &RecentSeries,
        emit: impl FnMut(Part<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let within = recent.within(&self.range);
        let mut walk = Walk { strand: self, recent, next: within.start, end: within.end, emit };
        for chunk in &self.chunks {
            walk.emit_recent_before(chunk.range.start)?;
            match &chunk.content {
                Content::Samples(columns) => {
                    let damaged = |_| ReadError::damaged_chunk(self.series, chunk.range.start);
                    walk.emit_samples(&columns.decode(self.series).map_err(damaged)?)?;
                }
                Content::Pieces(pieces) => walk.emit_pieces(pieces, &chunk.range)?,
            }
        }
        walk.emit_recent_before(i64::MAX)
    }
}

/// A walk along a strand.
struct Walk<'a, E> {
    strand: &'a Strand,
    recent: &'a RecentSeries,
    /// Which sample of `recent` comes next.
    next: usize,
    /// The first sample of `recent` behind the strand.
    end: usize,
    emit: E,
}

impl<E: FnMut(Part<'_>) -> Result<(), ReadError>> Walk<'_, E> {
    /// Hands out what is not compacted yet and lies before `time`.
    fn emit_recent_before(&mut self, time: i64) -> Result<(), ReadError> {
        let taken = self.take_recent_before(time);
        if taken.is_empty() {
            return Ok(());
        }
        let samples = &self.recent.samples;
        (self.emit)(Part::Samples { times: &samples.times[taken.clone()], values: &samples.values[taken] })
    }

    fn take_recent_before(&mut self, time: i64) -> Range<usize> {
        let waiting = &self.recent.samples.times[self.next..self.end];
        let start = self.next;
        self.next += waiting.partition_point(|at| *at < time);
        start..self.next
    }

    /// Hands out the samples of a chunk, and what was written over and deleted since.
    fn emit_samples(&mut self, samples: &Columns) -> Result<(), ReadError> {
        let before = |edge: i64| samples.times.partition_point(|time| *time < edge);
        let within = before(self.strand.range.start)..before(self.strand.range.end);
        let (times, values) = (&samples.times[within.clone()], &samples.values[within]);
        let (Some(&first), Some(&last)) = (times.first(), times.last()) else { return Ok(()) };
        let hidden = self.recent.hidden.iter().filter(|hidden| overlap(hidden, &(first..last + 1)));
        let hidden: Vec<Range<i64>> = hidden.cloned().collect();
        let newer = self.take_recent_before(last + 1);
        if newer.is_empty() && hidden.is_empty() {
            return (self.emit)(Part::Samples { times, values });
        }
        let mut all = Columns { times: times.to_vec(), values: values.to_vec() };
        all.remove(&hidden);
        all.write_over(self.recent.samples.part(newer));
        if all.times.is_empty() {
            return Ok(());
        }
        (self.emit)(Part::Samples { times: &all.times, values: &all.values })
    }

    /// Hands out the pieces of a chunk that reaches over `range`, and between them what came later.
    fn emit_pieces(&mut self, pieces: &[Piece], range: &Range<i64>) -> Result<(), ReadError> {
        let visible = visible(pieces, range, &self.recent.hidden);
        let mut rest = visible.as_slice();
        while let Some(first) = rest.first() {
            self.emit_recent_before(first.start)?;
            let next = self.recent.samples.times[self.next..self.end].first().copied().unwrap_or(i64::MAX);
            let (before, after) = rest.split_at(rest.partition_point(|piece| piece.start <= next));
            (self.emit)(Part::Pieces(before))?;
            rest = after;
        }
        Ok(())
    }
}

/// The pieces that are not deleted, of a chunk that reaches over `range`. One of which a part is deleted goes whole, because
/// nobody knows what is left of it. What the chunk before or behind has in the same hour is no part of it.
fn visible(pieces: &[Piece], range: &Range<i64>, hidden: &[Range<i64>]) -> Vec<Piece> {
    let is_hidden = |reach: Range<i64>| {
        let own = reach.start.max(range.start)..reach.end;
        hidden.iter().any(|hidden| overlap(hidden, &own))
    };
    let visible = reaches(pieces, range.end).filter(|(_, reach)| !is_hidden(reach.clone()));
    visible.map(|(piece, _)| *piece).collect()
}
