//! Access tokens for whoever has an API key, in OAuth's way (RFC 6749 §4.4): for clients that are made from the API
//! documents, and know nothing else.

use secrecy::ExposeSecret;
use tallykeep_domain::Scopes;
use tallykeep_service::Visitor;

use super::{ClientCredentials, TokenError, TokenResponse, client_authentication::prove};
use crate::{State, access_token};

/// An access token for the services of this server. The client's identifier is the first eight characters of an API key,
/// as the list of keys shows them, and its secret the key. The token is good for what the key is, and no longer.
///
/// # Errors
/// `invalid_client` for a key that is not good, `invalid_scope` for scopes that it has not.
pub(crate) async fn issue_for_machine(
    state: &State,
    credentials: &ClientCredentials,
    scope: Option<&str>,
    visitor: &Visitor,
) -> Result<TokenResponse, TokenError> {
    // Before the key is looked up, which notes its use.
    credentials.refuse_other_site()?;
    let found = match &credentials.secret {
        Some(secret) => state.read_api_key(secret.expose_secret()).await?,
        None => None,
    };
    let found = found.filter(|(key, ..)| key.prefix == credentials.id);
    let is_right = prove(state, credentials, found.is_some(), visitor).await?;
    let (key, account, _) = found.filter(|_| is_right).ok_or(TokenError::UNKNOWN_CLIENT)?;
    let granted: Scopes = key.scopes.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect();
    let scopes = match scope.filter(|scope| !scope.is_empty()) {
        None => granted,
        Some(words) => words
            .parse::<Scopes>()
            .ok()
            .filter(|wanted| wanted.iter().all(|scope| granted.contains(scope)) && !wanted.is_empty())
            .ok_or(TokenError::refused("invalid_scope", "the API key has not all of these scopes"))?,
    };
    let claims = access_token::of_api_key(&account, &key, &scopes, &state.public_url);
    Ok(TokenResponse {
        access_token: state.signing_keys.sign_access_token(&claims).await?,
        token_type: "Bearer",
        expires_in: claims.exp.saturating_sub(claims.iat),
        scope: scopes.to_string(),
        id_token: None,
        refresh_token: None,
    })
}
