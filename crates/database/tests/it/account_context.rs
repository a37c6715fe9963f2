//! For whom a transaction acts, and what that lets it see.

use diesel::{PgConnection, QueryResult, prelude::*, result::Error, sql_query};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use tallykeep_database::{
    Pool, PoolSettings, ServiceRole, as_account, connect,
    models::{NewAccount, NewMetric, NewSession, Rotation, Session},
    schema::{
        auth::{accounts, sessions},
        metrics::metrics,
    },
    with_credential,
};
use tallykeep_domain::{AccountId, MetricId, SessionId};
use tallykeep_test_support::TestDatabase;

use crate::lines;

/// A pool with one connection, so that every transaction follows another on the same one.
fn pool(database: &TestDatabase, role: ServiceRole) -> Pool {
    let connections = 1.try_into().unwrap();
    connect(&PoolSettings { connections, wait_ms: 5_000, ..PoolSettings::new(database.url(role)) }).unwrap()
}

fn insert_metric(connection: &mut PgConnection, account: AccountId, name: &str) -> QueryResult<MetricId> {
    let id = MetricId::generate();
    let row = NewMetric {
        account_id: account.as_uuid(),
        id: id.as_uuid(),
        name,
        title: name,
        unit: None,
        kind: "gauge",
        aggregation: "avg",
        minimum: None,
        maximum: None,
        raw_retention_days: None,
        rollup_retention_days: None,
    };
    row.insert(connection).map(|_| id)
}

fn names(connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    metrics::table.select(metrics::name).order(metrics::name).load(connection)
}

/// Two accounts, each with a metric that bears the name of its owner.
fn two_accounts(connection: &mut PgConnection) -> [AccountId; 2] {
    ["anna", "ben"].map(|name| {
        let account = AccountId::generate();
        as_account(connection, account, |connection| insert_metric(connection, account, name)).unwrap();
        account
    })
}

fn insert_account(connection: &mut PgConnection, email: &str) -> AccountId {
    let account = AccountId::generate();
    let row = NewAccount {
        id: account.as_uuid(),
        email,
        password_hash: "",
        role: "member",
        time_zone: "UTC",
        has_password: true,
    };
    as_account(connection, account, |connection| row.insert(connection)).unwrap();
    account
}

fn insert_session(connection: &mut PgConnection, account: AccountId, token_hash: &[u8]) {
    let expires_at = Timestamp::now() + SignedDuration::from_hours(1);
    let row = NewSession {
        account_id: account.as_uuid(),
        id: SessionId::generate().as_uuid(),
        token_hash,
        user_agent: "",
        address: None,
        methods: "pwd",
        expires_at,
    };
    as_account(connection, account, |connection| row.insert(connection)).unwrap();
}

fn emails(connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    accounts::table.select(accounts::email).order(accounts::email).load(connection)
}

#[test]
fn a_transaction_sees_the_rows_of_its_account_only() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Ingest);
    let [anna, ben] = two_accounts(connection);
    assert_eq!(as_account(connection, anna, names).unwrap(), ["anna"]);
    assert_eq!(as_account(connection, ben, names).unwrap(), ["ben"]);
    assert_eq!(as_account(connection, AccountId::generate(), names).unwrap(), [""; 0]);
}

#[test]
fn without_an_account_no_row_is_seen() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Ingest);
    assert_eq!(names(connection).unwrap(), [""; 0]);
    two_accounts(connection);
    assert_eq!(names(connection).unwrap(), [""; 0]);
    assert_eq!(names(&mut database.connect(ServiceRole::Query)).unwrap(), [""; 0]);
    assert_eq!(names(&mut database.connect_as_superuser()).unwrap(), ["anna", "ben"]);
}

#[test]
fn a_row_for_another_account_is_refused() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Ingest);
    let [anna, ben] = two_accounts(connection);
    let error =
        as_account(connection, anna, |connection| insert_metric(connection, ben, "planted")).unwrap_err();
    assert!(error.to_string().contains("row-level security"), "{error}");
    let error = insert_metric(connection, anna, "planted").unwrap_err();
    assert!(error.to_string().contains("row-level security"), "{error}");
    assert_eq!(names(&mut database.connect_as_superuser()).unwrap(), ["anna", "ben"]);
}

#[test]
fn rows_of_another_account_are_neither_changed_nor_given_away() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Ingest);
    let [anna, ben] = two_accounts(connection);
    let renamed = as_account(connection, anna, |connection| {
        let row = metrics::table.filter(metrics::account_id.eq(ben.as_uuid()));
        diesel::update(row).set(metrics::name.eq("stolen")).execute(connection)
    });
    assert_eq!(renamed, Ok(0));
    let error = as_account(connection, anna, |connection| {
        diesel::update(metrics::table).set(metrics::account_id.eq(ben.as_uuid())).execute(connection)
    });
    assert!(error.unwrap_err().to_string().contains("row-level security"));
    assert_eq!(names(&mut database.connect_as_superuser()).unwrap(), ["anna", "ben"]);
}

#[test]
fn the_account_ends_with_its_transaction_on_a_pooled_connection() {
    let database = TestDatabase::new();
    let pool = pool(&database, ServiceRole::Ingest);
    let [anna, _] = two_accounts(&mut pool.get().unwrap());
    assert_eq!(as_account(&mut pool.get().unwrap(), anna, names).unwrap(), ["anna"]);
    assert_eq!(names(&mut pool.get().unwrap()).unwrap(), [""; 0]);
    let failed = as_account(&mut pool.get().unwrap(), anna, |_| Err::<(), _>(Error::RollbackTransaction));
    assert_eq!(failed, Err(Error::RollbackTransaction));
    assert_eq!(names(&mut pool.get().unwrap()).unwrap(), [""; 0]);
}

