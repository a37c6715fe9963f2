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
    /// Whether its members sign in with two factors only.
    pub requires_second_factor: bool,
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

    /// The group, as nobody else can change it until the transaction ends. For the operator.
    pub fn hold(connection: &mut PgConnection, name: &GroupName) -> QueryResult<Option<Self>> {
        groups::table.find(name.as_str()).select(Self::as_select()).for_share().first(connection).optional()
    }

    /// Says whether its members sign in with two factors only. Answers the group, if it is there. For the operator.
    pub fn require_second_factor(
        connection: &mut PgConnection,
        name: &GroupName,
        required: bool,
    ) -> QueryResult<Option<Self>> {
        diesel::update(groups::table.find(name.as_str()))
            .set(groups::requires_second_factor.eq(required))
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Who is in it, in the order of their identifiers. For the operator.
    pub fn members(connection: &mut PgConnection, name: &GroupName) -> QueryResult<Vec<AccountId>> {
        let members: Vec<Uuid> = group_members::table
            .filter(group_members::group_name.eq(name.as_str()))
            .order(group_members::account_id)
            .select(group_members::account_id)
            .load(connection)?;
        Ok(members.into_iter().map(AccountId::from).collect())
    }

    /// Whether an account is in a group whose members sign in with two factors only.
    pub fn any_requires_second_factor(
        connection: &mut PgConnection,
        account: AccountId,
    ) -> QueryResult<bool> {
        let demanding = group_members::table
            .inner_join(groups::table.on(groups::name.eq(group_members::group_name)))
            .filter(group_members::account_id.eq(account.as_uuid()))
            .filter(groups::requires_second_factor);
        diesel::select(diesel::dsl::exists(demanding)).get_result(connection)
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
