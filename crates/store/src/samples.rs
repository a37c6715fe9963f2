//! Samples on their way to the disk.

use std::collections::HashMap;

use tallykeep_domain::{Sample, SeriesId};

/// Samples of many series in the order of arrival.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Samples {
    pub(crate) rows: Vec<Row>,
}

/// A sample with its series. Rows and not a column for each part: they are sorted where they lie, which takes half the
/// time of sorting their places and fetching each part from there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    pub(crate) series: SeriesId,
    /// Unix milliseconds.
    pub(crate) time: i64,
    pub(crate) value: f64,
}

impl Samples {
    /// What one sample takes while it waits for its commit, in bytes.
    pub(crate) const BYTES_EACH: usize = size_of::<Row>();

    /// Adds a sample of `series`.
    pub fn push(&mut self, series: SeriesId, sample: Sample) {
        self.push_read(series, sample.at.as_millis(), sample.value);
    }

    /// Adds one that was read back from the disk, where it was checked before it was written.
    pub(crate) fn push_read(&mut self, series: SeriesId, time: i64, value: f64) {
        self.rows.push(Row { series, time, value });
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Gives the samples of each series that `numbers` knows the number that it says, and takes those out for which it
    /// says none. Answers where these were, counted from 0.
    pub fn renumber(&mut self, numbers: &HashMap<SeriesId, Option<SeriesId>>) -> Vec<usize> {
        let (mut place, mut taken_out) = (0, Vec::new());
        if numbers.is_empty() {
            return taken_out;
        }
        self.rows.retain_mut(|row| {
            let number = numbers.get(&row.series).copied().unwrap_or(Some(row.series));
            match number {
                Some(number) => row.series = number,
                None => taken_out.push(place),
            }
            place += 1;
            number.is_some()
        });
        taken_out
    }

    /// Moves all of `later` behind these.
    pub(crate) fn append(&mut self, later: &mut Self) {
        if self.is_empty() {
            std::mem::swap(self, later);
        } else {
            self.rows.append(&mut later.rows);
        }
    }
}
