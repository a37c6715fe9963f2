//! A provider's word is one factor.

use super::{BACK, app, depart, sign_in, signed_in};
use crate::{
    authenticator::{another_half_minute, enrol, give, own_page},
    support::execute,
};
use serde_json::json;

#[actix_web::test]
async fn who_has_a_second_factor_gives_it_after_the_provider_too() {
    let (app, provider) = app();
    let first = signed_in(&app, &sign_in(&app, &provider).await);
    let (_, authenticator, _) = enrol(&app, &first).await;
    let answer = sign_in(&app, &provider).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, format!("{BACK}/").as_str()));
    let pending = own_page(&app, &answer);
    pending.get("/auth/account").await.expect_problem(401, "session_missing");
    let waits = pending.get("/auth/pending-sign-in").await.expect(200);
    assert_eq!(waits["second_factors"], json!(["totp", "recovery_code"]));
    another_half_minute(&app);
    let given = give(&pending, &authenticator.code()).await;
    let _ = given.expect(200);
    let sessions = own_page(&app, &given).get("/auth/sessions").await.expect(200);
    let sessions = sessions["items"].as_array().unwrap().clone();
    assert_eq!(sessions.last().unwrap()["methods"], json!(["fed", "otp"]));
}

#[actix_web::test]
async fn where_there_is_a_second_factor_the_provider_does_not_prove_who_is_there() {
    let (app, provider) = app();
    let first = signed_in(&app, &sign_in(&app, &provider).await);
    let (ada, _, _) = enrol(&app, &first).await;
    execute(&app.database, "update auth.sessions set authenticated_at = now() - interval '11 minutes'");
    let wish = json!({"purpose": "reauthenticate", "return_to": "/keys"});
    let answer = depart(&ada, &wish).await.arrive(&provider).await;
    let page = format!("{BACK}/account?error=second_factor_needed");
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, page.as_str()));
    let key = json!({"name": "key", "scopes": ["metrics:read"]});
    ada.post("/auth/api-keys", &key).await.expect_problem(403, "reauthentication_needed");
}
