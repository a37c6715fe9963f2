//! Which values a person may enter.

use proptest::prelude::*;
use tallykeep_domain::{Bounds, MetricKind, Rejection};

#[test]
fn bounds_that_leave_nothing_between_them_are_refused() {
    for (minimum, maximum) in [
        (Some(1.0), Some(1.0)),
        (Some(2.0), Some(1.0)),
        (Some(f64::NAN), None),
        (None, Some(f64::INFINITY)),
        (Some(f64::NEG_INFINITY), Some(0.0)),
    ] {
        let error = Bounds::new(minimum, maximum).unwrap_err();
        assert_eq!(error.code(), "bounds_invalid", "{minimum:?} to {maximum:?}");
    }
}

#[test]
fn a_value_outside_is_told_what_is_allowed() {
    let error = MetricKind::Scale.default_bounds().check(11.0).unwrap_err();
    assert_eq!(error.code(), "value_out_of_bounds");
    assert_eq!(error.to_string(), "the value 11 is not within 0 to 10");
}

#[test]
fn both_ends_belong_to_the_bounds() {
    let bounds = MetricKind::Boolean.default_bounds();
    assert!([0.0, 0.5, 1.0].into_iter().all(|value| bounds.check(value).is_ok()));
}

#[test]
fn what_is_no_number_is_outside_of_everything() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(MetricKind::Gauge.default_bounds().check(value).is_err(), "{value}");
    }
}

proptest! {
    #[test]
    fn a_value_is_inside_exactly_when_it_is_beyond_neither_end(
        minimum in prop::option::of(-1e6_f64..1e6),
        maximum in prop::option::of(-1e6_f64..1e6),
        value in -2e6_f64..2e6,
    ) {
        if let Ok(bounds) = Bounds::new(minimum, maximum) {
            let inside = minimum.is_none_or(|end| end <= value) && maximum.is_none_or(|end| value <= end);
            prop_assert_eq!(bounds.check(value).is_ok(), inside);
        }
    }
}
