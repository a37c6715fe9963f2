//! Passkeys: adding them, signing in by them, and removing them. What must not work is in `passkey_ceremonies`.

use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Authenticator, Client, Doing, SignedIn, TestApp};

use crate::support::{app_with_mail, execute, log_in, registration, texts};

/// A browser with the cookies that it was given, one after the other.
#[derive(Clone)]
pub(crate) struct Jar {
    client: Client,
    cookies: Vec<(String, String)>,
}

impl Jar {
    /// Without a cookie.
    pub(crate) fn empty(app: &TestApp) -> Self {
        let client = app.stranger().with_header("sec-fetch-site", "same-origin");
        Self { client, cookies: Vec::new() }
    }

    /// Of somebody who has just registered.
    pub(crate) async fn of(app: &TestApp, email: &str) -> Self {
        let mut jar = Self::empty(app);
        let _ = jar.post("/auth/register", &registration(email)).await.expect(201);
        jar
    }

    /// The browser as it is now.
    pub(crate) fn client(&self) -> Client {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.client.with_header("cookie", &pairs.join("; "))
    }

    /// Posts, and keeps the cookies of the answer.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        let answer = self.client().post(path, body).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    /// What the server asks for at `path`.
    pub(crate) async fn begin(&mut self, path: &str) -> Value {
        self.post(&format!("{path}/options"), &Value::Null).await.expect(200)
    }

    /// Has `device` add a passkey called `name`.
    pub(crate) async fn add(&mut self, device: &mut Authenticator, name: &str) -> Answer {
        let options = self.begin("/auth/passkeys").await;
        let credential = device.register(&options, &Doing::default());
        self.post("/auth/passkeys", &json!({"name": name, "credential": credential})).await
    }

    /// Has `device` do all that `path` asks for.
    pub(crate) async fn answer(&mut self, path: &str, device: &mut Authenticator) -> Answer {
        let options = self.begin(path).await;
        let credential = device.sign(&options, &Doing::default());
        self.post(path, &json!({"credential": credential})).await
    }
}

pub(crate) const SIGN_IN: &str = "/auth/login/passkey";
pub(crate) const SECOND_FACTOR: &str = "/auth/second-factor/passkey";
pub(crate) const REAUTHENTICATE: &str = "/auth/reauthenticate/passkey";

/// What no server asked for.
pub(crate) fn making_up() -> Value {
    json!({"challenge": "AAAAAAAAAAAAAAAAAAAAAA", "user": {"id": "AAAAAAAAAAAAAAAAAAAAAA"}})
}

/// Somebody who has registered and added a passkey.
pub(crate) async fn ada(app: &TestApp) -> (Jar, Authenticator) {
    let mut jar = Jar::of(app, "ada@example.org").await;
    let mut device = Authenticator::new();
    let _ = jar.add(&mut device, "Phone").await.expect(201);
    (jar, device)
}

/// A browser that has given Ada's password.
pub(crate) async fn half_signed_in(app: &TestApp) -> Jar {
    let mut jar = Jar::empty(app);
    let body = json!({"email": "ada@example.org", "password": SignedIn::PASSWORD});
    let _ = jar.post("/auth/login", &body).await.expect(202);
    jar
}

#[actix_web::test]
async fn a_passkey_is_added_and_signs_in_with_nothing_else() {
    let app = TestApp::start();
    let (ada, mut device) = ada(&app).await;
    let mut browser = Jar::empty(&app);
    let answer = browser.answer(SIGN_IN, &mut device).await;
    assert_eq!(answer.expect(200)["email"], "ada@example.org");
    let sessions = browser.client().get("/auth/sessions").await.expect(200);
    assert_eq!(sessions["items"][1]["methods"], json!(["pop"]));
    let listed = ada.client().get("/auth/passkeys").await.expect(200);
    assert_eq!(listed["items"][0]["name"], "Phone");
    assert_eq!(listed["items"][0]["backed_up"], false);
    assert!(listed["items"][0]["last_used_at"].is_string(), "{listed}");
}

