//! Groups of accounts.

use diesel::{PgConnection, prelude::*};
use jiff::Timestamp;
use tallykeep_domain::{AccountId, GroupName};
use uuid::Uuid;

use crate::schema::auth::{group_members, groups};

/// A group.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = groups, check_for_backend(diesel::pg::Pg))]
pub struct Group {
    /// Its name.
    pub name: String,
    /// When it was made.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

impl Group {
    /// Makes it unless it is there. Answers whether it was made. For the operator.
    pub fn create(connection: &mut PgConnection, name: &GroupName) -> QueryResult<bool> {
        let made = diesel::insert_into(groups::table)
            .values(groups::name.eq(name.as_str()))
            .on_conflict_do_nothing()
            .execute(connection)?;
        Ok(made > 0)
    }

    /// All groups by name, for the operator.
    pub fn list(connection: &mut PgConnection) -> QueryResult<Vec<Self>> {
        groups::table.order(groups::name).select(Self::as_select()).load(connection)
    }

    /// Whether there is such a group. For the operator.
    pub fn exists(connection: &mut PgConnection, name: &GroupName) -> QueryResult<bool> {
        diesel::select(diesel::dsl::exists(groups::table.find(name.as_str()))).get_result(connection)
    }

    /// Removes it; its members are in it no longer. For the operator.
    pub fn delete(connection: &mut PgConnection, name: &GroupName) -> QueryResult<usize> {
        diesel::delete(groups::table.find(name.as_str())).execute(connection)
    }

    /// Puts an account in. Answers whether it was out. For the operator.
    pub fn join(connection: &mut PgConnection, name: &GroupName, account: AccountId) -> QueryResult<bool> {
        let joined = diesel::insert_into(group_members::table)
            .values((
                group_members::account_id.eq(account.as_uuid()),
                group_members::group_name.eq(name.as_str()),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?;
        Ok(joined > 0)
    }

    /// Takes an account out. Answers whether it was in. For the operator.
    pub fn leave(connection: &mut PgConnection, name: &GroupName, account: AccountId) -> QueryResult<bool> {
        let left = diesel::delete(group_members::table.find((account.as_uuid(), name.as_str())))
            .execute(connection)?;
        Ok(left > 0)
    }

    /// The names of the groups that an account is in, sorted.
    pub fn of(connection: &mut PgConnection, account: AccountId) -> QueryResult<Vec<String>> {
        group_members::table
            .filter(group_members::account_id.eq(account.as_uuid()))
            .order(group_members::group_name)
            .select(group_members::group_name)
            .load(connection)
    }

    /// Who is in which group, among `accounts`, sorted. For the operator.
    pub fn of_all(connection: &mut PgConnection, accounts: &[Uuid]) -> QueryResult<Vec<(Uuid, String)>> {
        group_members::table
            .filter(group_members::account_id.eq_any(accounts))
            .order((group_members::account_id, group_members::group_name))
            .select((group_members::account_id, group_members::group_name))
            .load(connection)
    }
}
