//! A person signs in at an application that knows nothing of this server but its address, by a library that others wrote.

use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EmptyAdditionalClaims, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse,
    UserInfoClaims,
    core::{CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreProviderMetadata},
    http::Response,
};
use serde_json::json;
use tallykeep_test_support::TestApp;

use crate::oauth::{Application, REDIRECT_URI, location, parameter};

/// The public address of the applications of these tests.
const ISSUER: &str = "http://localhost:8080";

/// Sends a request of the library to where the application of the test really listens.
async fn send(
    http: &reqwest::Client,
    url: &str,
    request: HttpRequest,
) -> Result<HttpResponse, reqwest::Error> {
    let mut request = reqwest::Request::try_from(request)?;
    let there = request.url().as_str().replacen(ISSUER, url, 1);
    *request.url_mut() = there.parse().unwrap();
    let answer = http.execute(request).await?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    Ok(response.body(answer.bytes().await?.to_vec()).unwrap())
}

#[actix_web::test]
async fn a_library_that_others_wrote_signs_a_person_in_by_either_algorithm() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let account = ada.browser.get("/auth/account").await.expect(200);
    let transport = reqwest::Client::builder().no_proxy().build().unwrap();
    let http = |request: HttpRequest| send(&transport, &app.url, request);
    for algorithm in ["RS256", "EdDSA"] {
        let wiki =
            Application::register(&app, &ada, json!({"id_token_signed_response_alg": algorithm})).await;
        let issuer = IssuerUrl::new(ISSUER.to_owned()).unwrap();
        let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
        let secret = ClientSecret::new(wiki.secret.clone());
        let client =
            CoreClient::from_provider_metadata(metadata, ClientId::new(wiki.id.clone()), Some(secret))
                .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (url, state, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(["email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        let asked = location(&ada.browser.get(&format!("{}?{}", url.path(), url.query().unwrap())).await);
        assert_eq!(asked.path(), "/consent");
        let request: serde_json::Map<_, _> =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into())).collect();
        let answer = json!({"request": request, "allow": true});
        let onward = ada.browser.post("/auth/oauth2/consent", &answer).await.expect(200);
        let back = onward["location"].as_str().unwrap().parse().unwrap();
        assert_eq!(parameter(&back, "state"), *state.secret());
        let code = AuthorizationCode::new(parameter(&back, "code"));
        let exchange = client.exchange_code(code).unwrap().set_pkce_verifier(verifier);
        let tokens = exchange.request_async(&http).await.unwrap();
        // The library verifies signature, issuer, audience, end and nonce.
        let id_token = tokens.id_token().unwrap();
        let claims = id_token.claims(&client.id_token_verifier(), &nonce).unwrap();
        assert_eq!(claims.subject().as_str(), account["id"], "{algorithm}");
        assert_eq!(claims.email().unwrap().as_str(), "ada@example.org");
        let ask = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())).unwrap();
        let user: UserInfoClaims<EmptyAdditionalClaims, CoreGenderClaim> =
            ask.request_async(&http).await.unwrap();
        assert_eq!((user.email().unwrap().as_str(), user.email_verified()), ("ada@example.org", Some(false)));
        let refresh = client.exchange_refresh_token(tokens.refresh_token().unwrap()).unwrap();
        let next = refresh.request_async(&http).await.unwrap();
        assert_ne!(next.refresh_token().unwrap().secret(), tokens.refresh_token().unwrap().secret());
    }
}
