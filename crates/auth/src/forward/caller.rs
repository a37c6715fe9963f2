//! Who wants to use a tool.

use std::sync::Arc;

use actix_web::{HttpRequest, http::header::HeaderMap};
use jsonwebtoken::jwk::JwkSet;
use tallykeep_database::models::{Account, Group};
use tallykeep_domain::{AccountId, ApiKeySecret, Scope};
use tallykeep_service::{
    AccessTokenClaims, AccessTokenError, Credential, Grant, Problem, run_db_as, token_hash,
    verify_access_token,
};

use crate::{
    State,
    access_rules::Person,
    session::{Methods, find_caller},
};

/// Who presents a credential, as far as tools are told of it.
pub(crate) struct Caller {
    pub(crate) account: AccountId,
    pub(super) email: String,
    pub(super) name: Option<String>,
    /// The role, and then the groups.
    pub(super) groups: Vec<String>,
    /// How the person has proved who they are; nothing for a machine.
    pub(super) methods: Option<Methods>,
    /// SHA-256 of the credential.
    pub(super) credential: [u8; 32],
}

impl Caller {
    /// The account, which is in `groups`, with the credential of that SHA-256. A person has signed in by `methods`.
    pub(crate) fn new(
        account: Account,
        groups: Vec<String>,
        methods: Option<Methods>,
        credential: [u8; 32],
    ) -> Self {
        let Account { id, email, name, role, .. } = account;
        let groups = std::iter::once(role).chain(groups).collect();
        Self { account: id, email, name, groups, methods, credential }
    }

    /// The caller as rules see them.
    pub(crate) fn person(&self) -> Person<'_> {
        let has_two_factors = self.methods.as_ref().is_some_and(Methods::are_two_factors);
        Person { groups: &self.groups, has_two_factors }
    }

    /// Whether it is a person in a browser, who could do more than present a credential.
    pub(crate) fn is_person(&self) -> bool {
        self.methods.is_some()
    }
}

/// The caller: the person of the session, else the holder of an API key or an access token with the scope
/// `tools:access`. `None` when the request brings nothing of the kind.
///
/// A password of `Basic` is taken for an API key, never for the password of an account. That would have to be hashed
/// for each picture of a tool's page, and would let its bearer past a second factor.
///
/// # Errors
/// 401 for a credential that is not good, 403 for one that is not for tools.
pub(crate) async fn identify(
    state: &State,
    keys: &JwkSet,
    request: &HttpRequest,
) -> Result<Option<Arc<Caller>>, Problem> {
    if let Some(caller) = find_caller(state, request).await? {
        return Ok(Some(caller));
    }
    let Some(credential) = presented(state, keys, request.headers())? else { return Ok(None) };
    let caller = if ApiKeySecret::is_meant(credential.expose()) {
        by_api_key(state, &credential).await?
    } else {
        by_access_token(state, keys, &credential).await?
    };
    Ok(Some(caller))
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

async fn by_api_key(state: &State, key: &Credential) -> Result<Arc<Caller>, Problem> {
    let holder = state
        .find_key_holder(key.expose())
        .await?
        .ok_or_else(|| Problem::unauthorized("api_key_invalid", "the API key is unknown or was revoked"))?;
    check_grant(&holder.grant)?;
    Ok(Arc::clone(&holder.caller))
}

async fn by_access_token(state: &State, keys: &JwkSet, token: &Credential) -> Result<Arc<Caller>, Problem> {
    let claims = verify(state, keys, token)
        .map_err(|error| Problem::unauthorized("access_token_invalid", error.to_string()))?;
    let grant = claims.grant().map_err(Problem::internal)?;
    check_grant(&grant)?;
    let (id, credential) = (grant.account, token_hash(token.expose()));
    let found = run_db_as(&state.pool, id, move |connection| {
        let Some(account) = Account::find(connection, id)? else { return Ok(None) };
        let groups = Group::of(connection, id)?;
        Ok(Some(Caller::new(account, groups, None, credential)))
    });
    found.await?.map(Arc::new).ok_or_else(|| Problem::unauthorized("account_unknown", "the account is gone"))
}

fn check_grant(grant: &Grant) -> Result<(), Problem> {
    if !grant.scopes.contains(Scope::ToolsAccess) {
        let detail = format!("the credential lacks the scope {}", Scope::ToolsAccess);
        return Err(Problem::forbidden("scope_insufficient", detail));
    }
    if !grant.metrics.is_all() {
        let detail = "an API key for some metrics only opens no tool, which would show it everything";
        return Err(Problem::forbidden("api_key_confined", detail));
    }
    Ok(())
}

fn verify(
    state: &State,
    keys: &JwkSet,
    credential: &Credential,
) -> Result<AccessTokenClaims, AccessTokenError> {
    verify_access_token(credential.expose(), keys, &state.public_url)
}
