//! The audit log, which the service may write to and not change.

use diesel::{RunQueryDsl, prelude::*, sql_query};
use serde_json::json;
use tallykeep_database::{
    ServiceRole, as_account, as_operator,
    models::{AuditEvent, NewAuditEvent},
    schema::auth::audit_events,
};
use tallykeep_domain::{AccountId, AuditEventId};
use tallykeep_test_support::TestDatabase;

use crate::execute;

fn insert(connection: &mut PgConnection, account: Option<AccountId>) {
    let row = NewAuditEvent {
        id: AuditEventId::generate().as_uuid(),
        account_id: account.map(AccountId::as_uuid),
        action: "sign_in",
        succeeded: true,
        actor_id: None,
        address: None,
        user_agent: "",
        trace_id: "",
        detail: &json!({}),
    };
    row.insert(connection).unwrap();
}

fn count(connection: &mut PgConnection) -> QueryResult<i64> {
    audit_events::table.count().get_result(connection)
}

#[test]
fn an_account_sees_its_own_events_and_the_operator_all() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    let account = AccountId::generate();
    insert(connection, Some(account));
    insert(connection, None);
    assert_eq!(count(connection), Ok(0));
    assert_eq!(as_account(connection, account, count), Ok(1));
    assert_eq!(as_account(connection, AccountId::generate(), count), Ok(0));
    assert_eq!(as_operator(connection, count), Ok(2));
}

#[test]
fn the_service_can_neither_change_nor_delete_an_event() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    insert(connection, None);
    for sql in [
        "update auth.audit_events set action = 'nothing'",
        "delete from auth.audit_events",
        "truncate auth.audit_events",
    ] {
        let refused = as_operator(connection, |connection| sql_query(sql).execute(connection)).unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{sql}: {refused}");
    }
    assert_eq!(as_operator(connection, count), Ok(1));
}

#[test]
fn the_last_week_is_never_forgotten() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    for _ in 0..3 {
        insert(connection, None);
    }
    let superuser = &mut database.connect_as_superuser();
    let age = "update auth.audit_events set created_at = now() - interval '8 days' where id in
        (select id from auth.audit_events order by id limit 1)";
    execute(superuser, age);
    assert_eq!(as_operator(connection, |connection| AuditEvent::forget(connection, 9)), Ok(0));
    assert_eq!(as_operator(connection, |connection| AuditEvent::forget(connection, 0)), Ok(1));
    assert_eq!(as_operator(connection, count), Ok(2));
}
