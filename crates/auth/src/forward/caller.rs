//! Who wants to use a tool.

use actix_web::{HttpRequest, http::header::HeaderMap};
use jsonwebtoken::jwk::JwkSet;
use tallykeep_database::models::Account;
use tallykeep_domain::{ApiKeySecret, Scope};
use tallykeep_service::{
    AccessTokenClaims, AccessTokenError, Credential, Grant, Problem, run_db_as, verify_access_token,
};

use crate::{State, session::SignedIn};

/// The account of the caller: that of the session, else that of an API key or an access token with the scope
/// `tools:access`, which is verified with `keys`. `None` when the request brings nothing of the kind.
///
/// A password of `Basic` is taken for an API key, never for the password of an account. That would have to be hashed
/// for each picture of a tool's page, and would let its bearer past a second factor.
///
/// # Errors
/// 401 for a credential that is not good, 403 for one without the scope.
pub(crate) async fn identify(
    state: &State,
    keys: &JwkSet,
    request: &HttpRequest,
) -> Result<Option<Account>, Problem> {
    if let Some(signed_in) = SignedIn::find(state, request).await? {
        return Ok(Some(signed_in.account));
    }
    let Some(credential) = presented(state, keys, request.headers())? else { return Ok(None) };
    let Grant { account, scopes, .. } = judge(state, keys, &credential).await?;
    if !scopes.contains(Scope::ToolsAccess) {
        let detail = format!("the credential lacks the scope {}", Scope::ToolsAccess);
        return Err(Problem::forbidden("scope_insufficient", detail));
    }
    let found =
        run_db_as(&state.pool, account, move |connection| Ok(Account::find(connection, account)?)).await?;
    found.map(Some).ok_or_else(|| Problem::unauthorized("account_unknown", "the account is gone"))
}

/// `X-API-Key` counts only with a key of ours: the tool may have keys of its own, and want them there.
fn presented(state: &State, keys: &JwkSet, headers: &HeaderMap) -> Result<Option<Credential>, Problem> {
    match Credential::in_api_key_header(headers) {
        Ok(Some(key)) if is_ours(state, keys, &key) => Ok(Some(key)),
        _ => Credential::in_authorization(headers),
    }
}

/// Whether `credential` is meant for this service. A tool must never see such a one.
pub(super) fn is_ours(state: &State, keys: &JwkSet, credential: &Credential) -> bool {
    ApiKeySecret::is_meant(credential.expose()) || verify(state, keys, credential).is_ok()
}

async fn judge(state: &State, keys: &JwkSet, credential: &Credential) -> Result<Grant, Problem> {
    if ApiKeySecret::is_meant(credential.expose()) {
        let grant = state.introspect_api_key(credential.expose()).await?;
        return grant.ok_or_else(|| {
            Problem::unauthorized("api_key_invalid", "the API key is unknown or was revoked")
        });
    }
    let claims = verify(state, keys, credential)
        .map_err(|error| Problem::unauthorized("access_token_invalid", error.to_string()))?;
    claims.grant().map_err(Problem::internal)
}

fn verify(
    state: &State,
    keys: &JwkSet,
    credential: &Credential,
) -> Result<AccessTokenClaims, AccessTokenError> {
    verify_access_token(credential.expose(), keys, &state.public_url)
}
