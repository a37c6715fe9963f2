//! What a session is worth when the factors that opened it are gone.

use serde_json::{Value, json};
use tallykeep_test_support::{Authenticator, Client, SignedIn, TestApp};

use crate::{
    authenticator::{Careful, enrol},
    passkeys::{Jar, SIGN_IN, ada},
    support::{Transaction, execute, texts},
};

const APP: &str = "/auth/second-factors/totp";

fn methods(app: &TestApp) -> Vec<String> {
    texts(&app.database, "select methods as text from auth.sessions")
}

/// The address of the one passkey of whoever is signed in.
async fn passkey(browser: &Client) -> String {
    let listed = browser.get("/auth/passkeys").await.expect(200);
    format!("/auth/passkeys/{}", listed["items"][0]["id"].as_str().unwrap())
}

#[actix_web::test]
async fn without_the_last_one_the_session_goes_on_as_one_of_the_password() {
    let ada = Careful::new().await;
    assert_eq!(methods(&ada.app), ["pwd otp"]);
    let _ = ada.browser.delete(APP).await.expect(204);
    assert_eq!(methods(&ada.app), ["pwd"]);
    assert_eq!(ada.browser.get("/auth/second-factors").await.expect(200)["given"], false);
}

#[actix_web::test]
async fn while_there_is_another_one_the_session_stays_what_it_is() {
    let app = TestApp::start();
    let (ada, _) = ada(&app).await;
    let (browser, ..) = enrol(&app, &ada.client()).await;
    assert_eq!(methods(&app), ["pwd otp pop"]);
    let _ = browser.delete(&passkey(&browser).await).await.expect(204);
    assert_eq!(methods(&app), ["pwd otp pop"]);
    let _ = browser.delete(APP).await.expect(204);
    assert_eq!(methods(&app), ["pwd"]);
}

#[actix_web::test]
async fn what_a_passkey_alone_has_opened_goes_on_with_no_proof_until_there_is_another() {
    let app = TestApp::start();
    let (_, mut device) = ada(&app).await;
    let mut browser = Jar::empty(&app);
    let _ = browser.answer(SIGN_IN, &mut device).await.expect(200);
    let path = passkey(&browser.client()).await;
    let _ = browser.client().delete(&path).await.expect(204);
    let sessions = browser.client().get("/auth/sessions").await.expect(200);
    assert_eq!(sessions["items"][0]["methods"], json!([]));
    let password = json!({"password": SignedIn::PASSWORD});
    let _ = browser.post("/auth/reauthenticate", &password).await.expect(204);
    assert_eq!(methods(&app), ["pwd"]);
    let _ = browser.add(&mut Authenticator::new(), "Key ring").await.expect(201);
    assert_eq!(methods(&app), ["pwd pop"]);
}

#[actix_web::test]
async fn a_proof_that_was_under_way_does_not_bring_them_back() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    execute(&app.database, "update auth.sessions set methods = 'pwd otp'");
    let removal = Transaction::begin(&app.database, "update auth.sessions set methods = 'pwd'");
    let password = json!({"password": SignedIn::PASSWORD});
    let proof = ada.browser.post("/auth/reauthenticate", &password);
    let (answer, ()) = futures_util::future::join(proof, removal.commit_when_waited_for(&app.database)).await;
    assert_eq!(answer.expect(204), Value::Null);
    assert_eq!(methods(&app), ["pwd"]);
}
