//! Segments: samples of many series in one row, sorted by series and within a series in the order of arrival.
//!
//! All numbers are little-endian. What this release writes is format 2:
//!
//! ```text
//!  u32       runs: how many series
//!  u32       samples
//!  u8        places behind the point of the values, 0 to 9; 255: values are the bits of doubles
//!  4 ×       the frame of each column
//!    i64       the least number in it
//!    u64       unit: all numbers are so many units above the least
//!    u8        width of a number in bytes, 0 to 8
//!  runs ×    series, rising
//!  runs ×    how many samples of it
//!  samples × time in Unix milliseconds
//!  samples × value × 10^places, or its bits
//!  u64       CRC-32 (IEEE 802.3) of everything before it, filled up with zeros
//! ```
//!
//! A number of a column takes `width` bytes and counts units: it means `least + unit × number`, modulo 2⁶⁴. So times on
//! a grid of ten seconds take a byte each, and a column of equal numbers none. Values are whole numbers only where each
//! of them, divided again, is the same double, bit for bit.
//!
//! The sum stands at the end and has eight bytes, so that a reader may take eight bytes wherever a number begins. It is
//! checked before anything is believed: damage is an error and never a wrong number.
//!
//! General compressors and `pco` were rejected here: a segment lives for minutes, and what packing it costs is missing
//! where samples are received.
//!
//! Format 1, of earlier releases, has no sum:
//!
//! ```text
//! u32 runs, u32 samples
//! runs    × { i64 series, u32 samples }     sorted by series
//! samples × i64 time                        Unix milliseconds
//! samples × f64 value
//! ```
//!
//! A reader finds the runs of the series that it wants and decodes nothing else. A format that is not known is refused
//! like damage; a newer release reads all older ones.

mod column;
mod pack;
mod values;

use std::ops::Range;

use tallykeep_domain::{SeriesId, TimeRange};

use column::{Column, Frame};
pub(crate) use pack::Packed;
use values::Scale;

/// The number of the format that this release writes.
pub(crate) const FORMAT: i16 = 2;

/// The most samples in one segment, so that a reader's memory is bounded: 4 MiB a segment.
pub(crate) const MOST_SAMPLES: usize = 1 << 18;

/// More than any release has put into a segment. Columns of equal numbers take no bytes, so nothing else bounds what a
/// damaged number would have a reader go through.
const MOST_READ: usize = 1 << 20;

/// A segment that does not follow its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a segment is damaged, or written by a newer release")]
pub struct DamagedSegment;

/// A segment as it was read, with its sum and its counts checked.
pub(crate) struct Segment<'a> {
    runs: usize,
    series: Column<'a>,
    counts: Column<'a>,
    times: Column<'a>,
    values: Column<'a>,
    scale: Scale,
}

impl<'a> Segment<'a> {
    pub(crate) fn parse(format: i16, data: &'a [u8]) -> Result<Self, DamagedSegment> {
        let (segment, samples) = match format {
            1 => Self::parse_plain(data),
            FORMAT => Self::parse_framed(data),
            _ => Err(DamagedSegment),
        }?;
        if samples > MOST_READ || segment.runs > samples {
            return Err(DamagedSegment);
        }
        let counted = (0..segment.runs).try_fold(0_usize, |counted, run| {
            let count = usize::try_from(segment.counts.at(run)).ok().filter(|&count| count > 0)?;
            counted.checked_add(count)
        });
        if counted == Some(samples) { Ok(segment) } else { Err(DamagedSegment) }
    }

    /// Format 2, and how many samples it says it holds.
    fn parse_framed(data: &'a [u8]) -> Result<(Self, usize), DamagedSegment> {
        let (content, sum) = data.split_last_chunk().ok_or(DamagedSegment)?;
        if u64::from_le_bytes(*sum) != checksum(content) {
            return Err(DamagedSegment);
        }
        let rest = &mut &*data;
        let (runs, samples) = (count(rest)?, count(rest)?);
        let [scale] = take(rest)?;
        let scale = Scale::from_byte(scale).ok_or(DamagedSegment)?;
        let mut frame = || Frame::read(rest);
        let (series, counts, times, values) = (frame()?, frame()?, frame()?, frame()?);
        let series = series.read_column(runs, rest)?;
        let counts = counts.read_column(runs, rest)?;
        let times = times.read_column(samples, rest)?;
        let values = values.read_column(samples, rest)?;
        // The sum is left, and nothing else.
        if rest.len() != sum.len() {
            return Err(DamagedSegment);
        }
        Ok((Self { runs, series, counts, times, values, scale }, samples))
    }