#[actix_web::test]
async fn what_a_browser_is_asked_for_names_the_host_and_wants_the_person_verified() {
    let app = TestApp::start();
    let (mut ada, device) = ada(&app).await;
    let making = ada.begin("/auth/passkeys").await;
    assert_eq!(making["rp"]["id"], "localhost");
    assert_eq!(making["user"]["name"], "ada@example.org");
    assert_eq!(making["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(making["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(making["attestation"], "none");
    assert_eq!(making["timeout"], 300_000);
    // Devices that do not know of it could not make one otherwise.
    assert_eq!(making["extensions"]["enforceCredentialProtectionPolicy"], false);
    assert_eq!(making["excludeCredentials"][0]["id"], device.id());
    let asking = Jar::empty(&app).begin(SIGN_IN).await;
    assert_eq!(asking["rpId"], "localhost");
    assert_eq!(asking["userVerification"], "required");
    assert_eq!(asking["timeout"], 300_000);
    assert_eq!(asking["allowCredentials"], json!([]));
}

#[actix_web::test]
async fn the_host_is_that_of_the_public_address_also_where_sessions_are_for_a_domain() {
    let app = TestApp::with(|settings| {
        settings.http.public_url = "https://tally.example.org".to_owned();
        settings.auth.cookie_domain = Some("example.org".to_owned());
    });
    let mut browser = Jar::empty(&app);
    let answer = browser.post(&format!("{SIGN_IN}/options"), &Value::Null).await;
    assert_eq!(answer.expect(200)["rpId"], "tally.example.org");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-tallykeep_passkey="), "{cookie}");
    assert!(cookie.contains("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=300"), "{cookie}");
}

#[actix_web::test]
async fn an_address_that_is_a_number_has_no_passkeys() {
    let app = TestApp::with(|settings| settings.http.public_url = "http://192.0.2.1:8080".to_owned());
    let answer = Jar::empty(&app).post(&format!("{SIGN_IN}/options"), &Value::Null).await;
    answer.expect_problem(409, "passkeys_unavailable");
}

#[actix_web::test]
async fn with_a_passkey_the_password_alone_does_not_sign_in_and_both_do() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    let answer = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    assert_eq!(answer.expect(202)["second_factors"], json!(["passkey", "recovery_code"]));
    let mut browser = half_signed_in(&app).await;
    browser.client().get("/auth/account").await.expect_problem(401, "session_missing");
    let answer = browser.answer(SECOND_FACTOR, &mut device).await;
    assert_eq!(answer.expect(200)["email"], "ada@example.org");
    let sessions = browser.client().get("/auth/sessions").await.expect(200);
    assert_eq!(sessions["items"][1]["methods"], json!(["pwd", "pop"]));
    // The sign-in that waited is over.
    browser.client().get("/auth/pending-sign-in").await.expect_problem(401, "sign_in_not_begun");
}

#[actix_web::test]
async fn a_passkey_proves_once_more_who_is_there() {
    let app = TestApp::start();
    let (mut ada, mut device) = ada(&app).await;
    let long_ago = "update auth.sessions set authenticated_at = now() - interval '11 minutes'";
    execute(&app.database, long_ago);
    let key = json!({"name": "key", "scopes": ["metrics:read"]});
    ada.post("/auth/api-keys", &key).await.expect_problem(403, "reauthentication_needed");
    let before = ada.client();
    let answer = ada.answer(REAUTHENTICATE, &mut device).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (204, "no-store"));
    let _ = ada.post("/auth/api-keys", &key).await.expect(201);
    before.get("/auth/account").await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn passkeys_go_on_while_the_account_is_locked_after_wrong_passwords() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    for _ in 0..6 {
        let answer = log_in(&app.stranger(), "ada@example.org", "not the password of anybody").await;
        answer.expect_problem(401, "credentials_invalid");
    }
    let right = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    right.expect_problem(401, "credentials_invalid");
    let _ = Jar::empty(&app).answer(SIGN_IN, &mut device).await.expect(200);
}

