//! Which account somebody is whom a provider vouches for.

use serde_json::json;
use tallykeep_auth::RegistrationMode;
use tallykeep_test_support::{OpenIdProvider, Person, SignedIn, SmtpServer, TestApp};

use super::{accounts, app, app_with, assert_refused, depart, register_ada, sign_in, signed_in};
use crate::support::{execute, log_in, texts};

/// What was recorded of everybody.
fn recorded(app: &TestApp) -> Vec<String> {
    let sql = "select format('%s %s', action, succeeded) as text from auth.audit_events order by id";
    texts(&app.database, sql)
}

#[actix_web::test]
async fn somebody_new_has_an_account_then_without_a_password() {
    let (app, provider) = app();
    let ada = depart(&app.stranger(), &json!({"time_zone": "Europe/Berlin"})).await;
    let browser = signed_in(&app, &ada.arrive(&provider).await);
    let account = browser.get("/auth/account").await.expect(200);
    assert_eq!(
        (&account["email"], &account["role"], &account["time_zone"], &account["has_password"]),
        (&json!("ada@example.org"), &json!("administrator"), &json!("Europe/Berlin"), &json!(false))
    );
    assert!(account["email_verified_at"].is_string(), "the provider has seen that it is hers");
    let sessions = browser.get("/auth/sessions").await.expect(200);
    assert_eq!(sessions["items"][0]["methods"], json!(["fed"]));
    assert_eq!(recorded(&app), ["register t", "link_identity t", "sign_in t"]);
    let password = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await;
    password.expect_problem(401, "credentials_invalid");
}

#[actix_web::test]
async fn only_the_first_is_the_administrator() {
    let (app, provider) = app();
    signed_in(&app, &sign_in(&app, &provider).await);
    provider.switch_to(Person::new("bob", "bob@example.org"));
    let bob = signed_in(&app, &sign_in(&app, &provider).await);
    assert_eq!(bob.get("/auth/account").await.expect(200)["role"], "member");
}

#[actix_web::test]
async fn who_has_another_address_at_the_provider_is_the_same_person() {
    let (app, provider) = app();
    signed_in(&app, &sign_in(&app, &provider).await);
    provider.switch_to(Person::unverified("ada-at-the-provider", "ada@example.net"));
    let browser = signed_in(&app, &sign_in(&app, &provider).await);
    assert_eq!(accounts(&app), ["ada@example.org ada-at-the-provider"]);
    let identities = browser.get("/auth/identities").await.expect(200);
    assert_eq!(identities["items"][0]["email"], "ada@example.net");
    assert_eq!(recorded(&app)[3..], ["sign_in t", "sign_in_with_provider t"]);
}

#[actix_web::test]
async fn who_has_the_address_of_another_there_is_somebody_else() {
    let (app, provider) = app();
    signed_in(&app, &sign_in(&app, &provider).await);
    provider.switch_to(Person::new("who-has-the-address-now", "ada@example.org"));
    assert_refused(&sign_in(&app, &provider).await, "identity_differs");
    assert_eq!(accounts(&app), ["ada@example.org ada-at-the-provider"]);
}

#[actix_web::test]
async fn an_address_that_both_sides_have_seen_to_be_hers_links_once_and_she_is_told() {
    let (smtp, provider) = (SmtpServer::start(), OpenIdProvider::start());
    let app = TestApp::with(|settings| {
        settings.auth.providers = [("example".to_owned(), provider.settings())].into();
        settings.auth.mail = smtp.settings();
    });
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    execute(&app.database, "update auth.accounts set email_verified_at = now()");
    let browser = signed_in(&app, &sign_in(&app, &provider).await);
    assert_eq!(browser.get("/auth/account").await.expect(200)["has_password"], true);
    let mail = smtp.next();
    assert_eq!(mail.subject, "A new way to sign in");
    assert!(mail.raw.contains("Example"), "{}", mail.raw);
    // From now on the address decides nothing.
    execute(&app.database, "update auth.accounts set email = 'ada@example.net', email_verified_at = null");
    signed_in(&app, &sign_in(&app, &provider).await);
    assert_eq!(accounts(&app), ["ada@example.net ada-at-the-provider"]);
}

#[actix_web::test]
async fn an_address_that_the_provider_has_not_seen_to_be_theirs_opens_and_makes_no_account() {
    let (app, provider) = app();
    provider.switch_to(Person::unverified("eve", "ada@example.org"));
    assert_refused(&sign_in(&app, &provider).await, "email_unproven_there");
    register_ada(&app).await;
    assert_refused(&sign_in(&app, &provider).await, "email_unproven_there");
    provider.switch_to(Person { email: None, ..Person::new("eve", "") });
    assert_refused(&sign_in(&app, &provider).await, "email_unproven_there");
    provider.switch_to(Person::new("eve", "ada@example.org\r\n,eve@example.org"));
    assert_refused(&sign_in(&app, &provider).await, "email_unproven_there");
    assert_eq!(accounts(&app), ["ada@example.org"]);
}

