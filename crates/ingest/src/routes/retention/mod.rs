//! For how long the samples of an account are kept.

pub(crate) mod find;
pub(crate) mod replace;

use serde::{Deserialize, Serialize};
use tallykeep_database::models::AccountRetention;
use utoipa::ToSchema;

/// For how long samples are kept where a metric says nothing itself.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountRetentionBody {
    /// For how many days samples are kept; for ever where it is `null` or left out.
    #[schema(minimum = 1, maximum = 36_500)]
    raw_days: Option<i32>,
    /// For how many days what they amount to hour by hour is kept, at least as many; for ever where it is `null` or left
    /// out.
    #[schema(minimum = 1, maximum = 36_500)]
    rollup_days: Option<i32>,
}

impl From<AccountRetention> for AccountRetentionBody {
    fn from(AccountRetention { raw_days, rollup_days }: AccountRetention) -> Self {
        Self { raw_days, rollup_days }
    }
}
