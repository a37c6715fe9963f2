//! An answer, received whole.

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;

/// What a request was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    pub(crate) async fn receive(response: reqwest::Response) -> Self {
        Self::try_receive(response).await.expect("the body arrives")
    }

    /// Nothing when the body breaks off.
    pub(crate) async fn try_receive(response: reqwest::Response) -> Option<Self> {
        let (status, headers) = (response.status(), response.headers().clone());
        Some(Self { status, headers, body: response.text().await.ok()? })
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// A header as text; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The body as JSON, when the status is `status`.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Checks that it is a problem (RFC 9457) with that status and code, and that it names the request.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        assert_eq!(body["code"], code, "{}", self.body);
        assert_eq!(body["status"], status, "{}", self.body);
        assert_eq!(body["request_id"], self.header("x-request-id"), "{}", self.body);
        body
    }
}