#[test]
fn work_that_fails_leaves_nothing() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Ingest);
    let account = AccountId::generate();
    let result = as_account(connection, account, |connection| {
        insert_metric(connection, account, "half done")?;
        Err::<(), _>(Error::RollbackTransaction)
    });
    assert_eq!(result, Err(Error::RollbackTransaction));
    assert_eq!(as_account(connection, account, names).unwrap(), [""; 0]);
}

#[test]
fn an_address_that_is_presented_shows_its_account_only() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    insert_account(connection, "anna@example.org");
    insert_account(connection, "ben@example.org");
    assert_eq!(with_credential(connection, "ben@example.org", emails).unwrap(), ["ben@example.org"]);
    assert_eq!(with_credential(connection, "nobody@example.org", emails).unwrap(), [""; 0]);
    assert_eq!(with_credential(connection, "", emails).unwrap(), [""; 0]);
}

#[test]
fn an_account_that_is_presented_can_be_read_and_not_changed() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    insert_account(connection, "anna@example.org");
    let changed = with_credential(connection, "anna@example.org", |connection| {
        diesel::update(accounts::table).set(accounts::role.eq("administrator")).execute(connection)
    });
    assert_eq!(changed, Ok(0));
}

#[test]
fn a_token_that_is_presented_shows_its_session_only() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    let anna = insert_account(connection, "anna@example.org");
    let ben = insert_account(connection, "ben@example.org");
    insert_session(connection, anna, &[0xaa; 32]);
    insert_session(connection, anna, &[0xab; 32]);
    insert_session(connection, ben, &[0xbb; 32]);
    let (seen, found) = with_credential(connection, &"aa".repeat(32), |connection| {
        let seen: i64 = sessions::table.count().get_result(connection)?;
        Ok::<_, Error>((seen, Session::find_by_first_token(connection, &[0xaa; 32], 1)?))
    })
    .unwrap();
    assert_eq!((seen, found.map(|session| session.account_id)), (1, Some(anna)));
}

#[test]
fn a_session_is_found_by_its_first_token_when_it_has_another() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    let anna = insert_account(connection, "anna@example.org");
    insert_session(connection, anna, &[0xaa; 32]);
    as_account(connection, anna, |connection| {
        let session = sessions::table.select(Session::as_select()).first(connection)?;
        session.rotate(connection, Rotation { first: &[0xaa; 32], previous: &[0xaa; 32], next: &[0xab; 32] })
    })
    .unwrap();
    let found = with_credential(connection, &"aa".repeat(32), |connection| {
        Session::find_by_first_token(connection, &[0xaa; 32], 1)
    });
    assert_eq!(found.unwrap().map(|session| session.account_id), Some(anna));
    let other = with_credential(connection, &"cc".repeat(32), |connection| {
        Session::find_by_first_token(connection, &[0xaa; 32], 1)
    });
    assert!(other.unwrap().is_none(), "a row was reached without its secret");
}

#[test]
fn a_credential_leaves_nothing_behind_on_a_pooled_connection() {
    let database = TestDatabase::new();
    let pool = pool(&database, ServiceRole::Auth);
    insert_account(&mut pool.get().unwrap(), "anna@example.org");
    let seen = with_credential(&mut pool.get().unwrap(), "anna@example.org", emails).unwrap();
    assert_eq!(seen, ["anna@example.org"]);
    assert_eq!(emails(&mut pool.get().unwrap()).unwrap(), [""; 0]);
    let setting = "select current_setting('tallykeep.credential', true) as line";
    assert_eq!(lines(&mut pool.get().unwrap(), setting), [""]);
}

#[test]
fn a_pool_is_made_while_the_database_is_away() {
    let url = "postgres://nobody@127.0.0.1:1/nothing".into();
    let nowhere = PoolSettings { wait_ms: 50, ..PoolSettings::new(url) };
    assert!(connect(&nowhere).unwrap().get().is_err());
}

#[test]
fn a_password_apart_from_the_address_is_put_into_it_whatever_it_holds() {
    let database = TestDatabase::new();
    sql_query("create role \"odd one\" superuser login password 'p@:/%41 ä'")
        .execute(&mut database.connect_as_superuser())
        .unwrap();
    let mut url: url::Url = database.url(ServiceRole::Auth).expose_secret().parse().unwrap();
    url.set_username("odd one").unwrap();
    url.set_password(None).unwrap();
    let settings =
        PoolSettings { password: Some("p@:/%41 ä".into()), ..PoolSettings::new(url.to_string().into()) };
    assert!(connect(&settings).unwrap().get().is_ok());
}

#[test]
fn an_address_that_can_take_no_password_is_refused_and_not_shown() {
    let settings =
        PoolSettings { password: Some("hunter2".into()), ..PoolSettings::new("host=hidden".into()) };
    let message = connect(&settings).err().unwrap().to_string();
    assert!(message.contains("database.url") && !message.contains("hidden"), "{message}");
}

#[test]
fn a_statement_of_a_service_does_not_run_for_ever() {
    let database = TestDatabase::new();
    for role in ServiceRole::ALL {
        let connection = &mut database.connect(role);
        let setting = "select current_setting('statement_timeout') as line";
        assert_eq!(lines(connection, setting), ["1min"], "{role:?}");
        assert_eq!(sql_query("set search_path to ''").execute(connection), Ok(0));
    }
}
