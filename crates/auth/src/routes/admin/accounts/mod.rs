//! Everybody's accounts.

pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod find;
pub(crate) mod list;

use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::Account;
use utoipa::ToSchema;

use crate::routes::account::AccountResponse;

/// An account, as an administrator sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdministeredAccount {
    #[serde(flatten)]
    account: AccountResponse,
    /// Since when it is kept out.
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
    /// When it is to be erased. It is kept out since that is known.
    #[schema(value_type = Option<String>, format = DateTime)]
    erase_after: Option<Timestamp>,
}

impl AdministeredAccount {
    /// The account with its groups, which are read for themselves.
    fn new(account: Account, groups: Vec<String>) -> Self {
        let Account { disabled_at, erase_after, .. } = account;
        Self { account: AccountResponse::new(account, groups), disabled_at, erase_after }
    }
}
