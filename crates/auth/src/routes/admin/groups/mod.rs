//! Groups. They tell other tools who somebody is, in `Remote-Groups`; here the role alone counts.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod join;
pub(crate) mod leave;
pub(crate) mod list;

use diesel::PgConnection;
use tallykeep_database::models::{Account, Group};
use tallykeep_domain::{AccountId, GroupName};
use tallykeep_service::Problem;

use crate::standing;

/// Refuses a membership of which one half is not there. The account stays until the transaction ends.
fn check(connection: &mut PgConnection, group: &GroupName, account: AccountId) -> Result<(), Problem> {
    if !Group::exists(connection, group)? {
        return Err(not_found(group));
    }
    Account::lock(connection, account)?.map(|_| ()).ok_or_else(|| standing::not_found(account))
}

fn not_found(name: &GroupName) -> Problem {
    Problem::not_found("group_not_found", format!("there is no group {name}"))
}
