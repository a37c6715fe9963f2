//! Nobody sees or changes what belongs to another account: a walk over every operation of the API documents.

mod aims;
mod operations;

use std::collections::BTreeSet;

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Authenticator, Client, Doing, SignedIn, TestApp};

use operations::{Credential, Target, every_operation};

/// What a stranger may ask, with the answer to a request about somebody else's account. This list may only shrink.
const PUBLIC: [(&str, u16); 24] = [
    ("GET /.well-known/jwks.json", 200),
    ("GET /.well-known/oauth-authorization-server", 200),
    ("GET /.well-known/openid-configuration", 200),
    ("POST /auth/email-change/confirm", 403),
    ("POST /auth/email-verification/confirm", 403),
    ("POST /auth/login", 401),
    ("GET /auth/oauth2/authorize", 400),
    ("POST /auth/oauth2/authorize", 303),
    ("POST /auth/oauth2/introspect", 401),
    ("GET /auth/oauth2/logout", 302),
    ("POST /auth/oauth2/revoke", 401),
    ("POST /auth/oauth2/token", 401),
    ("GET /auth/oauth2/userinfo", 401),
    ("POST /auth/login/passkey", 409),
    ("POST /auth/login/passkey/options", 200),
    ("POST /auth/password-reset", 202),
    ("POST /auth/password-reset/confirm", 403),
    ("POST /auth/register", 409),
    ("GET /auth/providers", 200),
    ("GET /auth/providers/{id}/callback", 303),
    ("POST /auth/providers/{id}/start", 404),
    ("GET /auth/registration", 200),
    ("GET /auth/return", 303),
    ("GET /ping", 204),
];

/// What a sign-in that waits for its second factor may ask: to give one, or where there is none to add the first.
const HALF_WAY: [&str; 10] = [
    "DELETE /auth/pending-sign-in",
    "GET /auth/pending-sign-in",
    "POST /auth/passkeys",
    "POST /auth/passkeys/options",
    "POST /auth/second-factor/passkey",
    "POST /auth/second-factor/passkey/options",
    "POST /auth/second-factor/recovery-code",
    "POST /auth/second-factor/totp",
    "POST /auth/second-factors/totp",
    "POST /auth/second-factors/totp/confirm",
];

const EVERY_SCOPE: [&str; 3] = ["metrics:read", "metrics:write", "tools:access"];
/// Part of everything that the first account alone knows.
const SECRET: &str = "confidential";
const SECRET_VALUE: f64 = 4_815_162_342.5;

#[tokio::test]
async fn a_stranger_is_refused_by_every_operation_that_is_not_public() {
    let first = FirstAccount::new().await;
    let before = first.dump();
    let mut met = BTreeSet::new();
    for operation in every_operation(&first.target) {
        let name = operation.to_string();
        let answer = operation.send(&first.app.stranger()).await;
        let public = PUBLIC.iter().find(|(public, _)| *public == name);
        met.extend(public.map(|(public, _)| *public));
        assert_eq!(
            answer.status.as_u16(),
            public.map_or(401, |(_, status)| *status),
            "{name}: {}",
            answer.body
        );
        first.check_silence(&name, &answer);
    }
    assert_eq!(met, PUBLIC.iter().map(|(name, _)| *name).collect(), "a public operation is gone");
    assert_eq!(first.dump(), before);
}

#[tokio::test]
async fn an_account_without_data_finds_none_of_the_first_account() {
    let first = FirstAccount::new().await;
    let before = first.dump();
    for (number, operation) in every_operation(&first.target).into_iter().enumerate() {
        let name = operation.to_string();
        let second = first.app.register(&format!("newcomer-{number}@example.org")).await;
        let answer = operation.send(&operation.credential.of(&second)).await;
        let status = answer.status.as_u16();
        assert_eq!(status, operation.newcomer, "{name}: {}", answer.body);
        first.check_silence(&name, &answer);
        if name == "GET /api/v1/retention" {
            assert_eq!(answer.json(), json!({"raw_days": null, "rollup_days": null}));
        } else if name == "GET /api/v1/series/cardinality" {
            assert_eq!(answer.json(), json!({"series": 0, "metrics": [], "labels": []}));
        } else if name.starts_with("GET /api/v1/") && status == 200 {
            assert_eq!(answer.json()["items"], json!([]), "{name}");
        }
    }
    assert_eq!(first.dump(), before);
}

