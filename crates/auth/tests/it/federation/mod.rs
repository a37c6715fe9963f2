//! Signing in with another provider.

mod accounts;
mod attacks;
mod faults;
mod linking;
mod reauthentication;
mod second_factor;
mod settings;

use reqwest::Url;
use serde_json::{Value, json};
use tallykeep_auth::AuthSettings;
use tallykeep_test_support::{Answer, Client, OpenIdProvider, SignedIn, TestApp};

use crate::support::{cookie, execute, texts};

/// Where every person of these tests comes from.
const BACK: &str = "http://localhost:8080";

/// An application in which people may sign in with a provider, and that provider.
fn app() -> (TestApp, OpenIdProvider) {
    app_with(|_| {})
}

fn app_with(change: impl FnOnce(&mut AuthSettings)) -> (TestApp, OpenIdProvider) {
    let provider = OpenIdProvider::start();
    let app = TestApp::with(|settings| {
        settings.auth.providers = [("example".to_owned(), provider.settings())].into();
        change(&mut settings.auth);
    });
    (app, provider)
}

/// A browser that is on its way to the provider.
struct Traveller {
    client: Client,
    location: String,
}

/// Sends `browser` to the provider.
async fn depart(browser: &Client, body: &Value) -> Traveller {
    let answer = browser.post("/auth/providers/example/start", body).await;
    let location = answer.expect(200)["location"].as_str().unwrap().to_owned();
    Traveller { client: browser.and_cookie(cookie(&answer)), location }
}

impl Traveller {
    /// Goes to the provider and back, and answers what the application says.
    async fn arrive(&self, provider: &OpenIdProvider) -> Answer {
        self.come_back(&provider.visit(&self.location).await).await
    }

    /// Opens the address that the provider sends the browser to. Browsers say that another site's page sent them.
    async fn come_back(&self, address: &Url) -> Answer {
        let path = address.as_str().strip_prefix(BACK).unwrap();
        self.client.with_header("sec-fetch-site", "cross-site").get(path).await
    }
}

/// The same address with another value of a parameter, or without it.
fn change(address: &Url, name: &str, value: Option<&str>) -> Url {
    let others = address.query_pairs().filter(|(other, _)| other != name);
    let pairs: Vec<(String, String)> = others
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .chain(value.map(|value| (name.to_owned(), value.to_owned())))
        .collect();
    let mut changed = address.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed
}

/// Signs in with the provider and answers what the application says.
async fn sign_in(app: &TestApp, provider: &OpenIdProvider) -> Answer {
    depart(&app.stranger(), &json!({})).await.arrive(provider).await
}

/// The browser that `answer` signed in.
#[track_caller]
fn signed_in(app: &TestApp, answer: &Answer) -> Client {
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, "http://localhost:8080/"),
        "{answer:?}"
    );
    browser(app, cookie(answer))
}

/// A browser with that cookie, in whose page a person is.
fn browser(app: &TestApp, cookie: &str) -> Client {
    app.stranger().with_header("cookie", cookie).with_header("sec-fetch-site", "same-origin")
}

/// Checks that nobody is signed in, and that the page that tells why is opened with `code`.
#[track_caller]
fn assert_refused(answer: &Answer, code: &str) {
    assert_eq!(answer.status.as_u16(), 303, "{answer:?}");
    assert_eq!(answer.header("location"), format!("{BACK}/sign-in?error={code}"));
    let opened = answer.headers.get_all("set-cookie").iter().any(|cookie| {
        let cookie = cookie.to_str().unwrap();
        cookie.starts_with("tallykeep_session=") && !cookie.starts_with("tallykeep_session=;")
    });
    assert!(!opened, "{answer:?}");
}

/// Of every account its address, and who it is linked to.
fn accounts(app: &TestApp) -> Vec<String> {
    let sql = "select accounts.email || coalesce(' ' || subject, '') as text from auth.accounts \
               left join auth.identities on account_id = accounts.id order by 1";
    texts(&app.database, sql)
}

/// Registers Ada with a password, and has her address confirmed.
async fn register_ada(app: &TestApp) -> SignedIn {
    let ada = app.register("ada@example.org").await;
    execute(&app.database, "update auth.accounts set email_verified_at = now()");
    ada
}
