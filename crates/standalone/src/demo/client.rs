//! The API as the demo uses it.

use anyhow::Context;
use jiff::civil::Date;
use reqwest::{
    Method, StatusCode,
    blocking::{RequestBuilder, Response},
    header,
};
use serde_json::{Value, json};

/// A signed-in client.
pub(super) struct Client {
    http: reqwest::blocking::Client,
    url: String,
    cookie: String,
    token: String,
}

impl Client {
    /// Makes the account, unless a run before this one has, and signs in.
    pub(super) fn sign_in(url: &str, email: &str, password: &str, zone: &str) -> anyhow::Result<Self> {
        let http = reqwest::blocking::Client::builder().no_proxy().build()?;
        let mut client = Self { http, url: url.to_owned(), cookie: String::new(), token: String::new() };
        let login = json!({"email": email, "password": password});
        let mut response = client.request(Method::POST, "/auth/login").json(&login).send()?;
        if response.status() == StatusCode::UNAUTHORIZED {
            let registration = json!({"email": email, "password": password, "time_zone": zone});
            response = client.request(Method::POST, "/auth/register").json(&registration).send()?;
        }
        let response = check(response)?;
        let cookie = response.headers().get(header::SET_COOKIE).context("no session was opened")?;
        client.cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        let token: Value = send(client.as_browser(Method::POST, "/auth/token"))?.json()?;
        client.token = text(&token, "access_token")?;
        Ok(client)
    }

    pub(super) fn create_key(&self, name: &str, scopes: &[&str]) -> anyhow::Result<String> {
        let body = json!({"name": name, "scopes": scopes});
        text(&send(self.as_browser(Method::POST, "/auth/api-keys").json(&body))?.json()?, "key")
    }

    /// Defines a metric, unless it is there.
    pub(super) fn create_metric(&self, metric: &str) -> anyhow::Result<()> {
        let request = self.as_client(Method::POST, "/api/v1/metrics");
        let request = request.header(header::CONTENT_TYPE, "application/json").body(metric.to_owned());
        let response = request.send()?;
        if response.status() == StatusCode::CONFLICT { Ok(()) } else { check(response).map(drop) }
    }

    pub(super) fn put_entry(&self, date: Date, entry: &Value) -> anyhow::Result<()> {
        send(self.as_client(Method::PUT, &format!("/api/v1/entries/{date}")).json(entry)).map(drop)
    }

    pub(super) fn write_lines(&self, lines: String) -> anyhow::Result<()> {
        send(self.as_client(Method::POST, "/api/v2/write?precision=ms").body(lines)).map(drop)
    }

    fn as_client(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(&self.token)
    }

    fn as_browser(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path)
            .header(header::COOKIE, &self.cookie)
            .header("Sec-Fetch-Site", "same-origin")
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }
}

fn send(request: RequestBuilder) -> anyhow::Result<Response> {
    check(request.send()?)
}

/// Fails with what the server said, not with a bare status.
fn check(response: Response) -> anyhow::Result<Response> {
    if response.status().is_success() {
        return Ok(response);
    }
    let (status, url) = (response.status(), response.url().clone());
    anyhow::bail!("{url} answered {status}: {}", response.text()?)
}

fn text(body: &Value, key: &str) -> anyhow::Result<String> {
    body[key].as_str().map(str::to_owned).with_context(|| format!("the answer lacks {key}"))
}
