//! Rules about who may use which tool.

use diesel::{PgConnection, dsl::max, prelude::*, sql_query};
use tallykeep_domain::AccessRuleId;
use uuid::Uuid;

use crate::schema::auth::access_rules;

/// Whoever reads the rules goes on; whoever wants to change them waits.
const LOCK: &str = "lock table auth.access_rules in share row exclusive mode";

/// A rule.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = access_rules, check_for_backend(diesel::pg::Pg))]
pub struct AccessRule {
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: AccessRuleId,
    /// A host, or `*.` and a domain.
    pub host: String,
    /// How the path begins.
    pub path: String,
    /// Separated by spaces; empty for all.
    pub methods: String,
    /// `everybody`, `signed_in`, `groups` or `nobody`.
    pub audience: String,
    /// Roles and groups, separated by spaces.
    pub groups: String,
    /// 1 or 2.
    pub factors: i16,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = access_rules)]
pub struct AccessRuleTerms {
    /// A host, or `*.` and a domain.
    pub host: String,
    /// How the path begins.
    pub path: String,
    /// Separated by spaces; empty for all.
    pub methods: String,
    /// `everybody`, `signed_in`, `groups` or `nobody`.
    pub audience: &'static str,
    /// Roles and groups, separated by spaces.
    pub groups: String,
    /// 1 or 2.
    pub factors: i16,
}

/// All of it is for the operator.
impl AccessRule {
    /// All of them, in their order.
    pub fn list(connection: &mut PgConnection) -> QueryResult<Vec<Self>> {
        access_rules::table
            .order((access_rules::position, access_rules::id))
            .select(Self::as_select())
            .load(connection)
    }

    /// The same, and nobody else can change them until the transaction ends.
    pub fn lock_all(connection: &mut PgConnection) -> QueryResult<Vec<Self>> {
        sql_query(LOCK).execute(connection)?;
        Self::list(connection)
    }

    /// Adds one, after all others.
    pub fn append(connection: &mut PgConnection, terms: &AccessRuleTerms) -> QueryResult<Self> {
        let last: Option<i32> = access_rules::table.select(max(access_rules::position)).first(connection)?;
        diesel::insert_into(access_rules::table)
            .values((
                access_rules::id.eq(AccessRuleId::generate().as_uuid()),
                access_rules::position.eq(last.unwrap_or_default() + 1),
                terms,
            ))
            .returning(Self::as_returning())
            .get_result(connection)
    }

    /// Has a rule say something else. Nothing is answered when there is none of that identifier.
    pub fn change(
        connection: &mut PgConnection,
        id: AccessRuleId,
        terms: &AccessRuleTerms,
    ) -> QueryResult<Option<Self>> {
        diesel::update(access_rules::table.find(id.as_uuid()))
            .set(terms)
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Gives the rules their places, in the order of `ids`.
    pub fn put_in_order(connection: &mut PgConnection, ids: &[AccessRuleId]) -> QueryResult<()> {
        for (position, id) in (1_i32..).zip(ids) {
            diesel::update(access_rules::table.find(id.as_uuid()))
                .set(access_rules::position.eq(position))
                .execute(connection)?;
        }
        Ok(())
    }

    /// Removes it, and answers what it said.
    pub fn delete(connection: &mut PgConnection, id: AccessRuleId) -> QueryResult<Option<Self>> {
        diesel::delete(access_rules::table.find(id.as_uuid()))
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }
}
