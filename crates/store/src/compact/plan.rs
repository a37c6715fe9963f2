//! Which chunks are written anew.
//!
//! Those that a change touches, and small ones beside them: as soon as [`FAN`] − 1 neighbours in a row are no larger than
//! what is written anyway, they are merged with it. So chunks grow by a factor of some [`FAN`] each time that they are
//! written, and a sample is written a few times on its way into a full chunk, however few come with each compaction
//! (O'Neil et al., The Log-Structured Merge-Tree, 1996; tiers instead of its levels, since a merge may not touch the
//! rest of the series).

use std::ops::Range;

use crate::chunk;

/// How many chunks of a size become one of the next.
const FAN: usize = 4;
/// How many chunks on either side of a change are looked at: [`FAN`] of each size that there is below a full one.
pub(super) const NEIGHBOURS: i64 = 28;

/// Where a chunk lies, without its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) earliest: i64,
    pub(super) latest: i64,
    pub(super) samples: usize,
}

/// Chunks that become one, with new samples, before they are divided again by their size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Merge {
    /// Which of the chunks.
    pub(super) chunks: Range<usize>,
    /// Which of the new samples.
    pub(super) written: Range<usize>,
}

/// A chunk and the new samples within it, or new samples between two chunks.
struct Slot {
    merge: Merge,
    samples: usize,
    touched: bool,
}

/// What is to be written. `chunks` follow each other without a gap in the listing; `times` ascend.
pub(super) fn plan(chunks: &[Header], times: &[i64], hidden: &[Range<i64>]) -> Vec<Merge> {
    let slots = slots(chunks, times, hidden);
    let mut merges = Vec::new();
    let mut at = 0;
    while let Some(offset) = slots[at..].iter().position(|slot| slot.touched) {
        let start = at + offset;
        let end = start + slots[start..].iter().take_while(|slot| slot.touched).count();
        let together = with_neighbours(&slots, at, start..end);
        at = together.end;
        merges.push(join(&slots[together]));
    }
    merges
}

fn slots(chunks: &[Header], times: &[i64], hidden: &[Range<i64>]) -> Vec<Slot> {
    let (mut slots, mut done) = (Vec::new(), 0);
    let until = |time: i64| times.partition_point(|&at| at < time);
    for (n, chunk) in chunks.iter().enumerate() {
        let (within, behind) = (until(chunk.earliest), until(chunk.latest + 1));
        slots.extend(gap(n, done..within));
        let overlaps = |range: &Range<i64>| range.start <= chunk.latest && chunk.earliest < range.end;
        slots.push(Slot {
            samples: chunk.samples + behind - within,
            touched: within < behind || hidden.iter().any(overlaps),
            merge: Merge { chunks: n..n + 1, written: within..behind },
        });
        done = behind;
    }
    slots.extend(gap(chunks.len(), done..times.len()));
    slots
}

/// New samples before the chunk `n`, if there are any.
fn gap(n: usize, written: Range<usize>) -> Option<Slot> {
    let samples = written.len();
    (samples > 0).then_some(Slot { merge: Merge { chunks: n..n, written }, samples, touched: true })
}

/// The slots of `touched` and the small chunks beside them, none of them before `first`.
fn with_neighbours(slots: &[Slot], first: usize, touched: Range<usize>) -> Range<usize> {
    let mut together = touched;
    loop {
        let samples: usize = slots[together.clone()].iter().map(|slot| slot.samples).sum();
        let small =
            |slot: &&Slot| !slot.touched && slot.samples <= samples && slot.samples < chunk::MOST_SAMPLES / 2;
        let before = slots[first..together.start].iter().rev().take_while(small).count();
        let behind = slots[together.end..].iter().take_while(small).count();
        if before.max(behind) < FAN - 1 {
            return together;
        }
        if before >= FAN - 1 {
            together.start -= before;
        }
        if behind >= FAN - 1 {
            together.end += behind;
        }
    }
}

