//! Samples.

use proptest::prelude::*;
use tallykeep_domain::{Instant, Sample};

use crate::refusal;

#[test]
fn values_that_are_no_number_are_refused() {
    for (value, shown) in
        [(f64::NAN, "NaN"), (-f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")]
    {
        let expected = format!("the value {shown} is not finite");
        assert_eq!(refusal(Sample::new(0, value)), (expected, "value_not_finite"));
    }
}

#[test]
fn times_of_another_unit_are_refused() {
    for millis in [
        1_795_248_000_000_000,
        1_795_248_000_000_000_000,
        i64::MAX,
        i64::MIN,
        Instant::END.as_millis(),
        Instant::MIN.as_millis() - 1,
    ] {
        let expected = format!("the time {millis} is outside 1900-01-01 to 2200-01-01; is its unit right?");
        assert_eq!(refusal(Sample::new(millis, 1.0)), (expected, "timestamp_out_of_range"));
    }
}

proptest! {
    #[test]
    fn finite_values_are_kept_to_the_bit(
        millis in Instant::MIN.as_millis()..Instant::END.as_millis(),
        value in prop_oneof![any::<f64>(), proptest::num::f64::SUBNORMAL, Just(-0.0), Just(f64::MAX)],
    ) {
        prop_assume!(value.is_finite());
        let sample = Sample::new(millis, value)?;
        prop_assert_eq!(sample.at.as_millis(), millis);
        prop_assert_eq!(sample.value.to_bits(), value.to_bits());
    }
}