#[actix_web::test]
async fn adding_and_removing_need_a_fresh_proof_and_are_recorded_and_mailed() {
    let (app, smtp) = app_with_mail();
    let (mut ada, mut device) = ada(&app).await;
    let _verification = smtp.next();
    assert_eq!(smtp.next().subject, "A passkey was added");
    let id =
        ada.client().get("/auth/passkeys").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    execute(&app.database, "update auth.sessions set authenticated_at = now() - interval '11 minutes'");
    let path = format!("/auth/passkeys/{id}");
    ada.client().delete(&path).await.expect_problem(403, "reauthentication_needed");
    ada.post("/auth/passkeys/options", &Value::Null).await.expect_problem(403, "reauthentication_needed");
    let credential = Authenticator::new().register(&making_up(), &Doing::default());
    let body = json!({"name": "Planted", "credential": credential});
    ada.post("/auth/passkeys", &body).await.expect_problem(403, "reauthentication_needed");
    let password = json!({"password": SignedIn::PASSWORD});
    ada.post("/auth/reauthenticate", &password).await.expect_problem(403, "second_factor_needed");
    let _ = ada.answer(REAUTHENTICATE, &mut device).await.expect(204);
    let _ = ada.client().delete(&path).await.expect(204);
    assert_eq!(smtp.next().subject, "A passkey was removed");
    ada.client().delete(&path).await.expect_problem(404, "passkey_not_found");
    let actions = "select action as text from auth.audit_events where action like '%passkey%' order by id";
    assert_eq!(texts(&app.database, actions), ["add_passkey", "remove_passkey"]);
}

#[actix_web::test]
async fn a_passkey_is_given_another_name() {
    let app = TestApp::start();
    let (ada, _) = ada(&app).await;
    let browser = ada.client();
    let id = browser.get("/auth/passkeys").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/auth/passkeys/{id}");
    let renamed = browser.patch(&path, &json!({"name": "Old phone"})).await.expect(200);
    assert_eq!(renamed["name"], "Old phone");
    browser.patch(&path, &json!({"name": " "})).await.expect_problem(422, "name_invalid");
    let other = Jar::of(&app, "ben@example.org").await.client();
    other.patch(&path, &json!({"name": "Mine"})).await.expect_problem(404, "passkey_not_found");
    let record = "select detail ->> 'name' as text from auth.audit_events where action = 'rename_passkey'";
    assert_eq!(texts(&app.database, record), ["Old phone"]);
}

#[actix_web::test]
async fn a_new_password_leaves_passkeys_as_they_are() {
    let app = TestApp::start();
    let (mut ada, mut device) = ada(&app).await;
    let body =
        json!({"current_password": SignedIn::PASSWORD, "new_password": "another battery horse staple"});
    let _ = ada.client().put("/auth/password", &body).await.expect(204);
    let _ = Jar::empty(&app).answer(SIGN_IN, &mut device).await.expect(200);
    ada.post("/auth/token", &Value::Null).await.expect_problem(401, "session_missing");
}

#[actix_web::test]
async fn an_export_names_passkeys_and_an_erased_account_leaves_none() {
    let app = TestApp::start();
    let (ada, device) = ada(&app).await;
    let export = ada.client().get("/auth/account/export").await;
    assert_eq!(export.expect(200)["passkeys"][0]["name"], "Phone");
    assert!(!export.body.contains(&device.id()), "{}", export.body);
    execute(&app.database, "delete from auth.installation");
    execute(&app.database, "delete from auth.accounts");
    assert_eq!(texts(&app.database, "select name as text from auth.passkeys"), [""; 0]);
}