fn join(slots: &[Slot]) -> Merge {
    let (first, last) = (&slots[0].merge, &slots[slots.len() - 1].merge);
    Merge { chunks: first.chunks.start..last.chunks.end, written: first.written.start..last.written.end }
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    /// Chunks of ten milliseconds each, one behind the other from 0 on, with so many samples.
    fn chunks(samples: &[usize]) -> Vec<Header> {
        let chunk = |(n, &samples): (usize, &usize)| {
            let earliest = 10 * i64::try_from(n).unwrap();
            Header { earliest, latest: earliest + 8, samples }
        };
        samples.iter().enumerate().map(chunk).collect()
    }

    fn merge(chunks: Range<usize>, written: Range<usize>) -> Merge {
        Merge { chunks, written }
    }

    #[test]
    fn new_samples_behind_large_chunks_become_a_chunk_of_their_own() {
        assert_eq!(plan(&chunks(&[100, 100]), &[30, 31], &[]), [merge(2..2, 0..2)]);
    }

    #[test]
    fn a_chunk_with_a_late_sample_is_written_anew_alone() {
        assert_eq!(plan(&chunks(&[100, 100, 100]), &[15], &[]), [merge(1..2, 0..1)]);
    }

    #[test]
    fn samples_that_touch_neighbours_bring_them_together() {
        assert_eq!(plan(&chunks(&[100, 100]), &[5, 9, 12], &[]), [merge(0..2, 0..3)]);
    }

    #[test]
    fn what_lies_between_two_touched_chunks_is_left_alone() {
        let expected = [merge(0..1, 0..1), merge(3..4, 1..2)];
        assert_eq!(plan(&chunks(&[100, 100, 100, 100]), &[5, 35], &[]), expected);
    }

    #[test]
    fn three_neighbours_that_are_no_larger_are_merged_with_what_is_written() {
        assert_eq!(plan(&chunks(&[9, 2, 2, 2]), &[40, 41], &[]), [merge(1..4, 0..2)]);
        assert_eq!(plan(&chunks(&[9, 2, 2]), &[40, 41], &[]), [merge(3..3, 0..2)]);
        assert_eq!(plan(&chunks(&[9, 2, 2, 2, 99]), &[5], &[]), [merge(0..4, 0..1)]);
    }

    #[test]
    fn full_chunks_are_not_merged_again() {
        let full = chunk::MOST_SAMPLES / 2;
        assert_eq!(plan(&chunks(&[full, full, full]), &(30..9_000).collect::<Vec<_>>(), &[]).len(), 1);
        assert_eq!(plan(&chunks(&[full, full, full]), &(30..9_000).collect::<Vec<_>>(), &[])[0].chunks, 3..3);
    }

    #[test]
    fn chunks_that_a_deletion_reaches_are_written_anew() {
        let hiding = |range: Range<i64>| plan(&chunks(&[100, 100, 100]), &[], slice::from_ref(&range));
        assert_eq!(hiding(8..11), [merge(0..2, 0..0)]);
        assert_eq!(hiding(9..10), []);
    }

    #[test]
    fn a_sample_is_written_a_few_times_however_few_come_at_once() {
        const SAMPLES: i64 = 20_000;
        let (mut stored, mut written) = (Vec::<Header>::new(), 0);
        for time in 0..SAMPLES {
            for merge in plan(&stored, &[time], &[]) {
                let parts = &stored[merge.chunks.clone()];
                let samples = parts.iter().map(|part| part.samples).sum::<usize>() + merge.written.len();
                let earliest = parts.first().map_or(time, |part| part.earliest);
                stored.splice(merge.chunks, [Header { earliest, latest: time, samples }]);
                written += samples;
            }
        }
        assert!(written <= 8 * SAMPLES as usize, "{written} samples were written");
        assert!(stored.len() <= 30, "{} chunks", stored.len());
    }
}
