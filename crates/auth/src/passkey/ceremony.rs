//! From the question to the answer: what was begun with a browser is finished by that browser, for the same purpose, once
//! and within five minutes. It stands in the database, so that any replica can finish it.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    cookie::{Cookie, time::Duration},
    dev::Payload,
    http::header,
    web,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use tallykeep_database::{models::PasskeyCeremony, with_credential};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, hex, run_db, token_hash};
use utoipa::ToSchema;

use super::relying_party::Begun;
use crate::{State, host_cookie::PASSKEY_CEREMONY, token::random_token};

/// For how long an answer is waited for. Browsers are told the same.
const MINUTES: i64 = 5;

/// What a browser is to ask its device for: the argument of `PublicKeyCredential.parseCreationOptionsFromJSON` or
/// `parseRequestOptionsFromJSON`. It is good for five minutes.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct PasskeyOptions(Value);

/// What a passkey is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A new one, to be added to an account.
    Register,
    /// To sign in with nothing else.
    SignIn,
    /// To go on with a sign-in that waits for a second factor.
    SecondFactor,
    /// To prove once more who is there.
    Reauthenticate,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
            Self::Reauthenticate => "reauthenticate",
        }
    }
}

/// A browser, known by a cookie for as long as a ceremony lasts. It is the same for all of them, so that one in another
/// tab ends none; what is found is found by the cookie and by what had to be signed.
pub(crate) struct Browser {
    token: String,
}

impl Browser {
    /// SHA-256 of what finds the ceremony of this browser in which `challenge` has to be signed.
    fn ceremony(&self, challenge: u128) -> [u8; 32] {
        token_hash(&format!("{}.{challenge:032x}", self.token))
    }

    fn cookie(&self, state: &State) -> Cookie<'static> {
        PASSKEY_CEREMONY.with(state, self.token.clone(), Duration::minutes(MINUTES))
    }
}

impl FromRequest for Browser {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    /// A browser that brings no token is given a new one, by which nothing is found yet.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let brought = request
            .app_data::<web::Data<State>>()
            .and_then(|state| PASSKEY_CEREMONY.of(state, request))
            .filter(|token| BASE64_URL_SAFE_NO_PAD.decode(token).is_ok_and(|bytes| bytes.len() == 32));
        ready(brought.map_or_else(random_token, Ok).map(|token| Self { token }))
    }
}

/// Has `browser` go on with what has `begun`: for `purpose`, and of `account` if it has to be that one.
pub(crate) async fn begin(
    state: &State,
    browser: &Browser,
    purpose: Purpose,
    account: Option<AccountId>,
    begun: Begun,
) -> Result<HttpResponse, Problem> {
    let token_hash = browser.ceremony(begun.challenge);
    let options = begun.options;
    run_db(&state.pool, move |connection| {
        with_credential(connection, &hex(&token_hash), |connection| {
            let row = PasskeyCeremony {
                token_hash: &token_hash,
                account_id: account.map(AccountId::as_uuid),
                purpose: purpose.name(),
                state: &begun.state,
                expires_at: Timestamp::now() + SignedDuration::from_mins(MINUTES),
            };
            row.insert(connection)
        })
    })
    .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .cookie(browser.cookie(state))
        .json(PasskeyOptions(options)))
}

/// Ends the ceremony of `browser` in which `challenge` had to be signed, whatever comes of it, and answers what had to come
/// back.
///
/// # Errors
/// 409 when there is none: it took too long, was finished before, or was begun by another browser or for something else.
pub(crate) async fn take(
    state: &State,
    browser: &Browser,
    purpose: Purpose,
    account: Option<AccountId>,
    challenge: u128,
) -> Result<Vec<u8>, Problem> {
    let token_hash = browser.ceremony(challenge);
    let found = run_db(&state.pool, move |connection| {
        with_credential(connection, &hex(&token_hash), |connection| {
            PasskeyCeremony::take(connection, &token_hash, purpose.name(), account)
        })
    })
    .await?;
    found.ok_or_else(|| {
        let detail = "this took longer than five minutes, or was done before: begin again";
        Problem::conflict("passkey_ceremony_ended", detail)
    })
}
