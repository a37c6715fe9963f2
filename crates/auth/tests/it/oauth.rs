//! An application for the tests of OpenID Connect, and what it does.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tallykeep_service::token_hash;
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

/// Where the application of these tests waits for its answers.
pub(crate) const REDIRECT_URI: &str = "https://wiki.example/callback";
/// Where it wants people to go after they have signed out.
pub(crate) const AFTER_LOGOUT: &str = "https://wiki.example/bye";
/// The verifier of PKCE in these tests.
pub(crate) const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";
/// All that can be asked for.
pub(crate) const EVERYTHING: &str = "openid profile email groups offline_access";

/// An application that is known to the server.
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) secret: String,
    server: Client,
}

/// The challenge of `verifier` (RFC 7636 §4.2).
pub(crate) fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(token_hash(verifier))
}

impl Application {
    /// Made known by `administrator`, with `changes` to what it usually is.
    pub(crate) async fn register(app: &TestApp, administrator: &SignedIn, changes: Value) -> Self {
        let mut body = json!({
            "name": "Wiki", "redirect_uris": [REDIRECT_URI], "post_logout_redirect_uris": [AFTER_LOGOUT],
        });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let made = administrator.browser.post("/auth/admin/clients", &body).await.expect(201);
        let text = |field: &str| made[field].as_str().unwrap_or_default().to_owned();
        Self { id: text("id"), secret: text("client_secret"), server: app.stranger() }
    }

    /// What it sends a browser with, changed by `changes`; `null` leaves a parameter out.
    pub(crate) fn request(&self, changes: &Value) -> Value {
        let mut request = json!({
            "client_id": self.id, "redirect_uri": REDIRECT_URI, "response_type": "code", "scope": EVERYTHING,
            "state": "the state", "nonce": "the nonce", "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
        });
        let request_fields = request.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                request_fields.remove(name);
            } else {
                request_fields.insert(name.clone(), value.clone());
            }
        }
        request
    }

    /// What the server answers a browser that it sends with these changes.
    pub(crate) async fn send(&self, browser: &Client, changes: &Value) -> Answer {
        let request = self.request(changes);
        let pairs = request.as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap()));
        let url = Url::parse_with_params("http://server/auth/oauth2/authorize", pairs).unwrap();
        browser.get(&format!("/auth/oauth2/authorize?{}", url.query().unwrap())).await
    }

    /// Lets the person in `browser` answer the question what it may know, and answers where they go on.
    pub(crate) async fn consent(&self, browser: &Client, changes: &Value, allow: bool) -> Url {
        let body = json!({"request": self.request(changes), "allow": allow});
        let answer = browser.post("/auth/oauth2/consent", &body).await.expect(200);
        answer["location"].as_str().unwrap().parse().unwrap()
    }

    /// A code that the person in `browser` lets it have.
    pub(crate) async fn code(&self, browser: &Client, changes: &Value) -> String {
        parameter(&self.consent(browser, changes, true).await, "code")
    }

    /// Asks for tokens with `form`, and proves to be itself.
    pub(crate) async fn ask(&self, form: &[(&str, &str)]) -> Answer {
        self.post("/auth/oauth2/token", form).await
    }

    /// Posts `form` to `path`, and proves to be itself.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.server.request(Method::POST, path).basic_auth(&self.id, Some(&self.secret));
        Client::send(request.form(form)).await
    }

    /// Trades `code` for tokens.
    pub(crate) async fn trade(&self, code: &str) -> Answer {
        self.ask(&trade(code)).await
    }

    /// Trades a refresh token.
    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.ask(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// What it is given when the person in `browser` signs in there.
    pub(crate) async fn tokens(&self, browser: &Client) -> Value {
        let code = self.code(browser, &json!({})).await;
        self.trade(&code).await.expect(200)
    }

    /// The status of asking who the person is.
    pub(crate) async fn userinfo(&self, tokens: &Value) -> u16 {
        let token = tokens["access_token"].as_str().unwrap();
        self.server.with_token(token).get("/auth/oauth2/userinfo").await.status.as_u16()
    }
}

/// The form that trades `code`.
pub(crate) fn trade(code: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ]
}

/// A parameter of an address; empty when it is not there.
pub(crate) fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(each, _)| each == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Where an answer sends the browser.
#[track_caller]
pub(crate) fn location(answer: &Answer) -> Url {
    assert_eq!(answer.status.as_u16(), 302, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.header("location").parse().unwrap()
}

/// The error of an answer in OAuth's shape.
#[track_caller]
pub(crate) fn error(answer: &Answer, status: u16) -> String {
    let body = answer.expect(status);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(body["error_description"].is_string(), "{body}");
    body["error"].as_str().unwrap().to_owned()
}
