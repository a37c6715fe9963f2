//! Everybody's accounts.

pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod find;
pub(crate) mod list;
pub(crate) mod remove_second_factors;

use diesel::{PgConnection, QueryResult};
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::{Account, Group};
use utoipa::ToSchema;

use crate::{routes::account::AccountResponse, second_factor};

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
    /// Whether it has enrolled a second factor.
    has_second_factor: bool,
}

impl AdministeredAccount {
    /// The account with what is read for itself.
    fn new(account: Account, groups: Vec<String>, has_second_factor: bool) -> Self {
        let Account { disabled_at, erase_after, .. } = account;
        Self { account: AccountResponse::new(account, groups), disabled_at, erase_after, has_second_factor }
    }

    /// The account with what belongs to it.
    fn read(connection: &mut PgConnection, account: Account) -> QueryResult<Self> {
        let groups = Group::of(connection, account.id)?;
        let has_second_factor = !second_factor::enrolled(connection, account.id)?.is_empty();
        Ok(Self::new(account, groups, has_second_factor))
    }
}
