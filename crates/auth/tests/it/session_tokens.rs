//! The tokens of a session: each gives way to another, and one that comes back ends the session (RFC 9700 §4.14.2).

use futures_util::future::join_all;
use serde_json::Value;
use tallykeep_test_support::{Answer, Client, SignedIn, TestApp};

use crate::support::{cookie, execute, log_in, texts};

const ENDED: &str = "select succeeded::text as text from auth.audit_events where action = 'session_reuse'";

/// A session, and the cookie that a browser holds of it.
struct Browser {
    app: TestApp,
    cookie: String,
}

impl Browser {
    /// It has just signed in.
    async fn signed_in() -> Self {
        let app = TestApp::start();
        let _ = app.register("ada@example.org").await;
        execute(&app.database, "delete from auth.sessions");
        let answer = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
        Self { cookie: cookie(&answer).to_owned(), app }
    }

    fn with(&self, cookie: &str) -> Client {
        self.app.stranger().with_header("cookie", cookie).with_header("sec-fetch-site", "same-origin")
    }

    /// Asks for an access token and answers the cookie that came with it, if one did.
    async fn refresh(&self, with: &str) -> Option<String> {
        let answer = self.with(with).post("/auth/token", &Value::Null).await;
        let _ = answer.expect(200);
        Some(cookie(&answer).to_owned()).filter(|cookie| !cookie.is_empty())
    }

    /// Asks for an access token and receives another cookie.
    async fn rotate(&self, with: &str) -> String {
        self.pause_is_over();
        self.refresh(with).await.unwrap()
    }

    /// What the cookie is worth.
    async fn account(&self, with: &str) -> Answer {
        self.with(with).get("/auth/account").await
    }

    fn pause_is_over(&self) {
        execute(&self.app.database, "update auth.sessions set rotated_at = now() - interval '1 minute'");
    }

    fn grace_is_over(&self) {
        let sql = "update auth.sessions set token_used_at = token_used_at - interval '11 seconds'";
        execute(&self.app.database, sql);
    }

    async fn assert_ended_as_stolen(&self) {
        let _ = self.account(&self.cookie).await.expect_problem(401, "session_missing");
        assert_eq!(texts(&self.app.database, ENDED), ["false"]);
        assert_eq!(texts(&self.app.database, "select id::text as text from auth.sessions"), [""; 0]);
    }
}

#[actix_web::test]
async fn a_refresh_gives_the_session_another_token_and_no_longer_life() {
    let browser = Browser::signed_in().await;
    execute(&browser.app.database, "update auth.sessions set expires_at = now() + interval '1 hour'");
    browser.pause_is_over();
    let answer = browser.with(&browser.cookie).post("/auth/token", &Value::Null).await;
    assert_ne!(cookie(&answer), browser.cookie);
    let set_cookie = answer.header("set-cookie");
    let max_age = set_cookie.split("Max-Age=").nth(1).unwrap().split(';').next().unwrap();
    assert!((3_500..=3_600).contains(&max_age.parse::<u32>().unwrap()), "{set_cookie}");
    assert!(set_cookie.contains("HttpOnly; SameSite=Lax; Path=/"), "{set_cookie}");
    let _ = browser.account(cookie(&answer)).await.expect(200);
    let kept = "select encode(token_hash, 'hex') as text from auth.sessions";
    assert!(!texts(&browser.app.database, kept).is_empty());
}

#[actix_web::test]
async fn within_a_minute_the_token_stays() {
    let browser = Browser::signed_in().await;
    assert_eq!(browser.refresh(&browser.cookie).await, None);
    let second = browser.rotate(&browser.cookie).await;
    assert_eq!(browser.refresh(&second).await, None);
}

#[actix_web::test]
async fn the_previous_token_stays_good_until_its_successor_was_used_and_a_moment_longer() {
    let browser = Browser::signed_in().await;
    let second = browser.rotate(&browser.cookie).await;
    execute(&browser.app.database, "update auth.sessions set rotated_at = now() - interval '1 day'");
    let _ = browser.account(&browser.cookie).await.expect(200);
    let _ = browser.account(&second).await.expect(200);
    let _ = browser.account(&browser.cookie).await.expect(200);
    assert_eq!(browser.refresh(&browser.cookie).await, None, "its successor was used");
    browser.grace_is_over();
    let _ = browser.account(&second).await.expect(200);
    assert!(texts(&browser.app.database, ENDED).is_empty());
}