    /// Format 1, and how many samples it says it holds.
    fn parse_plain(data: &'a [u8]) -> Result<(Self, usize), DamagedSegment> {
        const RUN_BYTES: usize = 12;
        const COLUMN_BYTES: usize = 8;
        let mut rest = data;
        let (runs, samples) = (count(&mut rest)?, count(&mut rest)?);
        let columns = rest.get(runs * RUN_BYTES..).ok_or(DamagedSegment)?;
        let (_, values) = columns.split_at_checked(samples * COLUMN_BYTES).ok_or(DamagedSegment)?;
        if values.len() != samples * COLUMN_BYTES {
            return Err(DamagedSegment);
        }
        let segment = Self {
            runs,
            series: Column::plain(rest, RUN_BYTES, 8),
            // Up to the end of the data: a count has four bytes, and eight are taken.
            counts: Column::plain(rest.get(8..).unwrap_or_default(), RUN_BYTES, 4),
            times: Column::plain(columns, COLUMN_BYTES, 8),
            values: Column::plain(values, COLUMN_BYTES, 8),
            scale: Scale::Bits,
        };
        Ok((segment, samples))
    }

    /// Each series with its samples, in the order of the series.
    pub(crate) fn series(&self) -> impl Iterator<Item = (SeriesId, Run<'a>)> {
        self.runs().map(|(series, places)| (series, self.run(places)))
    }

    /// Each series with the places of its samples, in the order of the series.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (SeriesId, Range<usize>)> {
        let mut start = 0;
        (0..self.runs).map(move |run| {
            let end = start + self.counts.at(run) as usize;
            let places = start..end;
            start = end;
            (SeriesId(self.series.at(run)), places)
        })
    }

    /// The samples at `places`.
    pub(crate) fn run(&self, places: Range<usize>) -> Run<'a> {
        let Self { times, values, scale, .. } = *self;
        Run { times, values, scale, start: places.start, end: places.end }
    }
}

/// The samples of one series in a segment.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    times: Column<'a>,
    values: Column<'a>,
    scale: Scale,
    start: usize,
    end: usize,
}

impl Run<'_> {
    /// Times and values within `range`, in the order of arrival.
    pub(crate) fn within(self, range: TimeRange) -> impl Iterator<Item = (i64, f64)> {
        let range = range.start().as_millis()..range.end().as_millis();
        let places = (self.start..self.end).map(move |place| (place, self.times.at(place)));
        places
            .filter(move |(_, time)| range.contains(time))
            .map(move |(place, time)| (time, self.scale.value(self.values.at(place))))
    }

    /// All times and values, in the order of arrival.
    pub(crate) fn all(self) -> impl ExactSizeIterator<Item = (i64, f64)> {
        (self.start..self.end)
            .map(move |place| (self.times.at(place), self.scale.value(self.values.at(place))))
    }
}

/// Over everything that stands before it.
fn checksum(content: &[u8]) -> u64 {
    crc32fast::hash(content).into()
}

/// Takes `N` bytes off the front of `data`.
fn take<const N: usize>(data: &mut &[u8]) -> Result<[u8; N], DamagedSegment> {
    let (bytes, rest) = data.split_first_chunk().ok_or(DamagedSegment)?;
    *data = rest;
    Ok(*bytes)
}

fn count(data: &mut &[u8]) -> Result<usize, DamagedSegment> {
    Ok(u32::from_le_bytes(take(data)?) as usize)
}

fn eight(bytes: &[u8]) -> [u8; 8] {
    let mut array = [0; 8];
    array.copy_from_slice(bytes);
    array
}

#[cfg(test)]
mod tests;
