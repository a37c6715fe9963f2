//! Packing: from samples in the order of arrival to the bytes of a segment.

use super::{MOST_SAMPLES, checksum, column::Frame, values::to_numbers};
use crate::samples::{Row, Samples};

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

impl Samples {
    /// Packs them into segments, none of them over [`MOST_SAMPLES`]. A later segment holds later arrivals.
    /// One is packed when it is asked for, so that the memory for it is not taken many times over.
    pub(crate) fn pack(&mut self) -> impl Iterator<Item = Packed> {
        self.rows.chunks_mut(MOST_SAMPLES).map(pack)
    }
}

fn pack(rows: &mut [Row]) -> Packed {
    // Stable, so that within a series the order of arrival stays.
    rows.sort_by_key(|row| row.series);
    let rows = &*rows;
    let times = rows.iter().map(|row| row.time);
    Packed {
        earliest: times.clone().min().unwrap_or_default(),
        latest: times.max().unwrap_or_default(),
        samples: rows.len(),
        data: write(rows),
    }
}

/// The bytes of the segment of `rows`, which are sorted. They follow the description above, in its order.
fn write(rows: &[Row]) -> Vec<u8> {
    let runs: Vec<_> = rows.chunk_by(|a, b| a.series == b.series).collect();
    let values: Vec<_> = rows.iter().map(|row| row.value).collect();
    let (places, values) = to_numbers(&values);
    let series = runs.iter().map(|run| run[0].series.0);
    let counts = runs.iter().map(|run| run.len() as i64);
    let times = rows.iter().map(|row| row.time);
    let values = values.iter().copied();

    let mut data = Vec::new();
    data.extend(as_u32(runs.len()).to_le_bytes());
    data.extend(as_u32(rows.len()).to_le_bytes());
    data.push(places);
    let frames = [
        Frame::of(series.clone()),
        Frame::of(counts.clone()),
        Frame::of(times.clone()),
        Frame::of(values.clone()),
    ];
    frames.iter().for_each(|frame| frame.write(&mut data));
    frames[0].write_column(series, &mut data);
    frames[1].write_column(counts, &mut data);
    frames[2].write_column(times, &mut data);
    frames[3].write_column(values, &mut data);
    data.extend(checksum(&data).to_le_bytes());
    data
}

/// Counts within one segment, which [`MOST_SAMPLES`] keeps far below the bound.
fn as_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
