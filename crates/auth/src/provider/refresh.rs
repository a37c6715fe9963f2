//! Trading a refresh token for the next one.

use diesel::PgConnection;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tallykeep_database::{
    as_account,
    models::{Account, Authorization, Client, ClientToken, TokenKind},
    with_credential,
};
use tallykeep_domain::ClientId;
use tallykeep_service::{Problem, Visitor, hex, run_db, token_hash};

use super::{ClientScopes, GivenTokens, TokenError, TokenResponse, tokens::Lifetimes};
use crate::{
    State,
    audit::{Action, Record},
};

/// A refresh token, and what is wanted of it.
pub(crate) struct RefreshGrant {
    pub(crate) token: SecretString,
    /// Fewer scopes than were granted; all of them when nothing is said.
    pub(crate) scope: Option<String>,
}

/// Trades the refresh token. It is good once: a second time it, or its copy, was stolen, and the whole sign-in ends
/// (RFC 9700 §4.14.2).
///
/// # Errors
/// `invalid_grant` for a token that is not good, `invalid_scope` for scopes that were not granted.
pub(crate) async fn refresh(
    state: &State,
    client: &Client,
    grant: RefreshGrant,
    visitor: Visitor,
) -> Result<TokenResponse, TokenError> {
    let wanted = grant.scope.map(|scope| ClientScopes::parse(&scope));
    let (hash, id, lifetimes) = (token_hash(grant.token.expose_secret()), client.id, Lifetimes::of(state));
    let given = run_db(&state.pool, move |connection| {
        with_credential(connection, &hex(&hash), |connection| {
            let found = ClientToken::find(connection, &hash)?;
            let Some(token) = found.filter(|token| token.is(TokenKind::Refresh)) else {
                return Ok(Outcome::Bad);
            };
            as_account(connection, token.account_id, |connection| {
                trade(connection, &token, id, wanted, lifetimes, &visitor)
            })
        })
    });
    match given.await? {
        Outcome::Given(given) => given.respond(state, client, None).await,
        Outcome::TooMuch => {
            Err(TokenError::refused("invalid_scope", "the person did not grant all of these scopes"))
        }
        Outcome::Bad => Err(TokenError::BAD_GRANT),
    }
}

enum Outcome {
    Given(Box<GivenTokens>),
    TooMuch,
    Bad,
}

fn trade(
    connection: &mut PgConnection,
    token: &ClientToken,
    client: ClientId,
    wanted: Option<ClientScopes>,
    lifetimes: Lifetimes,
    visitor: &Visitor,
) -> Result<Outcome, Problem> {
    let (account, id) = (token.account_id, token.authorization_id);
    // The account before what hangs on it, as wherever it is locked.
    if !Account::hold(connection, account)? {
        return Ok(Outcome::Bad);
    }
    let found = Authorization::lock(connection, account, id)?;
    let Some(authorization) = found.filter(|found| found.client_id == client) else {
        return Ok(Outcome::Bad);
    };
    let granted = ClientScopes::parse(&authorization.scopes);
    let scopes = wanted.unwrap_or_else(|| granted.clone());
    if token.used_at.is_none() && !scopes.is_within(&granted) {
        return Ok(Outcome::TooMuch);
    }
    if !token.spend(connection)? {
        Authorization::delete(connection, account, id)?;
        let record = Record::failure(Action::ClientTokenReuse, Some(account)).with(json!({"client": client}));
        record.write(connection, visitor)?;
        return Ok(Outcome::Bad);
    }
    let given = GivenTokens::give(connection, authorization, scopes, lifetimes)?;
    Ok(given.map_or(Outcome::Bad, |given| Outcome::Given(Box::new(given))))
}