#[actix_web::test]
async fn the_first_passkey_comes_with_recovery_codes_and_ends_other_sessions() {
    let app = TestApp::start();
    let mut ada = Jar::of(&app, "ada@example.org").await;
    let elsewhere = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    let elsewhere = SignedIn::with_cookie(&app.stranger(), &elsewhere).await.browser;
    let before = ada.client();
    let added = ada.add(&mut Authenticator::new(), "Phone").await.expect(201);
    let codes = added["recovery_codes"].as_array().unwrap();
    assert_eq!(codes.len(), 10);
    for ended in [elsewhere, before] {
        ended.get("/auth/account").await.expect_problem(401, "session_missing");
    }
    let factors = ada.client().get("/auth/second-factors").await.expect(200);
    assert_eq!((&factors["passkeys"], &factors["given"]), (&1.into(), &true.into()));
    let second = ada.add(&mut Authenticator::new(), "Key ring").await.expect(201);
    assert_eq!(second["recovery_codes"], Value::Null);
    let mut browser = half_signed_in(&app).await;
    let _ = browser.post("/auth/second-factor/recovery-code", &json!({"code": codes[0]})).await.expect(200);
    let _ = browser.client().get("/auth/account").await.expect(200);
}

#[actix_web::test]
async fn a_session_of_one_factor_is_stepped_up_by_a_passkey_and_adds_and_removes_none_before() {
    let app = TestApp::start();
    let (mut ada, mut device) = ada(&app).await;
    let options = ada.begin("/auth/passkeys").await;
    execute(&app.database, "update auth.sessions set methods = 'pwd'");
    let id = ada.client().get("/auth/passkeys").await.expect(200)["items"][0]["id"].clone();
    let path = format!("/auth/passkeys/{}", id.as_str().unwrap());
    ada.client().delete(&path).await.expect_problem(403, "second_factor_needed");
    ada.post("/auth/passkeys/options", &Value::Null).await.expect_problem(403, "second_factor_needed");
    let credential = Authenticator::new().register(&options, &Doing::default());
    let planted = ada.post("/auth/passkeys", &json!({"name": "Planted", "credential": credential})).await;
    planted.expect_problem(403, "second_factor_needed");
    let _ = ada.answer(SECOND_FACTOR, &mut device).await.expect(200);
    let _ = ada.client().delete(&path).await.expect(204);
    let left = texts(&app.database, "select count(*)::text as text from auth.recovery_codes");
    assert_eq!(left, ["0"], "recovery codes are nothing without what they stand in for");
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn the_last_passkey_stays_where_a_second_factor_is_asked_or_nothing_else_signs_in() {
    let app = TestApp::start();
    let (ada, _) = ada(&app).await;
    let id = ada.client().get("/auth/passkeys").await.expect(200)["items"][0]["id"].clone();
    let path = format!("/auth/passkeys/{}", id.as_str().unwrap());
    execute(&app.database, "update auth.accounts set has_password = false");
    ada.client().delete(&path).await.expect_problem(409, "last_way_in");
    execute(&app.database, "update auth.accounts set has_password = true");
    execute(&app.database, "insert into auth.groups (name, requires_second_factor) values ('careful', true)");
    let join =
        "insert into auth.group_members (account_id, group_name) select id, 'careful' from auth.accounts";
    execute(&app.database, join);
    ada.client().delete(&path).await.expect_problem(403, "second_factor_required");
    assert_eq!(ada.client().get("/auth/passkeys").await.expect(200)["items"].as_array().unwrap().len(), 1);
    execute(&app.database, "update auth.groups set requires_second_factor = false");
    let _ = ada.client().delete(&path).await.expect(204);
}

#[actix_web::test]
async fn who_administers_removes_the_passkeys_that_somebody_has_lost() {
    let app = TestApp::start();
    let root = app.register("root@example.org").await.browser;
    let (ada, mut device) = ada(&app).await;
    let id = ada.client().get("/auth/account").await.expect(200)["id"].clone();
    let account = format!("/auth/admin/accounts/{}", id.as_str().unwrap());
    assert_eq!(root.get(&account).await.expect(200)["has_second_factor"], true);
    let _ = root.delete(&format!("{account}/second-factors")).await.expect(204);
    assert_eq!(root.get(&account).await.expect(200)["has_second_factor"], false);
    Jar::empty(&app).answer(SIGN_IN, &mut device).await.expect_problem(401, "passkey_refused");
    let _ = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
}
