//! What other services are told of accounts' time zones.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tallykeep_service::{Authority, AuthoritySettings, RemoteAuthority, TimeZonesQuery, TimeZonesResponse};
use tallykeep_test_support::{Client, Served, SignedIn, TestDatabase};

use crate::support::{SERVICE_CREDENTIAL, execute, serve};

async fn ask(served: &Served, query: TimeZonesQuery) -> TimeZonesResponse {
    let settings = AuthoritySettings { url: served.url.clone(), credential: SERVICE_CREDENTIAL.into() };
    RemoteAuthority::new(&settings, "http://localhost").unwrap().time_zones(query).await.unwrap()
}

fn since(at: Timestamp) -> TimeZonesQuery {
    TimeZonesQuery { changed_since: Some(at), cursor: None }
}

fn pairs(page: &TimeZonesResponse) -> Vec<(String, &str)> {
    page.items.iter().map(|item| (item.account.to_string(), item.time_zone.as_str())).collect()
}

async fn id_of(person: &SignedIn) -> String {
    person.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_service_learns_every_time_zone_and_then_only_what_has_changed() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let client = Client::new(&served.url);
    let (ada, bob) = (client.register("ada@example.org").await, client.register("bob@example.org").await);
    let (ada_id, bob_id) = (id_of(&ada).await, id_of(&bob).await);
    let all = ask(&served, TimeZonesQuery::default()).await;
    assert_eq!(pairs(&all), [(ada_id.clone(), "Europe/Berlin"), (bob_id.clone(), "Europe/Berlin")]);
    assert_eq!(all.next_cursor, None);
    // Both have been there for long.
    execute(&database, "update auth.accounts set time_zone_set_at = now() - interval '1 hour'");
    assert_eq!(pairs(&ask(&served, since(all.as_of)).await), []);
    let _ = bob.browser.patch("/auth/account", &json!({"time_zone": "Asia/Tokyo"})).await.expect(200);
    let _ = ada.browser.patch("/auth/account", &json!({"time_zone": "Europe/Berlin"})).await.expect(200);
    assert_eq!(pairs(&ask(&served, since(all.as_of)).await), [(bob_id, "Asia/Tokyo")]);
}

#[actix_web::test]
async fn a_change_that_becomes_visible_late_is_told_all_the_same() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let before = Timestamp::now();
    let page = ask(&served, TimeZonesQuery::default()).await;
    assert!(page.as_of < before - SignedDuration::from_mins(4), "{page:?}");
    assert!(page.as_of > before - SignedDuration::from_mins(6), "{page:?}");
}

#[actix_web::test]
async fn more_accounts_than_a_page_holds_come_by_its_cursor() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let made = execute(
        &database,
        "insert into auth.accounts (id, email, password_hash, role, time_zone)
        select gen_random_uuid(), n || '@example.org', '', 'member', 'UTC' from generate_series(1, 2500) as n",
    );
    let (mut seen, mut query, mut pages) = (Vec::new(), TimeZonesQuery::default(), 0);
    loop {
        let page = ask(&served, query).await;
        seen.extend(page.items.iter().map(|item| item.account));
        pages += 1;
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    assert!(seen.is_sorted());
    seen.dedup();
    assert_eq!((seen.len(), pages), (made, 3));
}

#[actix_web::test]
async fn an_account_that_is_being_erased_is_left_out() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let _ada = Client::new(&served.url).register("ada@example.org").await;
    execute(&database, "insert into auth.erasures (account_id) select id from auth.accounts");
    assert_eq!(pairs(&ask(&served, TimeZonesQuery::default()).await), []);
}

#[actix_web::test]
async fn only_a_service_learns_time_zones() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let ada = Client::new(&served.url).register("ada@example.org").await;
    for client in [Client::new(&served.url), ada.browser, ada.page] {
        client.get("/internal/time-zones").await.expect_problem(401, "service_credential_invalid");
    }
    let service = Client::new(&served.url).with_token(SERVICE_CREDENTIAL);
    for wrong in ["changed_since=yesterday", "cursor=x", "since=2026-01-01T00:00:00Z"] {
        let answer = service.get(&format!("/internal/time-zones?{wrong}")).await;
        answer.expect_problem(400, "query_invalid");
    }
}
