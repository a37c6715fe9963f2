//! Clients: strangers, browsers and machines.

use reqwest::{
    Method, RequestBuilder,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::{Value, json};

use crate::Answer;

/// Sends requests to one application, each with the same headers.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    headers: HeaderMap,
}

/// A person who has registered: a browser with a session, and the means to make machines.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The browser with its cookie.
    pub browser: Client,
    /// A client with an access token of the session.
    pub page: Client,
}

impl Client {
    /// A client without a credential.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client is made");
        Self { http, url: url.to_owned(), headers: HeaderMap::new() }
    }

    /// The same client with one more header.
    #[must_use]
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        client
    }

    /// The same client with one more cookie, `name=value`.
    #[must_use]
    pub fn with_cookie(&self, pair: &str) -> Self {
        let known = self.headers.get(header::COOKIE).map(|value| value.to_str().unwrap().to_owned());
        let cookies: Vec<_> = known.as_deref().into_iter().chain([pair]).collect();
        self.with_header("cookie", &cookies.join("; "))
    }

    /// The same client, with its credentials, at another address.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// The same client with a bearer token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// A request to `path`, to be completed by the test.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).headers(self.headers.clone())
    }

    /// Sends what [`request`](Client::request) began.
    pub async fn send(request: RequestBuilder) -> Answer {
        Answer::receive(request.send().await.expect("the application answers")).await
    }

    /// The same, with nothing where no answer comes.
    pub async fn try_send(request: RequestBuilder) -> Option<Answer> {
        Answer::try_receive(request.send().await.ok()?).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(Method::GET, path)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        Self::send(self.request(Method::DELETE, path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.request(Method::POST, path).json(body)).await
    }

    /// PUT of JSON.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.request(Method::PUT, path).json(body)).await
    }

    /// PATCH of JSON.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.request(Method::PATCH, path).json(body)).await
    }

    /// POST of bytes as they are.
    pub async fn post_bytes(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        Self::send(self.request(Method::POST, path).body(body)).await
    }

    /// Registers an account and signs in.
    pub async fn register(&self, email: &str) -> SignedIn {
        let answer = self.post("/auth/register", &registration(email)).await;
        let _ = answer.expect(201);
        SignedIn::with_cookie(self, &answer).await
    }
}

/// What [`Client::register`] sends.
fn registration(email: &str) -> Value {
    json!({"email": email, "password": SignedIn::PASSWORD, "time_zone": "Europe/Berlin"})
}

impl SignedIn {
    /// The password of every account in tests.
    pub const PASSWORD: &str = "correct horse battery staple";

    /// The browser that received `answer`, which opened a session.
    pub async fn with_cookie(stranger: &Client, answer: &Answer) -> Self {
        let cookie = answer.header(header::SET_COOKIE.as_str()).split(';').next().unwrap_or_default();
        let browser = stranger.with_header("cookie", cookie).with_header("sec-fetch-site", "same-origin");
        let token = browser.post("/auth/token", &Value::Null).await.expect(200);
        let page = stranger.with_token(token["access_token"].as_str().unwrap());
        Self { browser, page }
    }

    /// Makes an API key and answers it.
    pub async fn create_key(&self, scopes: &[&str]) -> String {
        let body = json!({"name": "test", "scopes": scopes});
        self.browser.post("/auth/api-keys", &body).await.expect(201)["key"].as_str().unwrap().to_owned()
    }

    /// A machine with a new API key.
    pub async fn machine(&self, scopes: &[&str]) -> Client {
        let key = self.create_key(scopes).await;
        let mut machine = self.page.clone();
        machine.headers.clear();
        machine.with_token(&key)
    }
}
