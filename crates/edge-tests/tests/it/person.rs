//! Somebody with an account, and what they present.

use serde_json::json;
use tallykeep_test_support::{Answer, Client, SignedIn};
use uuid::Uuid;

/// Somebody who has registered and is signed in.
pub(crate) struct Person {
    /// The address; nobody else has it.
    pub(crate) email: String,
    /// `name=value` of the session's cookie.
    pub(crate) cookie: String,
    pub(crate) signed_in: SignedIn,
}

impl Person {
    pub(crate) async fn register(stranger: Client) -> Self {
        let email = format!("{}@example.org", Uuid::now_v7());
        let body = json!({"email": email, "password": SignedIn::PASSWORD, "time_zone": "Europe/Berlin"});
        let answer = stranger.post("/auth/register", &body).await;
        let _ = answer.expect(201);
        let signed_in = SignedIn::with_cookie(&stranger, &answer).await;
        Self { email, cookie: session_cookie(&answer), signed_in }
    }

    /// A machine that may read and write.
    pub(crate) async fn machine(&self) -> Client {
        self.signed_in.machine(&["metrics:read", "metrics:write"]).await
    }
}

/// `name=value` of the cookie that `answer` sets.
pub(crate) fn session_cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}
