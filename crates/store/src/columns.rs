//! Samples of one series in columns.

use std::ops::Range;

/// Samples of one series. `times` are Unix milliseconds; `values` are as many.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Columns {
    pub(crate) times: Vec<i64>,
    pub(crate) values: Vec<f64>,
}

impl Columns {
    pub(crate) fn push(&mut self, time: i64, value: f64) {
        self.times.push(time);
        self.values.push(value);
    }

    pub(crate) fn len(&self) -> usize {
        self.times.len()
    }

    /// Sorts by time. Of several writes of one time the last one stays.
    pub(crate) fn keep_last_writes(&mut self) {
        // Devices send in order: hardly ever is there anything to do.
        if self.times.is_sorted_by(|a, b| a < b) {
            return;
        }
        let times = std::mem::take(&mut self.times).into_iter();
        let mut samples: Vec<_> = times.zip(std::mem::take(&mut self.values)).collect();
        // Stable: writes of the same time stay in the order of arrival, and the last of them is the one before another
        // time begins.
        samples.sort_by_key(|(time, _)| *time);
        for write in samples.chunk_by(|(one, _), (next, _)| one == next) {
            let (time, value) = write[write.len() - 1];
            self.push(time, value);
        }
    }

    /// Writes `newer` samples over these. Both are in the order of time, each time once, and so is what comes of it.
    pub(crate) fn write_over(&mut self, newer: Columns) {
        if newer.times.first() > self.times.last() {
            self.times.extend(newer.times);
            self.values.extend(newer.values);
            return;
        }
        let older = std::mem::take(self);
        let (mut old, mut new) = (0, 0);
        while old < older.len() && new < newer.len() {
            if older.times[old] < newer.times[new] {
                self.push(older.times[old], older.values[old]);
                old += 1;
            } else {
                old += usize::from(older.times[old] == newer.times[new]);
                self.push(newer.times[new], newer.values[new]);
                new += 1;
            }
        }
        self.times.extend(&older.times[old..]);
        self.values.extend(&older.values[old..]);
        self.times.extend(&newer.times[new..]);
        self.values.extend(&newer.values[new..]);
    }

    /// Takes out what lies within any of `hidden`.
    pub(crate) fn remove(&mut self, hidden: &[Range<i64>]) {
        if hidden.is_empty() {
            return;
        }
        let samples = self.times.iter().copied().zip(self.values.iter().copied());
        let kept = samples.filter(|(time, _)| !hidden.iter().any(|range| range.contains(time)));
        let (times, values) = kept.unzip();
        *self = Self { times, values };
    }

    /// A part of them.
    pub(crate) fn part(&self, range: Range<usize>) -> Columns {
        Self { times: self.times[range.clone()].to_vec(), values: self.values[range].to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn columns(samples: &[(i64, f64)]) -> Columns {
        let (times, values) = samples.iter().copied().unzip();
        Columns { times, values }
    }

    fn sorted(model: &BTreeMap<i64, f64>) -> Columns {
        Columns { times: model.keys().copied().collect(), values: model.values().copied().collect() }
    }

    proptest! {
        #[test]
        fn columns_hold_what_a_map_would(
            older in prop::collection::vec((0_i64..40, -9.0_f64..9.0), 0..40),
            newer in prop::collection::vec((0_i64..60, -9.0_f64..9.0), 0..40),
            start in 0_i64..40, length in 0_i64..20,
        ) {
            let mut model: BTreeMap<_, _> = older.iter().copied().collect();
            let (mut older, mut later) = (columns(&older), columns(&newer));
            older.keep_last_writes();
            later.keep_last_writes();
            prop_assert_eq!(&older, &sorted(&model));
            older.write_over(later);
            model.extend(newer);
            prop_assert_eq!(&older, &sorted(&model));
            older.remove(std::slice::from_ref(&(start..start + length)));
            model.retain(|time, _| !(start..start + length).contains(time));
            prop_assert_eq!(&older, &sorted(&model));
        }
    }
}
