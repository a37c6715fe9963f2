//! What happened to accounts. The service's role may insert and read, and nothing else.

use diesel::{
    PgConnection,
    dsl::{exists, not},
    prelude::*,
};
use jiff::Timestamp;
use serde_json::Value;
use tallykeep_domain::{AccountId, AuditEventId};
use uuid::Uuid;

use crate::schema::auth::{audit_events, forget_audit_events};

/// Something that happened to an account, or in vain.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_events, check_for_backend(diesel::pg::Pg))]
pub struct AuditEvent {
    /// Its identifier, by which events are in the order in which they happened.
    #[diesel(deserialize_as = Uuid)]
    pub id: AuditEventId,
    /// Whom it concerns, where that is known.
    pub account_id: Option<Uuid>,
    /// When it was.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// What was done.
    pub action: String,
    /// Whether what was tried came about.
    pub succeeded: bool,
    /// Who did it, where that is not the account itself.
    pub actor_id: Option<Uuid>,
    /// Where the request came from.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: String,
    /// By which the request is found in logs and traces.
    pub trace_id: String,
    /// What else there is to say.
    pub detail: Value,
}

/// An event to record.
#[derive(Debug, Insertable)]
// One statement, whatever is left out: it is prepared once for each connection.
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
pub struct NewAuditEvent<'a> {
    /// Its identifier.
    pub id: Uuid,
    /// Whom it concerns, where that is known.
    pub account_id: Option<Uuid>,
    /// What was done.
    pub action: &'a str,
    /// Whether what was tried came about.
    pub succeeded: bool,
    /// Who did it, where that is not the account itself.
    pub actor_id: Option<Uuid>,
    /// Where the request came from.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: &'a str,
    /// By which the request is found in logs and traces.
    pub trace_id: &'a str,
    /// What else there is to say, without secrets.
    pub detail: &'a Value,
}

impl NewAuditEvent<'_> {
    /// Inserts it. Whatever the transaction acts for may.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(audit_events::table).execute(connection).map(|_| ())
    }
}

/// Which events to read.
#[derive(Debug, Clone, Copy)]
pub struct AuditEventPage {
    /// Of this account only.
    pub account: Option<AccountId>,
    /// Only those before this one.
    pub before: Option<AuditEventId>,
    /// At most so many.
    pub limit: i64,
}

impl AuditEvent {
    /// The events of `page`, latest first, of those that the transaction may see.
    pub fn page(connection: &mut PgConnection, page: AuditEventPage) -> QueryResult<Vec<Self>> {
        let mut query = audit_events::table
            .order(audit_events::id.desc())
            .limit(page.limit)
            .select(Self::as_select())
            .into_boxed();
        if let Some(account) = page.account {
            query = query.filter(audit_events::account_id.eq(account.as_uuid()));
        }
        if let Some(before) = page.before {
            query = query.filter(audit_events::id.lt(before.as_uuid()));
        }
        query.load(connection)
    }

    /// Whether an account has been entered before, by one of the `actions`, and never by the client `user_agent`.
    pub fn is_new_client(
        connection: &mut PgConnection,
        account: AccountId,
        actions: &[&str],
        user_agent: &str,
    ) -> QueryResult<bool> {
        let entered = audit_events::table
            .filter(audit_events::account_id.eq(account.as_uuid()))
            .filter(audit_events::succeeded)
            .filter(audit_events::action.eq_any(actions));
        let by_it = entered.clone().filter(audit_events::user_agent.eq(user_agent));
        diesel::select(exists(entered).and(not(exists(by_it)))).get_result(connection)
    }

    /// Forgets those that are older than so many days, but never those of the last week. Answers how many.
    pub fn forget(connection: &mut PgConnection, days: u16) -> QueryResult<i64> {
        diesel::select(forget_audit_events(i32::from(days))).get_result(connection)
    }
}
