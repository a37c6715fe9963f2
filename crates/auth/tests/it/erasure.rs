//! Deleting accounts, and their data in all services.

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_service::{Authority, AuthoritySettings, RemoteAuthority};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp, TestDatabase};

use crate::support::{SERVICE_CREDENTIAL, execute, log_in, serve, texts};

const OTHER_CREDENTIAL: &str = "only-for-tests-query-0123456789abcdef";
const DATA: [&str; 9] = [
    "metrics.metrics",
    "metrics.series",
    "metrics.segments",
    "metrics.chunks",
    "metrics.entries",
    "metrics.entry_values",
    "metrics.calendars",
    "metrics.retentions",
    "metrics.series_counts",
];

async fn delete(person: &SignedIn, password: &str) -> Answer {
    let request = person.browser.request(Method::DELETE, "/auth/account");
    Client::send(request.json(&json!({"password": password}))).await
}

async fn id_of(person: &SignedIn) -> String {
    person.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned()
}

/// Gives somebody a metric with a sample, and a day.
async fn fill(person: &SignedIn) {
    let sample = json!({"metric": "weight", "labels": {"host": "a"}, "timestamp": 1, "value": 1});
    let _ = person.page.post("/api/v1/samples", &json!({"samples": [sample]})).await.expect(200);
    let _ = person.page.put("/api/v1/retention", &json!({"raw_days": 30})).await.expect(200);
    let entry = json!({"values": {"weight": 1}, "note": "x"});
    let _ = person.page.put("/api/v1/entries/2026-01-02", &entry).await.expect(201);
}

/// How many rows of `table` belong to `account`.
fn rows(database: &TestDatabase, table: &str, account: &str) -> String {
    texts(database, &format!("select count(*)::text as text from {table} where account_id = '{account}'"))
        .remove(0)
}

/// Starts the application again, which runs its jobs, and returns when `sql` finds something.
pub(crate) async fn run_jobs_until(app: TestApp, sql: &str) -> TestApp {
    let app = app.restart_with(|_| {});
    while texts(&app.database, sql).is_empty() {
        tokio::task::yield_now().await;
    }
    app
}

/// Runs the jobs as often as it takes to erase an account whose time has come: the services wait for each other.
pub(crate) async fn erase(app: TestApp) -> TestApp {
    let app = run_jobs_until(app, BEGUN).await;
    let app = run_jobs_until(app, CONFIRMED).await;
    run_jobs_until(app, GONE).await
}

const BEGUN: &str = "select account_id::text as text from auth.erasures";
const CONFIRMED: &str = "select service as text from auth.erasure_confirmations";
const GONE: &str = "select action as text from auth.audit_events where action = 'erase_account'";

#[actix_web::test]
async fn who_deletes_an_account_is_out_at_once_and_can_be_let_in_again_for_a_week() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let path = format!("/auth/admin/accounts/{}", id_of(&bob).await);
    delete(&bob, "not his password").await.expect_problem(403, "password_wrong");
    let answer = delete(&bob, SignedIn::PASSWORD).await;
    assert!(answer.expect(200)["erase_after"].is_string());
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "{answer:?}");
    bob.browser.get("/auth/account").await.expect_problem(401, "session_missing");
    let refused = log_in(&app.stranger(), "bob@example.org", SignedIn::PASSWORD).await;
    refused.expect_problem(401, "credentials_invalid");
    let _ = app
        .stranger()
        .post("/auth/register", &crate::support::registration("bob@example.org"))
        .await
        .expect(409);
    let days = "select round(extract(epoch from erase_after - now()) / 86400)::text as text
        from auth.accounts where erase_after is not null";
    assert_eq!(texts(&app.database, days), ["7"]);
    let _ = ada.browser.delete(&path).await.expect(200);
    assert_eq!(texts(&app.database, days), ["7"]);
    let back = ada.browser.patch(&path, &json!({"disabled": false})).await.expect(200);
    assert_eq!(back["erase_after"], Value::Null);
    let _ = log_in(&app.stranger(), "bob@example.org", SignedIn::PASSWORD).await.expect(200);
    let deeds = "select action || ' ' || succeeded as text from auth.audit_events
        where action = 'delete_account' order by id";
    assert_eq!(texts(&app.database, deeds), ["delete_account false", "delete_account true"]);
}

