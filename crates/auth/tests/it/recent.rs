//! What a replica remembers for seconds, and that it forgets it as soon as it is not true any more.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use tallykeep_auth::{State, Watch};
use tallykeep_database::{PoolSettings, ServiceRole, connect};
use tallykeep_service::HttpSettings;
use tallykeep_test_support::{Answer, Client, Line, Served, SignedIn, TestDatabase, http_settings};

use crate::{
    forward::ask,
    support::{SERVICE_CREDENTIAL, cookie, execute, log_in, serve_at, settings_with},
};

const PUBLIC_URL: &str = "https://numbers.example.org";

/// A replica of the auth service that would remember for longer than any test takes.
struct Replica {
    /// To the database, for everything but what it hears of changes.
    line: Line,
    /// To the database, for that.
    ear: Line,
    _watch: Watch,
    served: Served,
}

impl Replica {
    fn start(database: &TestDatabase) -> Self {
        let (line, ear) = (Line::to(&database.address()), Line::to(&database.address()));
        let state = {
            let settings = settings_with(|settings| {
                settings.cache_seconds = 60;
                settings.cookie_domain = Some("example.org".to_owned());
            });
            State::build(&settings, PUBLIC_URL, connect(&through(&line, database)).unwrap()).unwrap()
        };
        let watch = Watch::start(&state, &through(&ear, database)).unwrap();
        let http = HttpSettings {
            public_url: PUBLIC_URL.to_owned(),
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
            ..http_settings()
        };
        Self { line, ear, _watch: watch, served: serve_at(http, state) }
    }

    fn stranger(&self) -> Client {
        Client::new(&self.served.url)
    }

    /// Asks for `client` until the answer is remembered, which shows when the database is out of reach.
    async fn remember(&self, client: &Client) {
        let client = client.at(&self.served.url);
        until("it is remembered", async || {
            self.line.mend();
            let _ = ask(&client).await;
            self.line.cut();
            ask(&client).await.status == 200
        })
        .await;
        self.line.mend();
    }

    async fn ask(&self, client: &Client) -> Answer {
        ask(&client.at(&self.served.url)).await
    }
}

fn through(line: &Line, database: &TestDatabase) -> PoolSettings {
    let url: SecretString = database.urls_through(&line.address()).auth;
    PoolSettings::new(url)
}

/// Tries again and again, far less long than anything is remembered.
async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let begin = Instant::now();
    while !condition().await {
        assert!(begin.elapsed() < Duration::from_secs(30), "in vain it was waited until {what}");
    }
}

async fn id_of(person: &SignedIn) -> String {
    person.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned()
}

/// Another browser of `email`.
async fn second_browser(replica: &Replica, email: &str) -> Client {
    let answer = log_in(&replica.stranger(), email, SignedIn::PASSWORD).await;
    let _ = answer.expect(200);
    let browser = replica.stranger().with_header("cookie", cookie(&answer));
    browser.with_header("sec-fetch-site", "same-origin")
}

#[actix_web::test]
async fn what_was_just_asked_is_answered_without_the_database_for_both_who_ask() {
    let database = TestDatabase::new();
    let replica = Replica::start(&database);
    let ada = replica.stranger().register("ada@example.org").await;
    let (key, other) = (ada.create_key(&["tools:access"]).await, ada.create_key(&["tools:access"]).await);
    let machine = replica.stranger().with_token(&key);
    replica.remember(&ada.browser).await;
    replica.remember(&machine).await;
    replica.line.cut();
    assert_eq!(replica.ask(&ada.browser).await.header("remote-user"), "ada@example.org");
    assert_eq!(replica.ask(&machine).await.header("remote-user"), "ada@example.org");
    let service = replica.stranger().with_token(SERVICE_CREDENTIAL);
    let question = service.request(reqwest::Method::POST, "/internal/introspect").form(&[("token", &key)]);
    assert_eq!(Client::send(question).await.expect(200)["active"], true);
    let unasked = replica.stranger().with_token(&other);
    assert_eq!(replica.ask(&unasked).await.status, 503, "nobody has asked about that one yet");
}

#[actix_web::test]
async fn what_changes_on_one_replica_is_felt_at_once_on_the_other() {
    let database = TestDatabase::new();
    let (here, there) = (Replica::start(&database), Replica::start(&database));
    let (ada, bob) = (
        here.stranger().register("ada@example.org").await,
        here.stranger().register("bob@example.org").await,
    );
    let (id, key) = (id_of(&bob).await, bob.create_key(&["tools:access"]).await);
    let machine = here.stranger().with_token(&key);
    let other = second_browser(&here, "bob@example.org").await;
    for client in [&bob.browser, &other, &machine] {
        there.remember(client).await;
    }

    let _ = ada.browser.put("/auth/admin/groups/family", &Value::Null).await.expect(204);
    let member = format!("/auth/admin/groups/family/members/{id}");
    let _ = ada.browser.put(&member, &Value::Null).await.expect(204);
    until("the group is told of", async || {
        there.ask(&bob.browser).await.header("remote-groups") == "member,family"
    })
    .await;

    let rule = json!({"host": "tool.example.org", "audience": "nobody"});
    let rule = ada.browser.post("/auth/admin/access-rules", &rule).await.expect(201);
    until("the rule keeps him out", async || there.ask(&bob.browser).await.status == 403).await;
    let rule = format!("/auth/admin/access-rules/{}", rule["id"].as_str().unwrap());
    let _ = ada.browser.delete(&rule).await.expect(204);
    until("it does no more", async || there.ask(&bob.browser).await.status == 200).await;

    there.remember(&machine).await;
    let listed = bob.browser.get("/auth/api-keys").await.expect(200);
    let revoked = format!("/auth/api-keys/{}", listed["items"][0]["id"].as_str().unwrap());
    let _ = bob.browser.delete(&revoked).await.expect(204);
    until("the key is void", async || there.ask(&machine).await.status == 401).await;

    there.remember(&other).await;
    let _ = other.post("/auth/logout", &Value::Null).await.expect(204);
    until("the session is over", async || there.ask(&other).await.status == 401).await;

    there.remember(&bob.browser).await;
    let account = format!("/auth/admin/accounts/{id}");
    let _ = ada.browser.patch(&account, &json!({"disabled": true})).await.expect(200);
    until("he is kept out", async || there.ask(&bob.browser).await.status == 401).await;
}