#[actix_web::test]
async fn an_account_that_somebody_made_with_her_address_is_not_hers() {
    let (app, provider) = app();
    let _eve = app.register("ada@example.org").await;
    assert_refused(&sign_in(&app, &provider).await, "email_unproven_here");
    assert_eq!(accounts(&app), ["ada@example.org"]);
    let failure = "select detail::text as text from auth.audit_events where not succeeded";
    assert_eq!(
        texts(&app.database, failure),
        [r#"{"reason": "email_unproven_here", "provider": "example"}"#]
    );
}

#[actix_web::test]
async fn who_waits_in_an_account_made_with_her_address_is_out_when_she_sets_a_password() {
    let (smtp, provider) = (SmtpServer::start(), OpenIdProvider::start());
    let app = TestApp::with(|settings| {
        settings.auth.providers = [("example".to_owned(), provider.settings())].into();
        settings.auth.mail = smtp.settings();
    });
    let eve = app.register("ada@example.org").await;
    let _verification = smtp.next();
    provider.switch_to(Person::new("eve", "eve@example.org"));
    let _ = depart(&eve.browser, &json!({"purpose": "link"})).await.arrive(&provider).await;
    assert_eq!(accounts(&app), ["ada@example.org eve"]);
    let _notice = smtp.next();
    let ask = json!({"email": "ada@example.org"});
    let _ = app.stranger().post("/auth/password-reset", &ask).await.expect(202);
    let body = json!({"token": smtp.next().token(), "password": "a password of hers alone"});
    let _ = app.stranger().post("/auth/password-reset/confirm", &body).await.expect(204);
    assert_eq!(accounts(&app), ["ada@example.org"]);
}

#[actix_web::test]
async fn where_registration_is_closed_a_provider_opens_it_to_nobody() {
    let (app, provider) = app_with(|settings| settings.registration = RegistrationMode::Closed);
    let _bob = app.register("bob@example.org").await;
    assert_refused(&sign_in(&app, &provider).await, "registration_closed");
    assert_eq!(accounts(&app), ["bob@example.org"]);
}

#[actix_web::test]
async fn an_invitation_goes_along_and_is_good_once() {
    let (app, provider) = app_with(|settings| settings.registration = RegistrationMode::Invite);
    let bob = app.register("bob@example.org").await;
    assert_refused(&sign_in(&app, &provider).await, "invitation_missing");
    let wrong = depart(&app.stranger(), &json!({"invitation": "guessed"})).await;
    assert_refused(&wrong.arrive(&provider).await, "invitation_invalid");
    let invitation =
        bob.browser.post("/auth/invitations", &json!({})).await.expect(201)["invitation"].clone();
    let ada = depart(&app.stranger(), &json!({"invitation": invitation})).await;
    signed_in(&app, &ada.arrive(&provider).await);
    provider.switch_to(Person::new("eve", "eve@example.org"));
    let eve = depart(&app.stranger(), &json!({"invitation": invitation})).await;
    assert_refused(&eve.arrive(&provider).await, "invitation_invalid");
    assert_eq!(accounts(&app), ["ada@example.org ada-at-the-provider", "bob@example.org"]);
}

#[actix_web::test]
async fn an_account_that_is_kept_out_stays_out() {
    let (app, provider) = app();
    signed_in(&app, &sign_in(&app, &provider).await);
    execute(&app.database, "update auth.accounts set disabled_at = now()");
    assert_refused(&sign_in(&app, &provider).await, "sign_in_refused");
    execute(
        &app.database,
        "update auth.accounts set disabled_at = null, erase_after = now() + interval '1 day'",
    );
    assert_refused(&sign_in(&app, &provider).await, "sign_in_refused");
    // Nor is there a second one with its address.
    execute(&app.database, "delete from auth.identities");
    assert_refused(&sign_in(&app, &provider).await, "email_taken");
}

#[actix_web::test]
async fn a_provider_that_tells_the_address_when_asked_is_asked() {
    let (app, provider) = app();
    provider.be_terse();
    signed_in(&app, &sign_in(&app, &provider).await);
    assert_eq!(accounts(&app), ["ada@example.org ada-at-the-provider"]);
}

#[actix_web::test]
async fn a_person_without_a_password_sets_one_by_a_link() {
    let (smtp, provider) = (SmtpServer::start(), OpenIdProvider::start());
    let app = TestApp::with(|settings| {
        settings.auth.providers = [("example".to_owned(), provider.settings())].into();
        settings.auth.mail = smtp.settings();
    });
    signed_in(&app, &sign_in(&app, &provider).await);
    let ask = json!({"email": "ada@example.org"});
    let _ = app.stranger().post("/auth/password-reset", &ask).await.expect(202);
    let body = json!({"token": smtp.next().token(), "password": SignedIn::PASSWORD});
    let _ = app.stranger().post("/auth/password-reset/confirm", &body).await.expect(204);
    let account = log_in(&app.stranger(), "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    assert_eq!(account["has_password"], true);
    assert_eq!(
        accounts(&app),
        ["ada@example.org ada-at-the-provider"],
        "the provider goes on to sign her in"
    );
}

#[actix_web::test]
async fn a_new_browser_is_told_of_as_with_a_password() {
    let (smtp, provider) = (SmtpServer::start(), OpenIdProvider::start());
    let app = TestApp::with(|settings| {
        settings.auth.providers = [("example".to_owned(), provider.settings())].into();
        settings.auth.mail = smtp.settings();
    });
    signed_in(&app, &sign_in(&app, &provider).await);
    let other = app.stranger().with_header("user-agent", "another browser");
    signed_in(&app, &depart(&other, &json!({})).await.arrive(&provider).await);
    assert_eq!(smtp.next().subject, "A new sign-in");
}
