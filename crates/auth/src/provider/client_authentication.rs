//! How an application proves that it is the one that it says (RFC 6749 §2.3.1).

use std::future::ready;

use actix_web::{HttpRequest, http::header};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tallykeep_database::models::Client;
use tallykeep_domain::ClientId;
use tallykeep_service::{Visitor, run_db, token_hash};

use super::TokenError;
use crate::{
    State,
    audit::{Action, Record},
    cross_site::is_of_other_site,
    lockout::{self, Subject},
    rate_limit,
};

/// Who a request says that it is from, and what it proves that with.
pub(crate) struct ClientCredentials {
    pub(super) id: String,
    pub(super) secret: Option<SecretString>,
    of_other_site: bool,
}

impl ClientCredentials {
    /// Those of the header, or else of the body. Not of both, since then it is anybody's guess which count.
    ///
    /// # Errors
    /// `invalid_request` for both, `invalid_client` for neither.
    pub(crate) fn of(
        state: &State,
        request: &HttpRequest,
        id: Option<String>,
        secret: Option<SecretString>,
    ) -> Result<Self, TokenError> {
        let of_other_site = is_of_other_site(state, request);
        let mut headers = request.headers().get_all(header::AUTHORIZATION);
        let body = id.filter(|id| !id.is_empty());
        let secret = secret.filter(|secret| !secret.expose_secret().is_empty());
        match (headers.next(), headers.next(), body) {
            (None, _, Some(id)) => Ok(Self { id, secret, of_other_site }),
            (Some(value), None, body) if secret.is_none() => {
                let basic = value.to_str().ok().and_then(parse_basic);
                let (id, secret) = basic.ok_or(TokenError::UNKNOWN_CLIENT)?;
                if body.is_some_and(|named| named != id) {
                    return Err(two_clients());
                }
                Ok(Self { id, secret, of_other_site })
            }
            (Some(_), ..) => Err(two_clients()),
            (None, ..) => Err(TokenError::UNKNOWN_CLIENT),
        }
    }

    /// Refuses a page of another site, which has no secret to prove: what is in a page is none. It could only try others', from
    /// as many addresses as it has visitors, and the failures would be counted against them.
    ///
    /// # Errors
    /// `unauthorized_client`.
    pub(super) fn refuse_other_site(&self) -> Result<(), TokenError> {
        let detail = "a page of another site may only ask for an application that is known to keep no secret";
        match self.of_other_site {
            true => Err(TokenError::refused("unauthorized_client", detail)),
            false => Ok(()),
        }
    }
}

/// Identifier and secret. Both are encoded like a form before they are put together (RFC 6749 §2.3.1).
fn parse_basic(value: &str) -> Option<(String, Option<SecretString>)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decode = |part: &str| Some(percent_decode_str(part).decode_utf8().ok()?.into_owned());
    let secret = Some(decode(secret)?).filter(|secret| !secret.is_empty());
    Some((decode(id)?, secret.map(Into::into)))
}

fn two_clients() -> TokenError {
    TokenError::refused(
        "invalid_request",
        "the client says who it is in the header or in the body, not in both",
    )
}

/// The application that `credentials` prove to be it. One that keeps no secret only names itself.
///
/// # Errors
/// `invalid_client` when they do not; those of [`prove`].
pub(crate) async fn authenticate(
    state: &State,
    credentials: &ClientCredentials,
    visitor: &Visitor,
) -> Result<Client, TokenError> {
    let id: Option<ClientId> = credentials.id.parse().ok();
    let client =
        run_db(&state.pool, move |connection| id.map_or(Ok(None), |id| Client::find(connection, id))).await?;
    let secret = credentials.secret.as_ref().map(|secret| token_hash(secret.expose_secret()));
    let known = client.as_ref().map(|client| client.secret_hash.as_deref());
    let is_right = match (known, &secret) {
        // There is nothing to be proven.
        (Some(None), None) => return client.ok_or(TokenError::UNKNOWN_CLIENT),
        (Some(Some(known)), Some(secret)) => verify_slices_are_equal(known, secret).is_ok(),
        _ => false,
    };
    if prove(state, credentials, is_right, visitor).await? {
        return client.ok_or(TokenError::UNKNOWN_CLIENT);
    }
    Err(TokenError::UNKNOWN_CLIENT)
}

/// Whether the secret of `credentials` `is_right`, and the client is not locked. A failure is counted and recorded.
///
/// # Errors
/// Those of [`ClientCredentials::refuse_other_site`], 429 when somebody fails too often.
pub(super) async fn prove(
    state: &State,
    credentials: &ClientCredentials,
    is_right: bool,
    visitor: &Visitor,
) -> Result<bool, TokenError> {
    credentials.refuse_other_site()?;
    let id = credentials.id.as_str();
    // First of all, since a failure leaves rows behind.
    if !is_right {
        rate_limit::admit(state, visitor).await?;
    }
    let subject = Subject::Client { id: id.to_owned(), from: visitor.address };
    if lockout::attempt(state, visitor, subject, ready(Ok(is_right))).await? {
        return Ok(true);
    }
    let named: String = id.chars().take(64).collect();
    let record = Record::failure(Action::AuthenticateClient, None).with(json!({"client": named}));
    let noted = visitor.clone();
    run_db(&state.pool, move |connection| record.write(connection, &noted)).await?;
    Ok(false)
}
