//! Values as whole numbers.

/// The most digits behind the point that are tried. A double has some fifteen in all.
const MOST_DECIMALS: u8 = 15;
/// Stands in the place of the digits behind the point where the numbers are the bits of doubles.
const BITS: u8 = u8::MAX;
/// Up to here, 2⁵³, every whole number is a double.
const LARGEST: i64 = 1 << 53;

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
        match byte {
            BITS => Some(Self::Bits),
            digits if digits <= MOST_DECIMALS => Some(Self::Decimal(power(digits))),
            _ => None,
        }
    }

    pub(super) fn value(self, number: i64) -> f64 {
        match self {
            Self::Decimal(power) => number as f64 / power,
            Self::Bits => f64::from_bits(number as u64),
        }
    }
}

/// The whole numbers for `values`, and the byte that says what they mean: decimals with the fewest digits behind the
/// point that give all of `values` back, bit for bit; or else the bits themselves.
pub(super) fn to_numbers(values: impl ExactSizeIterator<Item = f64> + Clone) -> (u8, Vec<i64>) {
    let mut numbers = Vec::with_capacity(values.len());
    for digits in 0..=MOST_DECIMALS {
        let power = power(digits);
        numbers.clear();
        numbers.extend(values.clone().map_while(|value| decimal(value, power)));
        if numbers.len() == values.len() {
            return (digits, numbers);
        }
    }
    numbers.clear();
    numbers.extend(values.map(|value| value.to_bits() as i64));
    (BITS, numbers)
}

/// The number that, divided by `power`, is `value`.
fn decimal(value: f64, power: f64) -> Option<i64> {
    // Rounds well enough: a number that is not the right one is found out below.
    let number = (value * power + 0.5_f64.copysign(value)) as i64;
    let exact = (number as f64 / power).to_bits() == value.to_bits();
    (exact && (-LARGEST..=LARGEST).contains(&number)).then_some(number)
}

fn power(digits: u8) -> f64 {
    10_f64.powi(i32::from(digits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Into numbers and back again.
    fn back(values: &[f64]) -> (u8, Vec<u64>) {
        let (byte, numbers) = to_numbers(values.iter().copied());
        let scale = Scale::from_byte(byte).unwrap();
        (byte, numbers.into_iter().map(|number| scale.value(number).to_bits()).collect())
    }

    fn bits(values: &[f64]) -> Vec<u64> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn the_fewest_digits_are_taken_that_all_values_need() {
        for (values, byte) in [
            (&[][..], 0),
            (&[1.0, -2.0, 9_007_199_254_740_992.0], 0),
            (&[19.5, 20.0], 1),
            (&[19.482, 0.001, -0.05], 3),
            (&[1e-15], 15),
            (&[0.1 + 0.2], BITS),
            (&[-0.0], BITS),
            (&[1e300], BITS),
            (&[f64::MIN_POSITIVE, f64::MAX], BITS),
            (&[1e15, 0.001], BITS),
        ] {
            assert_eq!(back(values), (byte, bits(values)), "{values:?}");
        }
    }

    #[test]
    fn every_power_of_ten_is_exact() {
        for digits in 0..=MOST_DECIMALS {
            assert_eq!(power(digits), format!("1e{digits}").parse::<f64>().unwrap());
        }
    }

    proptest! {
        #[test]
        fn values_come_back_bit_for_bit(values in prop::collection::vec(prop::num::f64::ANY, 0..50)) {
            prop_assert_eq!(back(&values).1, bits(&values));
        }

        #[test]
        fn decimals_come_back_bit_for_bit(
            numbers in prop::collection::vec(-99_999_999_i64..99_999_999, 1..50),
            digits in 0_u8..8,
        ) {
            let values: Vec<f64> = numbers.iter().map(|number| *number as f64 / power(digits)).collect();
            let (byte, found) = back(&values);
            prop_assert!(byte <= digits);
            prop_assert_eq!(found, bits(&values));
        }
    }
}