#[actix_web::test]
async fn a_token_that_comes_back_later_ends_the_session() {
    let browser = Browser::signed_in().await;
    let second = browser.rotate(&browser.cookie).await;
    let _ = browser.account(&second).await.expect(200);
    browser.grace_is_over();
    let _ = browser.account(&browser.cookie).await.expect_problem(401, "session_missing");
    let _ = browser.account(&second).await.expect_problem(401, "session_missing");
    browser.assert_ended_as_stolen().await;
}

#[actix_web::test]
async fn any_older_token_ends_the_session_too() {
    let browser = Browser::signed_in().await;
    let mut token = browser.cookie.clone();
    for _ in 0..3 {
        token = browser.rotate(&token).await;
        let _ = browser.account(&token).await.expect(200);
    }
    // A thief may have gone on with the session for long when the person comes back.
    let answer = browser.with(&browser.cookie).post("/auth/token", &Value::Null).await;
    answer.expect_problem(401, "session_missing");
    let _ = browser.account(&token).await.expect_problem(401, "session_missing");
    browser.assert_ended_as_stolen().await;
}

#[actix_web::test]
async fn a_lost_answer_does_no_harm() {
    let browser = Browser::signed_in().await;
    let lost = browser.rotate(&browser.cookie).await;
    assert_eq!(browser.refresh(&browser.cookie).await, None, "the answer may be on its way");
    let second = browser.rotate(&browser.cookie).await;
    assert_ne!(lost, second);
    let _ = browser.account(&second).await.expect(200);
    // Whoever has the lost one did not get it here.
    let _ = browser.account(&lost).await.expect_problem(401, "session_missing");
    browser.assert_ended_as_stolen().await;
}

#[actix_web::test]
async fn twenty_refreshes_at_once_are_one_rotation_and_kill_nothing() {
    let browser = Browser::signed_in().await;
    let mut token = browser.cookie.clone();
    for _ in 0..3 {
        browser.pause_is_over();
        let refreshes = join_all((0..20).map(|_| browser.refresh(&token))).await;
        let mut successors: Vec<_> = refreshes.into_iter().flatten().collect();
        assert_eq!(successors.len(), 1, "{successors:?}");
        let next = successors.remove(0);
        let uses = join_all((0..20).map(|n| browser.refresh(if n % 2 == 0 { &next } else { &token }))).await;
        assert!(uses.iter().all(Option::is_none), "{uses:?}");
        token = next;
    }
    let _ = browser.account(&token).await.expect(200);
    assert!(texts(&browser.app.database, ENDED).is_empty());
}

#[actix_web::test]
async fn a_session_that_began_before_tokens_changed_goes_on() {
    let browser = Browser::signed_in().await;
    assert!(!browser.cookie.contains('.'), "the first token is what it always was: {}", browser.cookie);
    let second = browser.rotate(&browser.cookie).await;
    assert!(second.starts_with(&format!("{}.", browser.cookie)), "{second}");
    let third = browser.rotate(&second).await;
    assert_eq!(third.matches('.').count(), 1, "{third}");
}

#[actix_web::test]
async fn who_knows_no_token_of_a_session_cannot_end_it() {
    let browser = Browser::signed_in().await;
    let second = browser.rotate(&browser.cookie).await;
    let (_, last) = second.split_once('.').unwrap();
    for guess in [
        format!("tallykeep_session=x.{last}"),
        format!("tallykeep_session={last}"),
        "tallykeep_session=.".into(),
    ] {
        let _ = browser.account(&guess).await.expect_problem(401, "session_missing");
    }
    let _ = browser.account(&second).await.expect(200);
}

#[actix_web::test]
async fn at_most_requests_nothing_is_written() {
    let browser = Browser::signed_in().await;
    let second = browser.rotate(&browser.cookie).await;
    let _ = browser.account(&second).await.expect(200);
    let version = || texts(&browser.app.database, "select xmin::text as text from auth.sessions");
    let before = version();
    for _ in 0..3 {
        let _ = browser.account(&second).await.expect(200);
        assert_eq!(browser.refresh(&second).await, None);
    }
    assert_eq!(version(), before);
}
