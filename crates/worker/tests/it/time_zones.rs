//! Learning in which time zones accounts count their days.

use std::sync::{Arc, Mutex};

use diesel::{RunQueryDsl, sql_query};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use tallykeep_database::{PoolSettings, ServiceRole, connect};
use tallykeep_domain::AccountId;
use tallykeep_service::{AccountTimeZone, Authority, Grant, Problem, TimeZonesQuery, TimeZonesResponse};
use tallykeep_test_support::{TestApp, TestDatabase};
use tallykeep_worker::Calendars;

use crate::lines;

const NOTED: &str = "select format('%s %s cut in %s', account_id, time_zone, cut_in) as line
    from metrics.calendars order by account_id";

/// An auth service that gives the answers which it was given, and keeps the questions.
#[derive(Default)]
struct Script {
    answers: Mutex<Vec<TimeZonesResponse>>,
    questions: Mutex<Vec<TimeZonesQuery>>,
}

impl Authority for Script {
    fn introspect<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<Grant>, Problem>> {
        unreachable!("the worker takes no credentials")
    }

    fn keys(&self) -> BoxFuture<'_, Result<JwkSet, Problem>> {
        unreachable!("the worker takes no credentials")
    }

    fn pending_erasures(&self) -> BoxFuture<'_, Result<Vec<AccountId>, Problem>> {
        unreachable!("ingest erases")
    }

    fn confirm_erasure(&self, _: AccountId) -> BoxFuture<'_, Result<(), Problem>> {
        unreachable!("ingest erases")
    }

    fn time_zones(&self, query: TimeZonesQuery) -> BoxFuture<'_, Result<TimeZonesResponse, Problem>> {
        self.questions.lock().unwrap().push(query);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.is_empty() {
            Err(Problem::unavailable("auth_unavailable", "away"))
        } else {
            Ok(answers.remove(0))
        };
        Box::pin(async { answer })
    }
}

/// A worker over a database of its own.
struct Fixture {
    script: Arc<Script>,
    calendars: Calendars,
    database: TestDatabase,
}

impl Fixture {
    fn new() -> Self {
        let database = TestDatabase::new();
        let script = Arc::new(Script::default());
        let pool = connect(&PoolSettings::new(database.url(ServiceRole::Worker))).unwrap();
        let calendars = Calendars::new(pool, Arc::clone(&script) as _);
        Self { script, calendars, database }
    }

    /// The auth service will answer so next.
    fn will_answer(&self, items: &[(AccountId, &str)], as_of: i64, next_cursor: Option<AccountId>) {
        let items = items.iter().map(|(account, time_zone)| AccountTimeZone {
            account: *account,
            time_zone: (*time_zone).to_owned(),
        });
        let items = items.collect();
        self.script.answers.lock().unwrap().push(TimeZonesResponse { items, as_of: at(as_of), next_cursor });
    }

    fn questions(&self) -> Vec<TimeZonesQuery> {
        std::mem::take(&mut self.script.questions.lock().unwrap())
    }

    fn noted(&self) -> Vec<String> {
        lines(&mut self.database.connect_as_superuser(), NOTED)
    }

