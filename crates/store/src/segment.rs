//! Segments: samples of many series in one row, columns packed one behind the other.
//!
//! Format 1, all numbers little-endian:
//!
//! ```text
//! u32 runs, u32 samples
//! runs    × { i64 series, u32 samples }     sorted by series
//! samples × i64 time                        Unix milliseconds; within a run in the order of arrival
//! samples × f64 value
//! ```
//!
//! A reader finds the runs of the series that it wants in the directory and touches nothing else.

use std::collections::HashMap;

use tallykeep_domain::{Sample, SeriesId, TimeRange};

/// The number of the format that this release writes.
pub(crate) const FORMAT: i16 = 1;

/// The most samples in one segment, so that a reader's memory is bounded (4 MiB a segment).
pub(crate) const MOST_SAMPLES: usize = 1 << 18;

const HEADER_BYTES: usize = 8;
const RUN_BYTES: usize = 12;
const COLUMN_BYTES: usize = 8;

/// Samples on their way to the disk, in columns and in the order of arrival.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Samples {
    series: Vec<SeriesId>,
    times: Vec<i64>,
    values: Vec<f64>,
}

/// A segment that does not follow its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a segment is damaged, or written by a newer release")]
pub struct DamagedSegment;

impl Samples {
    /// What one sample takes while it waits for its commit, in bytes.
    pub(crate) const BYTES_EACH: usize = 24;

    /// Adds a sample of `series`.
    pub fn push(&mut self, series: SeriesId, sample: Sample) {
        self.series.push(series);
        self.times.push(sample.at.as_millis());
        self.values.push(sample.value);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Gives the samples of each series that `numbers` knows the number that it says.
    pub fn renumber(&mut self, numbers: &HashMap<SeriesId, SeriesId>) {
        for series in &mut self.series {
            *series = numbers.get(series).copied().unwrap_or(*series);
        }
    }

    /// Moves all of `later` behind these.
    pub(crate) fn append(&mut self, later: &mut Self) {
        self.series.append(&mut later.series);
        self.times.append(&mut later.times);
        self.values.append(&mut later.values);
    }

    /// Packs them into segments, none of them over [`MOST_SAMPLES`]. A later segment holds later arrivals.
    /// One is packed when it is asked for, so that the memory for it is not taken many times over.
    pub(crate) fn pack(&self) -> impl Iterator<Item = Packed> {
        let starts = (0..self.len()).step_by(MOST_SAMPLES);
        starts.map(|start| self.pack_part((start..self.len().min(start + MOST_SAMPLES)).collect()))
    }

    fn pack_part(&self, mut order: Vec<usize>) -> Packed {
        // Stable, so that within a series the order of arrival stays.
        order.sort_by_key(|&at| self.series[at]);
        let runs: Vec<_> = order.chunk_by(|&a, &b| self.series[a] == self.series[b]).collect();
        let mut data =
            Vec::with_capacity(HEADER_BYTES + runs.len() * RUN_BYTES + order.len() * 2 * COLUMN_BYTES);
        data.extend(as_u32(runs.len()).to_le_bytes());
        data.extend(as_u32(order.len()).to_le_bytes());
        for run in &runs {
            data.extend(self.series[run[0]].0.to_le_bytes());
            data.extend(as_u32(run.len()).to_le_bytes());
        }
        data.extend(order.iter().flat_map(|&at| self.times[at].to_le_bytes()));
        data.extend(order.iter().flat_map(|&at| self.values[at].to_le_bytes()));
        let times = || order.iter().map(|&at| self.times[at]);
        let (earliest, latest) = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
        Packed { earliest, latest, samples: order.len(), data }
    }
}

/// A segment ready to be written.
#[derive(Debug, PartialEq)]
pub(crate) struct Packed {
    /// The earliest time in it, Unix milliseconds.
    pub(crate) earliest: i64,
    /// The latest.
    pub(crate) latest: i64,
    pub(crate) samples: usize,
    pub(crate) data: Vec<u8>,
}

/// A segment as it was read, with its directory checked.
pub(crate) struct Segment<'a> {
    directory: &'a [u8],
    times: &'a [u8],
    values: &'a [u8],
}

impl<'a> Segment<'a> {
    pub(crate) fn parse(format: i16, data: &'a [u8]) -> Result<Self, DamagedSegment> {
        if format != FORMAT {
            return Err(DamagedSegment);
        }
        let (header, rest) = data.split_at_checked(HEADER_BYTES).ok_or(DamagedSegment)?;
        let (runs, samples) = header.split_at(4);
        let (runs, samples) = (u32_at(runs), u32_at(samples));
        let (directory, columns) = rest.split_at_checked(runs * RUN_BYTES).ok_or(DamagedSegment)?;
        let (times, values) = columns.split_at_checked(samples * COLUMN_BYTES).ok_or(DamagedSegment)?;
        let segment = Self { directory, times, values };
        let counted: usize = segment.runs().map(|(_, samples)| samples).sum();
        if counted == samples && values.len() == times.len() { Ok(segment) } else { Err(DamagedSegment) }
    }

