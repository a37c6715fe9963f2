//! For how long samples are kept.

use crate::Rejection;

/// For how many days samples are kept, and for how many their rollups: what they amount to hour by hour. Rollups are
/// never kept for less time than the samples that they sum up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    raw_days: Option<i32>,
    rollup_days: Option<i32>,
}

/// Why somebody's retention was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    /// Not a number of days that anything may be kept for.
    #[error("nothing is kept for {0} days; 1 to {max} are possible", max = Retention::MAX_DAYS)]
    Days(i32),
    /// Rollups that would go first.
    #[error("samples kept for {raw} days need rollups kept for as long, not for {rollup}")]
    RollupsShorter {
        /// For how many days samples are kept.
        raw: i32,
        /// For how many days their rollups are.
        rollup: i32,
    },
    /// The same where samples never go.
    #[error("samples kept for ever need rollups kept for ever")]
    RollupsEnd,
}

impl Rejection for RetentionError {
    fn code(&self) -> &'static str {
        "retention_invalid"
    }
}

impl Retention {
    /// The most days; for ever is longer.
    pub const MAX_DAYS: i32 = 36_500;

    /// That of a metric. Where it says nothing, the account's holds.
    ///
    /// # Errors
    /// When a number of days is out of bounds, or rollups would go before samples.
    pub fn of_metric(raw_days: Option<i32>, rollup_days: Option<i32>) -> Result<Self, RetentionError> {
        for days in [raw_days, rollup_days].into_iter().flatten() {
            if !(1..=Self::MAX_DAYS).contains(&days) {
                return Err(RetentionError::Days(days));
            }
        }
        match (raw_days, rollup_days) {
            (Some(raw), Some(rollup)) if raw > rollup => Err(RetentionError::RollupsShorter { raw, rollup }),
            _ => Ok(Self { raw_days, rollup_days }),
        }
    }

    /// That of an account. Where it says nothing, all is kept for ever.
    ///
    /// # Errors
    /// As [`of_metric`](Self::of_metric).
    pub fn of_account(raw_days: Option<i32>, rollup_days: Option<i32>) -> Result<Self, RetentionError> {
        let retention = Self::of_metric(raw_days, rollup_days)?;
        if raw_days.is_none() && rollup_days.is_some() {
            return Err(RetentionError::RollupsEnd);
        }
        Ok(retention)
    }

    /// What holds for a metric with this retention in an account with that one. Where a metric's samples are to outlive
    /// the account's rollups, its rollups live as long.
    #[must_use]
    pub fn or_of(self, account: Self) -> Self {
        let raw_days = self.raw_days.or(account.raw_days);
        let rollup_days = match (raw_days, self.rollup_days.or(account.rollup_days)) {
            (Some(raw), Some(rollup)) => Some(raw.max(rollup)),
            _ => None,
        };
        Self { raw_days, rollup_days }
    }

    /// For how many days samples are kept.
    #[must_use]
    pub const fn raw_days(self) -> Option<i32> {
        self.raw_days
    }

    /// For how many days their rollups are kept.
    #[must_use]
    pub const fn rollup_days(self) -> Option<i32> {
        self.rollup_days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_one_to_a_century() {
        for days in [1, 36_500] {
            assert_eq!(Retention::of_metric(Some(days), None).unwrap().raw_days(), Some(days));
            assert_eq!(Retention::of_metric(None, Some(days)).unwrap().rollup_days(), Some(days));
        }
        for days in [0, -1, 36_501, i32::MAX] {
            assert_eq!(Retention::of_metric(Some(days), None), Err(RetentionError::Days(days)));
            assert_eq!(Retention::of_metric(None, Some(days)), Err(RetentionError::Days(days)));
        }
    }

    #[test]
    fn rollups_do_not_go_before_samples() {
        Retention::of_metric(Some(7), Some(7)).unwrap();
        let error = Retention::of_metric(Some(8), Some(7)).unwrap_err();
        assert_eq!(error, RetentionError::RollupsShorter { raw: 8, rollup: 7 });
        assert_eq!(Retention::of_account(None, Some(7)), Err(RetentionError::RollupsEnd));
        Retention::of_account(Some(7), None).unwrap();
    }

    #[test]
    fn a_metric_goes_before_its_account() {
        let of = |metric: (Option<i32>, Option<i32>), account: (Option<i32>, Option<i32>)| {
            let metric = Retention::of_metric(metric.0, metric.1).unwrap();
            let effective = metric.or_of(Retention::of_account(account.0, account.1).unwrap());
            (effective.raw_days(), effective.rollup_days())
        };
        assert_eq!(of((None, None), (None, None)), (None, None));
        assert_eq!(of((None, None), (Some(30), Some(365))), (Some(30), Some(365)));
        assert_eq!(of((Some(7), None), (Some(30), Some(365))), (Some(7), Some(365)));
        assert_eq!(of((None, Some(90)), (Some(30), None)), (Some(30), Some(90)));
        assert_eq!(of((Some(7), None), (None, None)), (Some(7), None));
        // Its samples outlive the account's rollups.
        assert_eq!(of((Some(400), None), (Some(30), Some(365))), (Some(400), Some(400)));
        assert_eq!(of((None, Some(7)), (Some(30), Some(365))), (Some(30), Some(30)));
        assert_eq!(of((None, Some(7)), (None, None)), (None, None));
    }
}
