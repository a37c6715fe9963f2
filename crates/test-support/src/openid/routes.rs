//! What the provider answers. It is as strict as a provider is.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::{SystemTime, UNIX_EPOCH},
};

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::Url;
use serde_json::{Value, json};
use tallykeep_service::token_hash;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{CLIENT_ID, CLIENT_SECRET, Given, Mood, Provider, keys::encode};

type Shared = web::Data<Mutex<Provider>>;

const ACCESS_TOKEN: &str = "an access token";
/// More than an application holds.
const ENDLESS_BYTES: usize = 3 << 20;

pub(super) fn configure(provider: Arc<Mutex<Provider>>) -> impl FnOnce(&mut ServiceConfig) {
    move |services| {
        services
            .app_data(web::Data::from(provider))
            .route("/.well-known/openid-configuration", web::get().to(document))
            .route("/keys", web::get().to(keys))
            .route("/authorize", web::get().to(authorize))
            .route("/token", web::post().to(token))
            .route("/userinfo", web::get().to(user_info))
            .route("/elsewhere{path:.*}", web::get().to(document));
    }
}

async fn document(request: HttpRequest, provider: Shared) -> HttpResponse {
    if let Some(answer) = misbehave(&request, &provider).await {
        return answer;
    }
    let provider = lock(&provider);
    let at = |path: &str| format!("{}{path}", provider.issuer);
    let mut document = json!({
        "issuer": provider.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // More than the application takes, which decides for itself.
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA", "HS256", "none"],
        "authorization_response_iss_parameter_supported": true,
    });
    (provider.change_document)(&mut document);
    HttpResponse::Ok().json(document)
}

async fn keys(request: HttpRequest, provider: Shared) -> HttpResponse {
    if let Some(answer) = misbehave(&request, &provider).await {
        return answer;
    }
    let mut provider = lock(&provider);
    provider.asked_for_keys += 1;
    let mut document = provider.keys.document();
    (provider.change_document)(&mut document);
    HttpResponse::Ok().json(document)
}

async fn authorize(provider: Shared, query: web::Query<Vec<(String, String)>>) -> HttpResponse {
    let get = |name: &str| {
        let found = query.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let is_right = get("client_id") == CLIENT_ID
        && get("response_type") == "code"
        && get("scope").split(' ').eq(["openid", "email"])
        && get("code_challenge_method") == "S256"
        && ["state", "nonce", "code_challenge"].iter().all(|name| get(name).len() == 43);
    if !is_right {
        return HttpResponse::BadRequest().body(format!("{query:?}"));
    }
    let mut provider = lock(&provider);
    let code = format!("code {}", provider.codes.len());
    let given = Given {
        redirect_uri: get("redirect_uri"),
        nonce: get("nonce"),
        challenge: get("code_challenge"),
        asked_person: get("prompt") == "login" && get("max_age") == "0",
    };
    let mut back: Url = given.redirect_uri.parse().expect("it is an address");
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &get("state"))
        .append_pair("iss", &provider.issuer);
    provider.codes.insert(code, given);
    HttpResponse::SeeOther().insert_header((header::LOCATION, back.as_str())).finish()
}

async fn token(
    request: HttpRequest,
    provider: Shared,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    if let Some(answer) = misbehave(&request, &provider).await {
        return answer;
    }
    let get = |name: &str| form.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value);
    // Both are written as in a form first (RFC 6749 §2.3.1).
    let secret = CLIENT_SECRET.replace(' ', "+");
    let expected = format!("Basic {}", BASE64_STANDARD.encode(format!("{CLIENT_ID}:{secret}")));
    if request.headers().get(header::AUTHORIZATION).is_none_or(|given| given != expected.as_str()) {
        return HttpResponse::Unauthorized().json(json!({"error": "invalid_client"}));
    }
    let mut provider = lock(&provider);
    // A code is good once, whatever comes of it.
    let given = provider.codes.remove(get("code")).filter(|given| {
        get("grant_type") == "authorization_code"
            && get("redirect_uri") == given.redirect_uri
            && encode(token_hash(get("code_verifier"))) == given.challenge
    });
    let Some(given) = given else {
        return HttpResponse::BadRequest().json(json!({"error": "invalid_grant"}));
    };
    let claims = provider.claims(&given);
    let id_token = provider.keys.sign(&provider.signing, &claims);
    HttpResponse::Ok().json(json!({
        "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 60, "id_token": id_token,
    }))
}

async fn user_info(request: HttpRequest, provider: Shared) -> HttpResponse {
    if let Some(answer) = misbehave(&request, &provider).await {
        return answer;
    }
    let expected = format!("Bearer {ACCESS_TOKEN}");
    if request.headers().get(header::AUTHORIZATION).is_none_or(|given| given != expected.as_str()) {
        return HttpResponse::Unauthorized().finish();
    }
    let person = &lock(&provider).person;
    HttpResponse::Ok().json(json!({
        "sub": person.subject, "email": person.email, "email_verified": person.email_verified,
    }))
}

impl Provider {
    fn claims(&self, given: &Given) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT_ID, "sub": self.person.subject, "nonce": given.nonce,
            "iat": now, "exp": now + 60,
        });
        if !self.is_terse {
            claims["email"] = self.person.email.clone().into();
            claims["email_verified"] = self.person.email_verified.into();
        }
        if given.asked_person {
            claims["auth_time"] = now.into();
        }
        (self.change_claims)(&mut claims);
        claims
    }
}

/// The answer of an address that does not do what it should.
async fn misbehave(request: &HttpRequest, provider: &Shared) -> Option<HttpResponse> {
    let path = request.path().to_owned();
    let mood = lock(provider).moods.get(&path).copied().unwrap_or(Mood::Well);
    match mood {
        Mood::Well => None,
        Mood::Away => Some(HttpResponse::ServiceUnavailable().body("the provider is being mended")),
        Mood::Silent => std::future::pending().await,
        Mood::Endless => {
            Some(HttpResponse::Ok().content_type("application/json").body(vec![b' '; ENDLESS_BYTES]))
        }
        Mood::Redirecting => {
            let elsewhere = format!("/elsewhere{path}");
            Some(HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, elsewhere)).finish())
        }
    }
}

fn lock(provider: &Shared) -> MutexGuard<'_, Provider> {
    provider.lock().expect("no thread panicked")
}