#[tokio::test]
async fn a_key_for_other_metrics_neither_reads_nor_changes_these() {
    let first = FirstAccount::new().await;
    let terms = json!({
        "name": "confined", "scopes": ["metrics:read", "metrics:write"], "metric_prefix": "other_",
    });
    let key = first.account.browser.post("/auth/api-keys", &terms).await.expect(201);
    let confined = first.app.stranger().with_token(key["key"].as_str().unwrap());
    let before = first.dump();
    let operations = every_operation(&first.target).into_iter();
    for operation in operations.filter(|operation| operation.credential == Credential::Bearer) {
        let name = operation.to_string();
        let answer = operation.send(&confined).await;
        let nothing = answer.status == 200 && answer.json()["items"] == json!([]);
        assert!(nothing || answer.status.is_client_error(), "{name}: {answer:?}");
        first.check_silence(&name, &answer);
    }
    assert_eq!(first.dump(), before);
}

#[tokio::test]
async fn an_account_whose_data_has_the_same_names_reads_and_changes_its_own() {
    let first = FirstAccount::new().await;
    let before = first.dump();
    for (number, operation) in every_operation(&first.target).into_iter().enumerate() {
        let name = operation.to_string();
        let second = first.app.register(&format!("namesake-{number}@example.org")).await;
        fill(&second, "harmless", 1.0).await;
        let key = second.machine(&EVERY_SCOPE).await;
        let client =
            if operation.credential == Credential::Bearer { key } else { operation.credential.of(&second) };
        let answer = operation.send(&client).await;
        assert_eq!(answer.status.as_u16(), operation.namesake, "{name}: {}", answer.body);
        first.check_silence(&name, &answer);
    }
    assert_eq!(first.dump(), before);
}

#[tokio::test]
async fn a_key_without_the_scope_is_refused() {
    let first = FirstAccount::new().await;
    let reader = first.account.machine(&["metrics:read"]).await;
    let writer = first.account.machine(&["metrics:write"]).await;
    let before = first.dump();
    for operation in every_operation(&first.target) {
        let (client, status) = match (operation.credential, operation.scope) {
            (Credential::None, _) => continue,
            // A key, whatever its scopes, does not manage the account.
            (Credential::Session | Credential::Pending | Credential::SessionOrPending, _) => (&writer, 401),
            (Credential::Bearer, "metrics:write") => (&reader, 403),
            (Credential::Bearer, _) => (&writer, 403),
        };
        let answer = operation.send(client).await;
        assert_eq!(answer.status.as_u16(), status, "{operation}: {}", answer.body);
        first.check_silence(&operation.to_string(), &answer);
    }
    assert_eq!(first.dump(), before);
}

#[tokio::test]
async fn a_sign_in_that_waits_for_its_second_factor_reaches_nothing_else() {
    let first = FirstAccount::new().await;
    let sent = first.app.register("sent@example.org").await;
    let group = first.account.browser.put("/auth/admin/groups/careful", &Value::Null).await;
    let _ = group.expect(204);
    let id = sent.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let member = format!("/auth/admin/groups/careful/members/{id}");
    let _ = first.account.browser.put(&member, &Value::Null).await.expect(204);
    let required = json!({"requires_second_factor": true});
    let _ = first.account.browser.patch("/auth/admin/groups/careful", &required).await.expect(200);
    let before = first.dump();
    let mut reached = BTreeSet::new();
    for operation in every_operation(&first.target) {
        let name = operation.to_string();
        // Anew for each, since some of them end it.
        let login = json!({"email": "sent@example.org", "password": SignedIn::PASSWORD});
        let begun = first.app.stranger().post("/auth/login", &login).await;
        let _ = begun.expect(202);
        let cookie = begun.header("set-cookie").split(';').next().unwrap();
        let pending = first.app.stranger().with_header("cookie", cookie);
        let answer = operation.send(&pending.with_header("sec-fetch-site", "same-origin")).await;
        let status = answer.status.as_u16();
        let public = PUBLIC.iter().find(|(public, _)| *public == name);
        match operation.credential {
            Credential::Pending | Credential::SessionOrPending => {
                assert!([200, 201, 204, 403, 409].contains(&status), "{name}: {answer:?}");
                reached.insert(name.clone());
            }
            _ => assert_eq!(status, public.map_or(401, |(_, status)| *status), "{name}: {answer:?}"),
        }
        first.check_silence(&name, &answer);
        sql_query("delete from auth.lockouts")
            .execute(&mut first.app.database.connect_as_superuser())
            .unwrap();
    }
    assert_eq!(reached, BTreeSet::from(HALF_WAY.map(str::to_owned)));
    assert_eq!(first.dump(), before);
}

#[tokio::test]
async fn the_judgement_of_credentials_is_not_on_offer() {
    let app = TestApp::start();
    let answer = app.stranger().post_bytes("/internal/introspect", "token=tk_x").await;
    assert!(matches!(answer.status.as_u16(), 404 | 405), "{answer:?}");
}

/// An account with something of everything.
struct FirstAccount {
    app: TestApp,
    account: SignedIn,
    target: Target,
    id: String,
    markers: Vec<String>,
}

