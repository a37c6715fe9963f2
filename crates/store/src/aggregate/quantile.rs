//! Quantiles.

use tallykeep_domain::Quantile;

/// The quantile of `values`, which it puts into another order; none of none. Between two values it lies on the line
/// between them, as `percentile_cont` of PostgreSQL and `quantile_over_time` of Prometheus have it.
pub(crate) fn quantile(values: &mut [f64], which: Quantile) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    #[expect(clippy::cast_precision_loss, reason = "values in memory are far fewer than 2^53")]
    let rank = which.as_f64() * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the last index")]
    let below = (rank.floor() as usize).min(last);
    let (_, lower, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let lower = *lower;
    let upper = above.iter().copied().min_by(f64::total_cmp).unwrap_or(lower);
    let share = rank - rank.floor();
    // Not lower + share × (upper - lower), whose difference may exceed every float.
    Some(if share == 0.0 { lower } else { lower * (1.0 - share) + upper * share })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], which: f64) -> Option<f64> {
        quantile(&mut values.to_vec(), Quantile::try_from(which).unwrap())
    }

    #[test]
    fn a_quantile_lies_on_the_line_between_its_neighbours() {
        let values = [4.0, 1.0, 3.0, 2.0];
        for (which, expected) in [(0.0, 1.0), (0.25, 1.75), (0.5, 2.5), (0.75, 3.25), (1.0, 4.0)] {
            assert_eq!(of(&values, which), Some(expected), "{which}");
        }
        assert_eq!(of(&[7.0], 0.95), Some(7.0));
        assert_eq!(of(&[], 0.5), None);
    }

    #[test]
    fn the_median_of_the_ends_of_the_floats_is_zero() {
        assert_eq!(of(&[f64::MAX, f64::MIN], 0.5), Some(0.0));
    }

    #[test]
    fn like_values_have_their_value_for_every_quantile() {
        for which in [0.1, 0.3, 0.7, 0.9] {
            assert!((of(&[0.1, 0.1, 0.1], which).unwrap() - 0.1).abs() < 1e-16);
        }
    }
}
