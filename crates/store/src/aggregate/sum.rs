//! Sums that lose nothing on the way.

use crate::piece::increase;

/// How many sums are kept side by side. The compiler makes vector instructions of them.
const LANES: usize = 8;
/// What a sum is scaled by once it exceeds every float. A power of two, so that nothing is rounded.
const SCALE: f64 = 1.0 / 18_446_744_073_709_551_616.0;

/// A sum that keeps what each addition loses (Neumaier 1974): a year of samples is added up in one go. What is greater
/// than every float goes on scaled down, because its mean may be none the less a number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sum {
    total: f64,
    lost: f64,
    scaled: bool,
}

impl Sum {
    /// Adds one number. One that lies beyond the floats counts as the last of them.
    pub(crate) fn add(&mut self, number: f64) {
        let number = number.clamp(f64::MIN, f64::MAX);
        if !(self.total + number).is_finite() {
            self.scale_down();
        }
        self.add_alike(if self.scaled { number * SCALE } else { number });
    }

    /// Adds all of `numbers`.
    pub(crate) fn add_all(&mut self, numbers: &[f64]) {
        let (rows, rest) = numbers.as_chunks::<LANES>();
        if !self.add_rows(rows.iter().copied()) {
            rows.as_flattened().iter().for_each(|&number| self.add(number));
        }
        rest.iter().for_each(|&number| self.add(number));
    }

    /// Adds how much a counter grew from each of `values` to the next.
    pub(crate) fn add_increases(&mut self, values: &[f64]) {
        let Some((_, later)) = values.split_first() else { return };
        let ((earlier_rows, _), (rows, _)) = (values.as_chunks::<LANES>(), later.as_chunks::<LANES>());
        let grown = |(earlier, later): (&[f64; LANES], &[f64; LANES])| {
            std::array::from_fn(|lane| increase(earlier[lane], later[lane]))
        };
        let done =
            if self.add_rows(earlier_rows.iter().zip(rows).map(grown)) { rows.len() * LANES } else { 0 };
        values[done..].windows(2).for_each(|pair| self.add(increase(pair[0], pair[1])));
    }

    /// Adds another sum.
    pub(crate) fn add_sum(&mut self, other: &Self) {
        if other.scaled || !(self.total + other.total).is_finite() {
            self.scale_down();
        }
        let factor = if self.scaled && !other.scaled { SCALE } else { 1.0 };
        self.add_alike(other.total * factor);
        self.lost += other.lost * factor;
    }

    /// The sum; the greatest float where none is as great, because JSON has no infinity.
    pub(crate) fn total(&self) -> f64 {
        self.divided_by(1.0)
    }

    /// The sum by `divisor`.
    pub(crate) fn divided_by(&self, divisor: f64) -> f64 {
        let quotient = (self.total + self.lost) / divisor;
        let quotient = if self.scaled { quotient / SCALE } else { quotient };
        quotient.clamp(f64::MIN, f64::MAX)
    }

    /// Adds what is scaled like this sum.
    fn add_alike(&mut self, number: f64) {
        let next = self.total + number;
        self.lost += if self.total.abs() >= number.abs() {
            (self.total - next) + number
        } else {
            (number - next) + self.total
        };
        self.total = next;
    }

    fn scale_down(&mut self) {
        if !self.scaled {
            *self = Self { total: self.total * SCALE, lost: self.lost * SCALE, scaled: true };
        }
    }

    /// Adds rows lane by lane (Knuth's exact addition, which has no branch), unless that leads beyond the floats: then
    /// nothing is added, and it answers false.
    fn add_rows(&mut self, rows: impl Iterator<Item = [f64; LANES]>) -> bool {
        let (mut totals, mut lost) = ([0.0; LANES], [0.0; LANES]);
        for row in rows {
            for lane in 0..LANES {
                let next = totals[lane] + row[lane];
                let added = next - totals[lane];
                lost[lane] += (totals[lane] - (next - added)) + (row[lane] - added);
                totals[lane] = next;
            }
        }
        let finite = totals.iter().chain(&lost).all(|number| number.is_finite());
        if finite {
            totals.into_iter().for_each(|number| self.add(number));
            // So small beside the totals that what this loses itself is nothing.
            self.add(lost.into_iter().sum());
        }
        finite
    }
}

/// The sum of `values`.
pub(crate) fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    values.for_each(|value| sum.add(value));
    sum.total()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(numbers: &[f64]) -> Sum {
        let mut sum = Sum::default();
        sum.add_all(numbers);
        sum
    }

    #[test]
    fn a_sum_keeps_what_plain_addition_would_lose() {
        assert_eq!(all(&[1e16, 1.0, 1.0, -1e16]).total(), 2.0);
        let tenths = all(&[0.1; 1_000]);
        assert_eq!((tenths.total(), tenths.divided_by(1_000.0)), (100.0, 0.1));
    }

    #[test]
    fn a_sum_beyond_the_floats_is_the_last_of_them_and_its_mean_is_right() {
        for n in [2, 8, 100] {
            for number in [f64::MAX, f64::MIN] {
                let sum = all(&vec![number; n]);
                assert_eq!(sum.total(), number);
                assert_eq!(sum.divided_by(n as f64), number);
            }
        }
    }

    #[test]
    fn a_sum_that_was_beyond_the_floats_comes_back() {
        let mut sum = all(&[f64::MAX, f64::MAX]);
        sum.add_sum(&all(&[f64::MIN, f64::MIN, 3.0e300]));
        assert_eq!(sum.total(), 3.0e300);
        let mut sum = all(&[f64::MIN, 3.0e300]);
        sum.add_sum(&all(&[f64::MAX]));
        assert_eq!(sum.total(), 3.0e300);
    }

    #[test]
    fn growth_beyond_the_floats_is_the_last_of_them() {
        let mut sum = Sum::default();
        sum.add_increases(&[f64::MIN, f64::MAX]);
        assert_eq!(sum.total(), f64::MAX);
    }

    proptest! {
        #[test]
        fn whole_numbers_add_up_exactly_however_they_are_split(
            numbers in prop::collection::vec(-1_000_000_i32..1_000_000, 0..100), at in 0_usize..100
        ) {
            let floats: Vec<f64> = numbers.iter().copied().map(f64::from).collect();
            let (first, second) = floats.split_at(at.min(floats.len()));
            let mut sum = all(first);
            sum.add_sum(&all(second));
            let expected: i64 = numbers.iter().copied().map(i64::from).sum();
            prop_assert_eq!(sum.total(), expected as f64);
        }

        #[test]
        fn growth_is_what_is_between_neighbours(
            numbers in prop::collection::vec(0_i32..1_000, 0..50)
        ) {
            let floats: Vec<f64> = numbers.iter().copied().map(f64::from).collect();
            let mut sum = Sum::default();
            sum.add_increases(&floats);
            let grown = |pair: &[i32]| if pair[1] >= pair[0] { pair[1] - pair[0] } else { pair[1] };
            let expected: i32 = numbers.windows(2).map(grown).sum();
            prop_assert_eq!(sum.total(), f64::from(expected));
        }
    }
}
