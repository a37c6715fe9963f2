//! Values as whole numbers: decimals without their point, or else the bits of doubles.

use crate::decimal::{Decimals, power_of_ten};

/// Stands in the place of the places behind the point where the numbers are the bits of doubles.
const BITS: u8 = u8::MAX;

/// What the whole numbers in the place of values mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// How many times this power of ten makes the value. It divides exactly as it did when the segment was packed.
    Decimal(f64),
    /// The bits of a double.
    Bits,
}

impl Scale {
    /// That of the byte in a segment's head.
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        if byte == BITS { Some(Self::Bits) } else { power_of_ten(byte).map(Self::Decimal) }
    }

    pub(super) fn value(self, number: i64) -> f64 {
        match self {
            Self::Decimal(power) => number as f64 / power,
            Self::Bits => f64::from_bits(number as u64),
        }
    }
}

/// The whole numbers for `values`, and the byte that says what they mean.
pub(super) fn to_numbers(values: &[f64]) -> (u8, Vec<i64>) {
    match Decimals::of(values) {
        Some(Decimals { places, integers }) => (places, integers),
        None => (BITS, values.iter().map(|value| value.to_bits() as i64).collect()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bits(values: &[f64]) -> Vec<u64> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    /// Into numbers and back again.
    fn back(values: &[f64]) -> (u8, Vec<u64>) {
        let (byte, numbers) = to_numbers(values);
        let scale = Scale::from_byte(byte).unwrap();
        (byte, numbers.into_iter().map(|number| scale.value(number).to_bits()).collect())
    }

    #[test]
    fn the_fewest_places_are_taken_that_all_values_need_and_bits_where_there_are_none_such() {
        for (values, byte) in [
            (&[1.0, -2.0, 1e15][..], 0),
            (&[19.5, 20.0], 1),
            (&[19.482, 0.001, -0.05], 3),
            (&[1e-9], 9),
            (&[1e-10], BITS),
            (&[0.1 + 0.2], BITS),
            (&[-0.0], BITS),
            (&[f64::MIN_POSITIVE, f64::MAX], BITS),
            (&[1e15, 0.001], BITS),
        ] {
            assert_eq!(back(values), (byte, bits(values)), "{values:?}");
        }
    }

    #[test]
    fn more_places_than_are_written_are_refused() {
        assert_eq!((Scale::from_byte(10), Scale::from_byte(BITS - 1)), (None, None));
    }

    proptest! {
        #[test]
        fn values_come_back_bit_for_bit(values in prop::collection::vec(prop::num::f64::ANY, 0..50)) {
            prop_assert_eq!(back(&values).1, bits(&values));
        }
    }
}
