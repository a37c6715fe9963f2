//! An app that makes codes, and a person who has one.

use jiff::Timestamp;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};
use totp_rs::{Builder, Secret, Totp};

use crate::support::{cookie, execute, log_in};

pub(crate) const ADA: &str = "ada@example.org";

/// An app.
pub(crate) struct CodeApp(Totp);

impl CodeApp {
    /// One that was told the secret of `begun`, the answer to the begin of an enrolment.
    pub(crate) fn of(begun: &Answer) -> Self {
        let secret = Secret::try_from_base32(begun.expect(201)["secret"].as_str().unwrap()).unwrap();
        Self(Builder::new().with_secret(secret).build().unwrap())
    }

    /// The code that it shows now.
    pub(crate) fn code(&self) -> String {
        self.0.generate(Timestamp::now().as_second().try_into().unwrap()).to_string()
    }

    /// A code that it does not show, now or soon.
    pub(crate) fn wrong_code(&self) -> String {
        let now: u64 = Timestamp::now().as_second().try_into().unwrap();
        let shown: Vec<_> = (0..6).map(|step| self.0.generate(now + 30 * step - 60).to_string()).collect();
        (0..).map(|number| format!("{number:06}")).find(|code| !shown.contains(code)).unwrap()
    }
}

/// Somebody who has enrolled an app.
pub(crate) struct Careful {
    pub(crate) app: TestApp,
    /// Signed in with two factors.
    pub(crate) browser: Client,
    pub(crate) authenticator: CodeApp,
    pub(crate) recovery_codes: Vec<String>,
}

impl Careful {
    /// Ada.
    pub(crate) async fn new() -> Self {
        Self::at(TestApp::start()).await
    }

    /// Ada, at `app`.
    pub(crate) async fn at(app: TestApp) -> Self {
        let ada = app.register(ADA).await;
        let (browser, authenticator, enrolled) = enrol(&app, &ada.browser).await;
        let codes = enrolled.expect(200)["recovery_codes"].as_array().unwrap().clone();
        let recovery_codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        Self { app, browser, authenticator, recovery_codes }
    }

    /// A browser in which Ada has given the password.
    pub(crate) async fn pending(&self) -> Client {
        let answer = log_in(&self.app.stranger(), ADA, SignedIn::PASSWORD).await;
        let _ = answer.expect(202);
        own_page(&self.app, &answer)
    }

    /// The code that the app shows, as if none had been used before.
    pub(crate) fn fresh_code(&self) -> String {
        another_half_minute(&self.app);
        self.authenticator.code()
    }
}

/// A browser with the cookie that came with `answer`, at a page of ours.
pub(crate) fn own_page(app: &TestApp, answer: &Answer) -> Client {
    app.stranger().with_header("cookie", cookie(answer)).with_header("sec-fetch-site", "same-origin")
}

/// Begins to enrol an app.
pub(crate) async fn begin(browser: &Client) -> Answer {
    browser.post("/auth/second-factors/totp", &Value::Null).await
}

/// Shows that an app works.
pub(crate) async fn confirm(browser: &Client, code: &str) -> Answer {
    browser.post("/auth/second-factors/totp/confirm", &json!({"code": code})).await
}

/// Gives a code of an app.
pub(crate) async fn give(browser: &Client, code: &str) -> Answer {
    browser.post("/auth/second-factor/totp", &json!({"code": code})).await
}

/// Gives a recovery code.
pub(crate) async fn recover(browser: &Client, code: &str) -> Answer {
    browser.post("/auth/second-factor/recovery-code", &json!({"code": code})).await
}

/// Enrols an app: the browser that is signed in then, the app, and the last answer.
pub(crate) async fn enrol(app: &TestApp, browser: &Client) -> (Client, CodeApp, Answer) {
    let authenticator = CodeApp::of(&begin(browser).await);
    let answer = confirm(browser, &authenticator.code()).await;
    let _ = answer.expect(200);
    (own_page(app, &answer), authenticator, answer)
}

/// Lets so much time go by that the codes that were used are long over.
pub(crate) fn another_half_minute(app: &TestApp) {
    execute(&app.database, "update auth.totp_secrets set last_step = last_step - 10");
}