#[actix_web::test]
async fn what_changes_is_felt_on_the_same_replica_with_the_answer() {
    let database = TestDatabase::new();
    let replica = Replica::start(&database);
    let (ada, bob) = (
        replica.stranger().register("ada@example.org").await,
        replica.stranger().register("bob@example.org").await,
    );
    let account = format!("/auth/admin/accounts/{}", id_of(&bob).await);
    replica.remember(&bob.browser).await;
    let _ = ada.browser.patch(&account, &json!({"disabled": true})).await.expect(200);
    assert_eq!(replica.ask(&bob.browser).await.status, 401);
    replica.remember(&ada.browser).await;
    let _ = ada.browser.post("/auth/logout", &Value::Null).await.expect(204);
    assert_eq!(replica.ask(&ada.browser).await.status, 401);
}

#[actix_web::test]
async fn what_changes_nothing_makes_nothing_be_forgotten() {
    let database = TestDatabase::new();
    let replica = Replica::start(&database);
    let ada = replica.stranger().register("ada@example.org").await;
    replica.remember(&ada.browser).await;
    let page = replica.stranger().with_header("origin", "https://board.example");
    let preflight = page.with_header("access-control-request-method", "POST");
    let answer = Client::send(preflight.request(Method::OPTIONS, "/auth/oauth2/token")).await;
    assert_eq!(answer.status, 200);
    let sent_on = page.request(Method::POST, "/auth/oauth2/authorize").form(&[("client_id", "x")]);
    assert_eq!(Client::send(sent_on).await.status, 303);
    replica.line.cut();
    assert_eq!(replica.ask(&ada.browser).await.status, 200);
}

#[actix_web::test]
async fn while_no_change_could_be_heard_nothing_is_remembered() {
    let database = TestDatabase::new();
    let replica = Replica::start(&database);
    let ada = replica.stranger().register("ada@example.org").await;
    replica.remember(&ada.browser).await;
    replica.ear.cut();
    replica.line.cut();
    until("it is forgotten", async || replica.ask(&ada.browser).await.status == 503).await;
    replica.line.mend();
    let _ = replica.ask(&ada.browser).await.expect(200);
    execute(&database, "update auth.accounts set disabled_at = now()");
    assert_eq!(replica.ask(&ada.browser).await.status, 401, "nobody told this replica of it");
    execute(&database, "update auth.accounts set disabled_at = null");
    replica.ear.mend();
    replica.remember(&ada.browser).await;
}

#[actix_web::test]
async fn what_changed_while_nothing_was_heard_is_not_remembered_from_before() {
    let database = TestDatabase::new();
    let replica = Replica::start(&database);
    let ada = replica.stranger().register("ada@example.org").await;
    let key = ada.create_key(&["tools:access"]).await;
    let machine = replica.stranger().with_token(&key);
    replica.remember(&ada.browser).await;
    replica.remember(&machine).await;
    replica.ear.cut();
    replica.line.cut();
    until("it is forgotten", async || replica.ask(&machine).await.status == 503).await;
    replica.line.mend();
    execute(&database, "delete from auth.api_keys");
    replica.ear.mend();
    // The watch listens again once this is remembered again.
    replica.remember(&ada.browser).await;
    assert_eq!(replica.ask(&machine).await.status, 401);
}

#[actix_web::test]
async fn a_token_that_comes_back_at_a_tool_ends_the_session() {
    let database = TestDatabase::new();
    let replica = Replica::start(&database);
    let ada = replica.stranger().register("ada@example.org").await;
    replica.remember(&ada.browser).await;
    execute(&database, "update auth.sessions set rotated_at = now() - interval '2 minutes'");
    let answer = ada.browser.post("/auth/token", &Value::Null).await;
    let _ = answer.expect(200);
    let next = ada.browser.with_header("cookie", cookie(&answer));
    replica.remember(&next).await;
    execute(
        &database,
        "update auth.sessions set token_used_at = now() - interval '1 minute', expires_at = expires_at - interval '1 s'",
    );
    until("the old token is out of date", async || replica.ask(&ada.browser).await.status == 401).await;
    assert_eq!(replica.ask(&next).await.status, 401, "the session is over for both");
}

#[test]
fn a_minute_is_the_longest_that_anything_is_remembered() {
    let database = TestDatabase::new();
    let settings = settings_with(|settings| settings.cache_seconds = 61);
    let pool = connect(&PoolSettings::new(database.url(ServiceRole::Auth))).unwrap();
    let error = State::build(&settings, PUBLIC_URL, pool).err().unwrap();
    assert!(error.to_string().contains("auth.cache_seconds"), "{error}");
}