impl FirstAccount {
    async fn new() -> Self {
        // Forward auth answers proxies alone.
        let app = TestApp::with(|settings| {
            settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        });
        let account = app.register("first-confidential@example.org").await;
        let metric = fill(&account, SECRET, SECRET_VALUE).await;
        let body = json!({"name": "confidential key", "scopes": EVERY_SCOPE});
        let key = account.browser.post("/auth/api-keys", &body).await.expect(201);
        let invitation = account.browser.post("/auth/invitations", &Value::Null).await.expect(201);
        let client = json!({"name": "confidential", "redirect_uris": ["https://confidential.example/"]});
        let client = account.browser.post("/auth/admin/clients", &client).await.expect(201);
        let added = add_passkey(&account.browser).await;
        let passkey = added.expect(201);
        // Its session goes on with another cookie.
        let account = SignedIn::with_cookie(&app.stranger(), &added).await;
        let sessions = account.browser.get("/auth/sessions").await.expect(200);
        let id = account.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let link = format!(
            "insert into auth.identities (account_id, id, presented_hash, issuer, subject) \
             values ('{id}', gen_random_uuid(), '', 'https://id.example', '{SECRET}')"
        );
        sql_query(link).execute(&mut app.database.connect_as_superuser()).unwrap();
        let identities = account.browser.get("/auth/identities").await.expect(200);
        let markers = vec![
            SECRET.to_owned(),
            "4815162342".to_owned(),
            text(&key["key"]),
            text(&invitation["invitation"]),
            text(&client["client_secret"]),
        ];
        let email = "first-confidential@example.org".to_owned();
        let session = text(&sessions["items"][0]["id"]);
        let target = Target {
            account: id.clone(),
            email,
            metric,
            key: text(&key["id"]),
            session,
            passkey: text(&passkey["id"]),
            invitation: text(&invitation["id"]),
            identity: text(&identities["items"][0]["id"]),
            client: text(&client["id"]),
        };
        Self { app, account, target, markers: [markers, vec![id.clone()]].concat(), id }
    }

    /// Checks that an answer holds nothing that only this account knows.
    fn check_silence(&self, operation: &str, answer: &Answer) {
        let text = format!("{:?} {}", answer.headers, answer.body);
        for marker in &self.markers {
            assert!(!text.contains(marker), "{operation} tells {marker}: {text}");
        }
    }

    /// Every row of every table that names this account, but for the time when a key was last used.
    fn dump(&self) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            row: String,
        }
        let mut connection = self.app.database.connect_as_superuser();
        let tables: Vec<Row> = sql_query(
            "select format('%I.%I', schemaname, tablename) as row from pg_tables \
             where schemaname in ('auth', 'metrics') and tablename <> 'audit_events' order by 1",
        )
        .load(&mut connection)
        .unwrap();
        let mut rows = Vec::new();
        for Row { row: table } in tables {
            let sql = format!(
                "select '{table} ' || (to_jsonb(t) - 'last_used_at')::text as row from {table} t \
                 where to_jsonb(t)::text like '%{}%' order by 1",
                self.id
            );
            let found: Vec<Row> = sql_query(sql).load(&mut connection).unwrap();
            rows.extend(found.into_iter().map(|row| row.row));
        }
        assert!(rows.len() > 10, "the first account has something of everything: {rows:#?}");
        rows
    }
}

async fn add_passkey(browser: &Client) -> Answer {
    let begun = browser.post("/auth/passkeys/options", &Value::Null).await;
    let credential = Authenticator::new().register(&begun.expect(200), &Doing::default());
    let cookie = begun.header("set-cookie").split(';').next().unwrap();
    let body = json!({"name": "confidential passkey", "credential": credential});
    browser.and_cookie(cookie).post("/auth/passkeys", &body).await
}

/// Gives `account` a metric, samples in two series and a day, with names that everybody may know; only the texts and
/// numbers differ. Answers the metric's id.
async fn fill(account: &SignedIn, text: &str, value: f64) -> String {
    let page: &Client = &account.page;
    let metric = json!({"name": "weight", "title": format!("{text} title"), "unit": text});
    let id = page.post("/api/v1/metrics", &metric).await.expect(201)["id"].as_str().unwrap().to_owned();
    let sample = |room: &str| {
        json!({"metric": "weight", "labels": {"host": "a", "room": room}, "value": value,
               "timestamp": "2026-01-02T03:04:05Z"})
    };
    let samples = json!({"samples": [sample(text), sample("other")]});
    assert_eq!(page.post("/api/v1/samples", &samples).await.expect(200)["accepted"], 2);
    let entry = json!({"values": {"weight": value}, "note": format!("{text} note")});
    let _ = page.put("/api/v1/entries/2026-01-02", &entry).await.expect(201);
    id
}
