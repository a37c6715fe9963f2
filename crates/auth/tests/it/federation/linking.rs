//! Linking an account with a provider, and unlinking it.

use serde_json::json;
use tallykeep_test_support::{Answer, Client, OpenIdProvider, Person};

use super::{accounts, app, assert_refused, browser, depart, register_ada, sign_in, signed_in};
use crate::support::{cookie, execute};

const LONG_AGO: &str = "update auth.sessions set authenticated_at = now() - interval '11 minutes'";

async fn link(browser: &Client, provider: &OpenIdProvider) -> Answer {
    depart(browser, &json!({"purpose": "link", "return_to": "/account"})).await.arrive(provider).await
}

/// Checks that the page of the account tells why with `code`.
#[track_caller]
fn assert_told(answer: &Answer, code: &str) {
    let page = format!("http://localhost:8080/account?error={code}");
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, page.as_str()));
}

async fn unlink(browser: &Client) -> Answer {
    let identities = browser.get("/auth/identities").await.expect(200);
    browser.delete(&format!("/auth/identities/{}", identities["items"][0]["id"].as_str().unwrap())).await
}

#[actix_web::test]
async fn whoever_is_signed_in_links_a_provider_and_unlinks_it() {
    let (app, provider) = app();
    let ada = app.register("ada@example.org").await;
    assert_eq!(ada.browser.get("/auth/identities").await.expect(200), json!({"items": []}));
    provider.switch_to(Person::unverified("ada", "ada@elsewhere.example"));
    let answer = link(&ada.browser, &provider).await;
    assert_eq!(answer.header("location"), "http://localhost:8080/account");
    let identities = ada.browser.get("/auth/identities").await.expect(200);
    let identity = &identities["items"][0];
    assert_eq!(
        (&identity["provider"], &identity["email"]),
        (&json!("Example"), &json!("ada@elsewhere.example"))
    );
    // The provider's word for the address was not needed, and is not asked for now either.
    signed_in(&app, &sign_in(&app, &provider).await);
    let _ = unlink(&ada.browser).await.expect(204);
    assert_refused(&sign_in(&app, &provider).await, "email_unproven_there");
    assert_eq!(accounts(&app), ["ada@example.org"]);
}

#[actix_web::test]
async fn to_link_twice_changes_nothing() {
    let (app, provider) = app();
    let ada = app.register("ada@example.org").await;
    for _ in 0..2 {
        let answer = link(&ada.browser, &provider).await;
        assert_eq!(answer.header("location"), "http://localhost:8080/account");
    }
    assert_eq!(accounts(&app), ["ada@example.org ada-at-the-provider"]);
}

#[actix_web::test]
async fn an_identity_signs_in_to_one_account() {
    let (app, provider) = app();
    let ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    let _ = link(&ada.browser, &provider).await;
    assert_told(&link(&bob.browser, &provider).await, "identity_taken");
    assert_eq!(accounts(&app), ["ada@example.org ada-at-the-provider", "bob@example.org"]);
}

#[actix_web::test]
async fn to_link_and_to_unlink_take_who_has_just_shown_who_they_are() {
    let (app, provider) = app();
    let ada = app.register("ada@example.org").await;
    let _ = link(&ada.browser, &provider).await;
    execute(&app.database, LONG_AGO);
    let body = json!({"purpose": "link"});
    let answer = ada.browser.post("/auth/providers/example/start", &body).await;
    answer.expect_problem(403, "reauthentication_needed");
    unlink(&ada.browser).await.expect_problem(403, "reauthentication_needed");
    let answer = app.stranger().post("/auth/providers/example/start", &body).await;
    answer.expect_problem(401, "session_missing");
    // The page that asks must be ours and say so, since a cookie comes along.
    let silent = app.stranger().with_header("cookie", ada.browser.cookies());
    silent.post("/auth/providers/example/start", &body).await.expect_problem(403, "csrf_refused");
}

#[actix_web::test]
async fn what_one_session_began_no_other_ends() {
    let (app, provider) = app();
    let ada = app.register("ada@example.org").await;
    let bob = app.register("bob@example.org").await;
    for other in [app.stranger(), bob.browser.clone()] {
        let mut traveller = depart(&ada.browser, &json!({"purpose": "link"})).await;
        let departure = traveller.client.cookies().split("; ").last().unwrap().to_owned();
        traveller.client = other.and_cookie(&departure);
        assert_told(&traveller.arrive(&provider).await, "departure_expired");
    }
    assert_eq!(accounts(&app), ["ada@example.org", "bob@example.org"]);
}

#[actix_web::test]
async fn the_last_way_in_stays() {
    let (app, provider) = app();
    let ada = signed_in(&app, &sign_in(&app, &provider).await);
    unlink(&ada).await.expect_problem(409, "last_way_in");
    provider.switch_to(Person::new("ada-again", "ada@example.net"));
    let _ = link(&ada, &provider).await;
    let _ = unlink(&ada).await.expect(204);
    unlink(&ada).await.expect_problem(409, "last_way_in");
    assert_eq!(accounts(&app), ["ada@example.org ada-again"]);
}

#[actix_web::test]
async fn of_two_that_are_unlinked_at_once_one_stays() {
    let (app, provider) = app();
    let ada = signed_in(&app, &sign_in(&app, &provider).await);
    provider.switch_to(Person::new("ada-again", "ada@example.net"));
    let _ = link(&ada, &provider).await;
    let identities = ada.get("/auth/identities").await.expect(200);
    let path =
        |number: usize| format!("/auth/identities/{}", identities["items"][number]["id"].as_str().unwrap());
    let (first, second) = (path(0), path(1));
    let (first, second) = tokio::join!(ada.delete(&first), ada.delete(&second));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
}

#[actix_web::test]
async fn what_is_no_identity_of_ones_own_cannot_be_unlinked() {
    let (app, provider) = app();
    let ada = app.register("ada@example.org").await;
    let _ = link(&ada.browser, &provider).await;
    let identities = ada.browser.get("/auth/identities").await.expect(200);
    let path = format!("/auth/identities/{}", identities["items"][0]["id"].as_str().unwrap());
    let bob = app.register("bob@example.org").await;
    bob.browser.delete(&path).await.expect_problem(404, "identity_not_found");
    bob.browser.delete("/auth/identities/none").await.expect_problem(400, "id_invalid");
    assert_eq!(accounts(&app), ["ada@example.org ada-at-the-provider", "bob@example.org"]);
}

#[actix_web::test]
async fn what_is_linked_is_part_of_the_export_and_goes_with_the_account() {
    let (app, provider) = app();
    let ada = register_ada(&app).await;
    let ada = browser(&app, cookie(&sign_in(&app, &provider).await)).and_cookie(ada.browser.cookies());
    let export = ada.get("/auth/account/export").await.expect(200);
    assert_eq!(export["identities"][0]["subject"], "ada-at-the-provider");
    execute(&app.database, "delete from auth.installation");
    execute(&app.database, "delete from auth.accounts");
    assert_eq!(execute(&app.database, "delete from auth.identities"), 0);
}
