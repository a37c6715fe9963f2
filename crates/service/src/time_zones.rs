//! In which time zones accounts count their days, as services learn it from the auth service.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tallykeep_domain::AccountId;
use utoipa::{IntoParams, ToSchema};

/// What `/internal/time-zones` is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TimeZonesQuery {
    /// Only accounts that came to their time zone since then: `as_of` of the answer before. All if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub changed_since: Option<Timestamp>,
    /// Where an earlier page said that it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = Uuid)]
    pub cursor: Option<AccountId>,
}

/// The answer of `/internal/time-zones`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimeZonesResponse {
    /// Oldest account first. One may come again though nothing of it has changed.
    pub items: Vec<AccountTimeZone>,
    /// What to ask with next time: whatever was not told by then is told from there on.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// Where the next page starts, if there is one.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub next_cursor: Option<AccountId>,
}

/// The time zone of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountTimeZone {
    /// The account.
    #[schema(value_type = String, format = Uuid)]
    pub account: AccountId,
    /// An IANA name.
    pub time_zone: String,
}
