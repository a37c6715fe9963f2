//! Trading a code for tokens.

use diesel::PgConnection;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tallykeep_database::{
    as_account,
    models::{Account, Authorization, Client},
    with_credential,
};
use tallykeep_domain::{AccountId, AuthorizationId, ClientId};
use tallykeep_service::{Problem, Visitor, hex, run_db, token_hash};

use super::{
    ClientScope, ClientScopes, GivenTokens, TokenError, TokenResponse, authorization::proves,
    tokens::Lifetimes,
};
use crate::{
    State,
    audit::{Action, Record},
};

/// A code, and what it was given for.
pub(crate) struct CodeGrant {
    pub(crate) code: SecretString,
    pub(crate) redirect_uri: String,
    pub(crate) verifier: SecretString,
}

/// Trades the code. It is good once: a second time it ends what the first has given (RFC 6749 §4.1.2). So does one that
/// is brought with another address or verifier than it was given for: whoever does has it from somewhere else.
///
/// # Errors
/// `invalid_grant` for a code that is not good.
pub(crate) async fn redeem_code(
    state: &State,
    client: &Client,
    grant: CodeGrant,
    visitor: Visitor,
) -> Result<TokenResponse, TokenError> {
    let (hash, id, lifetimes) = (token_hash(grant.code.expose_secret()), client.id, Lifetimes::of(state));
    let given = run_db(&state.pool, move |connection| {
        with_credential(connection, &hex(&hash), |connection| {
            let Some((account, authorization)) = Authorization::find_by_code(connection, &hash)? else {
                return Ok(None);
            };
            as_account(connection, account, |connection| {
                redeem(connection, (account, authorization), id, &grant, lifetimes, &visitor)
            })
        })
    });
    let mut given = given.await?.ok_or(TokenError::BAD_GRANT)?;
    let nonce = given.authorization.nonce.take();
    given.respond(state, client, nonce).await
}

fn redeem(
    connection: &mut PgConnection,
    (account, id): (AccountId, AuthorizationId),
    client: ClientId,
    grant: &CodeGrant,
    lifetimes: Lifetimes,
    visitor: &Visitor,
) -> Result<Option<GivenTokens>, Problem> {
    // The account before what hangs on it, as wherever it is locked.
    if !Account::hold(connection, account)? {
        return Ok(None);
    }
    let found = Authorization::lock(connection, account, id)?;
    // Another application's code is none of this one's business, and stays as it is.
    let Some(authorization) = found.filter(|found| found.client_id == client) else { return Ok(None) };
    let is_for_this = authorization.redirect_uri == grant.redirect_uri
        && proves(&authorization, grant.verifier.expose_secret());
    if authorization.code_used_at.is_some() || !is_for_this {
        Authorization::delete(connection, account, id)?;
        let record = Record::failure(Action::ClientCodeReuse, Some(account)).with(json!({"client": client}));
        record.write(connection, visitor)?;
        return Ok(None);
    }
    if authorization.code_expires_at <= authorization.read_at {
        return Ok(None);
    }
    let scopes = ClientScopes::parse(&authorization.scopes);
    authorization.use_code(connection, scopes.contains(ClientScope::OfflineAccess))?;
    GivenTokens::give(connection, authorization, scopes, lifetimes)
}