    fn execute(&self, sql: &str) {
        sql_query(sql).execute(&mut self.database.connect_as_superuser()).unwrap();
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn question(changed_since: Option<i64>, cursor: Option<AccountId>) -> TimeZonesQuery {
    TimeZonesQuery { changed_since: changed_since.map(at), cursor }
}

#[test]
fn every_page_is_asked_for_and_the_next_time_what_changed_since_the_first() {
    let fixture = Fixture::new();
    let [ada, bob, eve] = std::array::from_fn(|_| AccountId::generate());
    fixture.will_answer(&[(ada, "Europe/Berlin"), (bob, "UTC")], 100, Some(bob));
    fixture.will_answer(&[(eve, "Asia/Tokyo")], 200, None);
    fixture.calendars.learn().unwrap();
    assert_eq!(fixture.questions(), [question(None, None), question(None, Some(bob))]);
    let expected = [
        format!("{ada} Europe/Berlin cut in Europe/Berlin"),
        format!("{bob} UTC cut in UTC"),
        format!("{eve} Asia/Tokyo cut in Asia/Tokyo"),
    ];
    assert_eq!(fixture.noted(), expected);
    fixture.will_answer(&[], 300, None);
    fixture.calendars.learn().unwrap();
    assert_eq!(fixture.questions(), [question(Some(100), None)]);
    assert_eq!(fixture.noted(), expected);
}

#[test]
fn what_failed_is_asked_for_again() {
    let fixture = Fixture::new();
    let [ada, bob] = std::array::from_fn(|_| AccountId::generate());
    fixture.will_answer(&[], 100, None);
    fixture.calendars.learn().unwrap();
    fixture.will_answer(&[(ada, "UTC")], 200, Some(ada));
    fixture.calendars.learn().unwrap_err();
    fixture.will_answer(&[(ada, "UTC"), (bob, "UTC")], 300, None);
    fixture.calendars.learn().unwrap();
    let expected = [
        question(None, None),
        question(Some(100), None),
        question(Some(100), Some(ada)),
        question(Some(100), None),
    ];
    assert_eq!(fixture.questions(), expected);
    assert_eq!(fixture.noted().len(), 2);
}

#[test]
fn who_moves_is_noted_and_what_was_cut_before_still_says_where() {
    let fixture = Fixture::new();
    let ada = AccountId::generate();
    for (at, zone) in [(1, "Europe/Berlin"), (2, "Asia/Kolkata")] {
        fixture.will_answer(&[(ada, zone)], at, None);
        fixture.calendars.learn().unwrap();
    }
    assert_eq!(fixture.noted(), [format!("{ada} Asia/Kolkata cut in Europe/Berlin")]);
}

#[test]
fn a_zone_that_this_release_does_not_know_holds_up_no_other() {
    let fixture = Fixture::new();
    let [ada, bob] = std::array::from_fn(|_| AccountId::generate());
    fixture.will_answer(&[(ada, "Mars/Olympus"), (bob, "UTC")], 1, None);
    fixture.calendars.learn().unwrap();
    let expected = [format!("{ada} UTC cut in UTC"), format!("{bob} UTC cut in UTC")];
    assert_eq!(fixture.noted(), expected);
    for zone in ["Europe/Berlin", "Mars/Olympus"] {
        fixture.will_answer(&[(ada, zone)], 2, None);
        fixture.calendars.learn().unwrap();
    }
    assert_eq!(fixture.noted()[0], format!("{ada} Europe/Berlin cut in UTC"));
}

#[test]
fn an_account_that_was_erased_gets_no_calendar_again() {
    let fixture = Fixture::new();
    let [ada, bob] = std::array::from_fn(|_| AccountId::generate());
    fixture.execute(&format!("insert into metrics.erased_accounts (account_id) values ('{ada}')"));
    fixture.will_answer(&[(ada, "UTC"), (bob, "UTC")], 1, None);
    fixture.calendars.learn().unwrap();
    assert_eq!(fixture.noted(), [format!("{bob} UTC cut in UTC")]);
}

#[tokio::test]
async fn in_one_process_the_accounts_time_zones_are_noted_by_themselves() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let account = ada.browser.get("/auth/account").await.expect(200);
    // The first question of a worker is about all accounts.
    let app = app.restart_with(|_| {});
    let noted = loop {
        let noted = lines(&mut app.database.connect_as_superuser(), NOTED);
        if !noted.is_empty() {
            break noted;
        }
        tokio::task::yield_now().await;
    };
    let id = account["id"].as_str().unwrap();
    assert_eq!(noted, [format!("{id} Europe/Berlin cut in Europe/Berlin")]);
}