#[actix_web::test]
async fn an_account_is_erased_in_all_services_and_nothing_brings_it_back() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    fill(&ada).await;
    fill(&bob).await;
    let _ = bob.create_key(&["metrics:read"]).await;
    // As the worker does it within a minute.
    let calendars = "insert into metrics.calendars (account_id, time_zone, cut_in)
        select id, time_zone, time_zone from auth.accounts on conflict do nothing";
    execute(&app.database, calendars);
    let (id, other) = (id_of(&bob).await, id_of(&ada).await);
    let _ = delete(&bob, SignedIn::PASSWORD).await.expect(200);
    execute(&app.database, "update auth.accounts set erase_after = now() where erase_after is not null");
    let app = run_jobs_until(app, BEGUN).await;
    let late = ada
        .browser
        .at(&app.url)
        .patch(&format!("/auth/admin/accounts/{id}"), &json!({"disabled": false}))
        .await;
    late.expect_problem(409, "erasure_begun");
    let app = run_jobs_until(app, CONFIRMED).await;
    for table in DATA {
        assert_eq!(rows(&app.database, table, &id), "0", "{table}");
    }
    assert_eq!(rows(&app.database, "metrics.segments", &other), "1");
    assert_eq!(rows(&app.database, "metrics.calendars", &other), "1");
    let app = run_jobs_until(app, GONE).await;
    assert_eq!(texts(&app.database, "select email as text from auth.accounts"), ["ada@example.org"]);
    assert_eq!(rows(&app.database, "auth.api_keys", &id), "0");

    // The access token is good for some minutes more, and opens nothing.
    let page = bob.page.at(&app.url);
    let sample = json!({"samples": [{"metric": "weight", "timestamp": 1, "value": 1}]});
    assert!(page.post("/api/v1/samples", &sample).await.status.is_server_error());
    assert!(page.put("/api/v1/entries/2026-01-02", &json!({"note": "x"})).await.status.is_server_error());
    assert!(page.post("/api/v1/metrics", &json!({"name": "m"})).await.status.is_server_error());
    for table in DATA {
        assert_eq!(rows(&app.database, table, &id), "0", "{table}");
    }
    let _ = ada.page.at(&app.url).post("/api/v1/samples", &sample).await.expect(200);
    assert_eq!(texts(&app.database, BEGUN), [id]);
}

#[actix_web::test]
async fn the_first_administrator_can_go_when_there_is_another() {
    let app = TestApp::start();
    let (ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let heir = id_of(&bob).await;
    let body = json!({"role": "administrator"});
    let _ = ada.browser.patch(&format!("/auth/admin/accounts/{heir}"), &body).await.expect(200);
    let _ = delete(&ada, SignedIn::PASSWORD).await.expect(200);
    execute(&app.database, "update auth.accounts set erase_after = now() where erase_after is not null");
    let app = erase(app).await;
    assert_eq!(texts(&app.database, "select administrator_id::text as text from auth.installation"), [heir]);
}

#[actix_web::test]
async fn an_account_that_comes_back_with_a_backup_is_erased_again() {
    let app = TestApp::start();
    let _ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    let id = id_of(&bob).await;
    execute(&app.database, &format!("insert into auth.erasures (account_id) values ('{id}')"));
    let app = run_jobs_until(app, CONFIRMED).await;
    let app = run_jobs_until(app, GONE).await;
    assert_eq!(texts(&app.database, "select email as text from auth.accounts"), ["ada@example.org"]);
}

#[actix_web::test]
async fn a_service_is_told_what_to_erase_until_it_has() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let bob = Client::new(&served.url).register("bob@example.org").await;
    let id = id_of(&bob).await;
    let authority = |credential: &str| {
        let settings = AuthoritySettings { url: served.url.clone(), credential: credential.into() };
        RemoteAuthority::new(&settings, "http://localhost").unwrap()
    };
    let (ingest, query) = (authority(SERVICE_CREDENTIAL), authority(OTHER_CREDENTIAL));
    assert!(ingest.pending_erasures().await.unwrap().is_empty());
    let account = id.parse().unwrap();
    assert!(ingest.confirm_erasure(account).await.is_err(), "nobody asked for it");
    execute(&database, &format!("insert into auth.erasures (account_id) values ('{id}')"));
    assert_eq!(ingest.pending_erasures().await.unwrap(), [account]);
    query.confirm_erasure(account).await.unwrap();
    assert_eq!(ingest.pending_erasures().await.unwrap(), [account]);
    for _ in 0..2 {
        ingest.confirm_erasure(account).await.unwrap();
    }
    assert!(ingest.pending_erasures().await.unwrap().is_empty());
    assert_eq!(texts(&database, CONFIRMED).len(), 2);
}

#[actix_web::test]
async fn only_a_service_learns_what_to_erase() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let bob = Client::new(&served.url).register("bob@example.org").await;
    let path = format!("/internal/erasures/{}", id_of(&bob).await);
    for client in [Client::new(&served.url), bob.browser, bob.page] {
        client.get("/internal/erasures").await.expect_problem(401, "service_credential_invalid");
        client.put(&path, &Value::Null).await.expect_problem(401, "service_credential_invalid");
    }
}

#[actix_web::test]
async fn an_account_that_cannot_be_erased_holds_up_no_other() {
    let app = TestApp::start();
    let (_ada, bob) = (app.register("ada@example.org").await, app.register("bob@example.org").await);
    let id = id_of(&bob).await;
    // Ada, whose turn is first, is the only administrator: nobody takes her place, and the database keeps her.
    execute(&app.database, "update auth.accounts set erase_after = now() - interval '1 day'");
    execute(
        &app.database,
        "insert into auth.erasures (account_id, created_at) select id, created_at from auth.accounts",
    );
    execute(
        &app.database,
        "insert into auth.erasure_confirmations (account_id, service) select id, 'ingest' from auth.accounts",
    );
    let app = run_jobs_until(app, GONE).await;
    let erased = "select account_id::text as text from auth.audit_events where action = 'erase_account'";
    assert_eq!(texts(&app.database, erased), [id]);
    assert_eq!(texts(&app.database, "select email as text from auth.accounts"), ["ada@example.org"]);
}
