//! Floats that people and devices write as decimals, as the integers that they are behind their decimal point.
//!
//! `21.375` is 21375 thousandths. Integers compress better than the floats nearest to such decimals, whose last bits
//! look random, and several times faster. What is no decimal stays a float: nothing is ever rounded.

/// The most places behind the point. Powers of ten up to 10²² are exact as floats; more places than this no sensor has.
const MOST_PLACES: u8 = 9;

/// Below it, the error of one multiplication stays far from a half, so that rounding finds the integer.
const MOST: f64 = (1_i64 << 50) as f64;

/// Integers that are `values` times ten to the power of `places`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimals {
    /// Places behind the decimal point.
    pub(crate) places: u8,
    /// The integers, in the order of the values.
    pub(crate) integers: Vec<i64>,
}

impl Decimals {
    /// The fewest places with which every value comes back bit for bit; `None` where there are none such: fractions,
    /// very large values, a negative zero.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut places = 0;
        for &value in values {
            while !is_decimal(value, power(places)) {
                places += 1;
                if places > MOST_PLACES {
                    return None;
                }
            }
        }
        // More places may be too many for what came before them.
        let power = power(places);
        if !values.iter().all(|&value| is_decimal(value, power)) {
            return None;
        }
        let integers = values.iter().map(|&value| integer(value, power)).collect();
        Some(Self { places, integers })
    }

    /// The values again; `None` where `places` is no number of places.
    pub(crate) fn values(places: u8, integers: &[i64]) -> Option<Vec<f64>> {
        let power = (places <= MOST_PLACES).then(|| power(places))?;
        Some(integers.iter().map(|&integer| integer as f64 / power).collect())
    }
}

fn power(places: u8) -> f64 {
    10_f64.powi(places.into())
}

fn is_decimal(value: f64, power: f64) -> bool {
    let integer = (value * power).round();
    // The division is rounded correctly, so it gives the float nearest to the decimal, which is what a parser gives.
    integer.abs() < MOST && (integer as i64 as f64 / power).to_bits() == value.to_bits()
}

#[expect(clippy::cast_possible_truncation, reason = "`is_decimal` bounds it")]
fn integer(value: f64, power: f64) -> i64 {
    (value * power).round() as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_the_integers_behind_their_point() {
        let expected = Decimals { places: 3, integers: vec![21_375, -500, 7_000] };
        assert_eq!(Decimals::of(&[21.375, -0.5, 7.0]), Some(expected));
    }

    #[test]
    fn what_is_no_decimal_stays_a_float() {
        for value in [1.0 / 3.0, -0.0, 1e300, f64::from_bits(1), std::f64::consts::PI, 2_f64.powi(52)] {
            assert_eq!(Decimals::of(&[1.0, value]), None, "{value:e}");
        }
    }

    #[test]
    fn more_places_than_an_earlier_value_can_bear_are_none() {
        assert_eq!(Decimals::of(&[1e15, 0.001]), None);
    }

    proptest! {
        #[test]
        fn every_value_comes_back_bit_for_bit(
            integers in prop::collection::vec(-1_000_000_000_i64..1_000_000_000, 0..100), places in 0_u8..6
        ) {
            let text = |integer: &i64| format!("{integer}e-{places}").parse::<f64>();
            let values: Vec<f64> = integers.iter().map(text).collect::<Result<_, _>>().unwrap();
            let found = Decimals::of(&values).unwrap();
            let back = Decimals::values(found.places, &found.integers).unwrap();
            prop_assert!(values.iter().zip(&back).all(|(a, b)| a.to_bits() == b.to_bits()));
        }

        #[test]
        fn floats_of_any_kind_come_back_or_are_refused(values in prop::collection::vec(any::<f64>(), 0..20)) {
            if let Some(found) = Decimals::of(&values) {
                let back = Decimals::values(found.places, &found.integers).unwrap();
                prop_assert!(values.iter().zip(&back).all(|(a, b)| a.to_bits() == b.to_bits()));
            }
        }
    }
}
