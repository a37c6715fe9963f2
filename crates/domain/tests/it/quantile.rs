//! Quantiles.

use tallykeep_domain::Quantile;

use crate::refusal;

#[test]
fn a_quantile_lies_between_the_least_and_the_greatest() {
    for number in [0.0, 0.5, 0.95, 1.0] {
        assert_eq!(Quantile::try_from(number).map(Quantile::as_f64), Ok(number));
    }
    for number in [-0.1, 1.1, 95.0, f64::NAN, f64::INFINITY] {
        let expected = format!("{number} is no quantile; expected a number from 0 to 1, such as 0.95");
        assert_eq!(refusal(Quantile::try_from(number)), (expected, "quantile_invalid"));
    }
}
