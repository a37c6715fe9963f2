//! Floats that people and devices write as decimals, as the integers that they are behind their decimal point.
//!
//! `21.375` is 21375 thousandths. Integers compress better than the floats nearest to such decimals, whose last bits
//! look random, and several times faster. What is no decimal stays a float: nothing is ever rounded.

/// The most places behind the point. Powers of ten up to 10²² are exact as floats; more places than this no sensor has.
const MOST_PLACES: u8 = 9;

/// Up to here every integer, and the next larger ones, are floats.
const MOST: i64 = 1 << 50;

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
        (0..=MOST_PLACES).find_map(|places| {
            let power = power_of_ten(places)?;
            let mut integers = Vec::with_capacity(values.len());
            integers.extend(values.iter().map_while(|&value| integer(value, power)));
            (integers.len() == values.len()).then_some(Self { places, integers })
        })
    }

    /// The values again; `None` where `places` is no number of places.
    pub(crate) fn values(places: u8, integers: &[i64]) -> Option<Vec<f64>> {
        let power = power_of_ten(places)?;
        Some(integers.iter().map(|&integer| integer as f64 / power).collect())
    }
}

/// What a value with so many places is multiplied by; `None` where there may not be so many.
pub(crate) fn power_of_ten(places: u8) -> Option<f64> {
    (places <= MOST_PLACES).then(|| 10_f64.powi(places.into()))
}

/// The integer that, divided by `power`, is `value`, bit for bit.
#[expect(clippy::cast_possible_truncation, reason = "what does not fit is found out by the division")]
fn integer(value: f64, power: f64) -> Option<i64> {
    // `round` is a call on processors without SSE 4.1, and this runs for each sample that is written. Half away from
    // zero and cut off is the same but for errors of the last bit, which the division finds out.
    let integer = (value * power + 0.5_f64.copysign(value)) as i64;
    // The division is rounded correctly, so it gives the float nearest to the decimal, which is what a parser gives.
    let same = (integer as f64 / power).to_bits() == value.to_bits();
    (same && (-MOST..=MOST).contains(&integer)).then_some(integer)
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
