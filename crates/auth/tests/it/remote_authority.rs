//! The other services' side of the auth service, over HTTP.

use std::{sync::Arc, time::Duration};

use tallykeep_service::{
    Authenticator, Authority, AuthoritySettings, AuthorizedWithin, Credential, MetricsRead, MetricsWrite,
    RemoteAuthority,
};
use tallykeep_test_support::{Client, Served, SignedIn, TestDatabase, http_settings};

use crate::support::{SERVICE_CREDENTIAL, serve};

fn authority(served: &Served, credential: &str) -> RemoteAuthority {
    let url = format!("{}/", served.url);
    RemoteAuthority::new(&AuthoritySettings { url, credential: credential.into() }, "http://localhost")
        .unwrap()
}

fn authenticator(served: &Served) -> Authenticator {
    let authority = Arc::new(authority(served, SERVICE_CREDENTIAL));
    Authenticator::new(authority, &http_settings().public_url).with_freshness(Duration::ZERO)
}

fn credential(text: &str) -> Credential {
    Credential::from_text(text.to_owned())
}

fn access_token(person: &SignedIn) -> Credential {
    let request = person.page.request(reqwest::Method::GET, "/").build().unwrap();
    credential(request.headers()["authorization"].to_str().unwrap().trim_start_matches("Bearer "))
}

#[actix_web::test]
async fn a_service_checks_keys_and_tokens_at_the_auth_service() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let account = ada.browser.get("/auth/account").await.expect(200);
    let key = ada.create_key(&["metrics:read"]).await;
    let authenticator = authenticator(&served);
    for credential in [credential(&key), access_token(&ada)] {
        let grant = authenticator.check(&credential).await.unwrap();
        assert_eq!(grant.account.to_string(), account["id"].as_str().unwrap());
        assert_eq!(grant.time_zone.iana_name(), Some("Europe/Berlin"));
    }
    AuthorizedWithin::<MetricsRead>::check(&authenticator, Some(credential(&key))).await.unwrap();
    let refused = AuthorizedWithin::<MetricsWrite>::check(&authenticator, Some(credential(&key))).await;
    assert_eq!(refused.unwrap_err().status(), 403);
    let unknown = authenticator.check(&credential("tk_000000000000000000000000000000000000")).await;
    assert_eq!(unknown.unwrap_err().status(), 401);
}

#[actix_web::test]
async fn while_the_auth_service_is_away_known_credentials_stay_good() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let (known, unseen) = (ada.create_key(&["metrics:read"]).await, ada.create_key(&["metrics:read"]).await);
    let gone = "tk_000000000000000000000000000000000000";
    let authenticator = authenticator(&served);
    authenticator.check(&credential(&known)).await.unwrap();
    authenticator.check(&access_token(&ada)).await.unwrap();
    assert_eq!(authenticator.check(&credential(gone)).await.unwrap_err().status(), 401);
    drop(served);
    authenticator.check(&credential(&known)).await.unwrap();
    authenticator.check(&access_token(&ada)).await.unwrap();
    assert_eq!(authenticator.check(&credential(gone)).await.unwrap_err().status(), 401);
    assert_eq!(authenticator.check(&credential(&unseen)).await.unwrap_err().status(), 503);
    assert_eq!(authenticator.check(&credential(&unseen[..30])).await.unwrap_err().status(), 401);
}

#[actix_web::test]
async fn a_service_that_starts_while_the_auth_service_is_away_can_tell_nothing() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let authenticator = authenticator(&served);
    drop(served);
    assert_eq!(authenticator.check(&access_token(&ada)).await.unwrap_err().status(), 503);
}

#[actix_web::test]
async fn a_service_with_a_wrong_credential_of_its_own_takes_no_key_for_bad() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let ada = Client::new(&served.url).register("ada@example.org").await;
    let key = ada.create_key(&["metrics:read"]).await;
    let authority = authority(&served, "only-for-tests-but-not-known-0123456789");
    assert_eq!(authority.introspect(&key).await.unwrap_err().status(), 503);
    assert_eq!(authority.keys().await.unwrap().keys.len(), 1);
}