    /// Each series with its samples, in the order of the directory.
    pub(crate) fn series(&self) -> impl Iterator<Item = (SeriesId, Run<'a>)> {
        let mut start = 0;
        self.runs().map(move |(series, samples)| {
            let bytes = start * COLUMN_BYTES..(start + samples) * COLUMN_BYTES;
            start += samples;
            (series, Run { times: &self.times[bytes.clone()], values: &self.values[bytes] })
        })
    }

    fn runs(&self) -> impl Iterator<Item = (SeriesId, usize)> + use<'a> {
        self.directory.chunks_exact(RUN_BYTES).map(|run| {
            let (series, samples) = run.split_at(8);
            (SeriesId(i64::from_le_bytes(eight(series))), u32_at(samples))
        })
    }
}

/// The samples of one series in a segment.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    times: &'a [u8],
    values: &'a [u8],
}

impl Run<'_> {
    /// Times and values within `range`, in the order of arrival.
    pub(crate) fn within(self, range: TimeRange) -> impl Iterator<Item = (i64, f64)> {
        let range = range.start().as_millis()..range.end().as_millis();
        self.all().filter(move |(time, _)| range.contains(time))
    }

    pub(crate) fn all(self) -> impl Iterator<Item = (i64, f64)> {
        let times = self.times.chunks_exact(COLUMN_BYTES).map(|bytes| i64::from_le_bytes(eight(bytes)));
        let values = self.values.chunks_exact(COLUMN_BYTES).map(|bytes| f64::from_le_bytes(eight(bytes)));
        times.zip(values)
    }
}

fn eight(bytes: &[u8]) -> [u8; 8] {
    let mut array = [0; 8];
    array.copy_from_slice(bytes);
    array
}

fn u32_at(bytes: &[u8]) -> usize {
    let mut array = [0; 4];
    array.copy_from_slice(bytes);
    u32::from_le_bytes(array) as usize
}

/// Counts within one segment, which [`MOST_SAMPLES`] keeps far below the bound.
fn as_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples(of: &[(i64, i64, f64)]) -> Samples {
        let mut samples = Samples::default();
        for &(series, time, value) in of {
            samples.push(SeriesId(series), Sample::new(time, value).unwrap());
        }
        samples
    }

    fn unpack(packed: &Packed) -> Vec<(i64, i64, f64)> {
        let segment = Segment::parse(FORMAT, &packed.data).unwrap();
        let run = |(series, run): (SeriesId, Run<'_>)| {
            run.all().map(move |(at, value)| (series.0, at, value)).collect::<Vec<_>>()
        };
        segment.series().flat_map(run).collect()
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked_by_series_in_order_of_arrival(
            of in prop::collection::vec((0_i64..5, 0_i64..1_000, -1e9_f64..1e9), 1..200)
        ) {
            let packed: Vec<_> = samples(&of).pack().collect();
            let mut expected = of.clone();
            expected.sort_by_key(|&(series, ..)| series);
            prop_assert_eq!(packed.len(), 1);
            prop_assert_eq!(unpack(&packed[0]), expected);
            prop_assert_eq!(packed[0].earliest, of.iter().map(|s| s.1).min().unwrap());
            prop_assert_eq!(packed[0].latest, of.iter().map(|s| s.1).max().unwrap());
        }

        #[test]
        fn bytes_that_are_no_segment_are_refused_or_read_without_a_panic(
            data in prop::collection::vec(any::<u8>(), 0..200)
        ) {
            if let Ok(segment) = Segment::parse(FORMAT, &data) {
                segment.series().for_each(|(_, run)| { run.within(TimeRange::ALL).count(); });
            }
        }
    }

    #[test]
    fn a_segment_that_is_cut_off_is_refused() {
        let packed = samples(&[(1, 10, 1.0), (2, 20, 2.0)]).pack().next().unwrap();
        for length in 0..packed.data.len() {
            assert!(Segment::parse(FORMAT, &packed.data[..length]).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn a_format_of_the_future_is_refused() {
        let packed = samples(&[(1, 10, 1.0)]).pack().next().unwrap();
        assert!(Segment::parse(FORMAT + 1, &packed.data).is_err());
    }

    #[test]
    fn a_large_batch_becomes_several_segments() {
        let mut many = Samples::default();
        for n in 0..=MOST_SAMPLES {
            many.push(SeriesId(1), Sample::new(i64::try_from(n).unwrap(), 0.0).unwrap());
        }
        let sizes: Vec<_> = many.pack().map(|packed| packed.samples).collect();
        assert_eq!(sizes, [MOST_SAMPLES, 1]);
    }
}
