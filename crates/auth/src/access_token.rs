//! What access tokens to our own services say.

use jiff::Timestamp;
use tallykeep_database::models::{Account, ApiKey};
use tallykeep_domain::{Scopes, SessionId};
use tallykeep_service::AccessTokenClaims;

use crate::keys::ACCESS_TOKEN_SECONDS;

/// Of a token for everything, drawn from a session.
pub(crate) fn of_session(account: &Account, session: SessionId, issuer: &str) -> AccessTokenClaims {
    let claims = claims(account, &Scopes::all(), issuer);
    AccessTokenClaims { sid: Some(session.to_string()), ..claims }
}

/// Of a token for `scopes` and for the metrics of `key`, which it was drawn with. It ends with the key, if that has an
/// end; a key that is revoked leaves it good until its own.
pub(crate) fn of_api_key(
    account: &Account,
    key: &ApiKey,
    scopes: &Scopes,
    issuer: &str,
) -> AccessTokenClaims {
    let claims = claims(account, scopes, issuer);
    let end = key.expires_at.and_then(|end| u64::try_from(end.as_second()).ok());
    AccessTokenClaims {
        client_id: Some(key.prefix.clone()),
        metric_prefix: Some(key.metric_prefix.clone()).filter(|prefix| !prefix.is_empty()),
        exp: end.map_or(claims.exp, |end| claims.exp.min(end)),
        ..claims
    }
}

fn claims(account: &Account, scopes: &Scopes, issuer: &str) -> AccessTokenClaims {
    let now = u64::try_from(Timestamp::now().as_second()).unwrap_or_default();
    AccessTokenClaims {
        iss: issuer.to_owned(),
        aud: issuer.to_owned(),
        sub: account.id.to_string(),
        sid: None,
        client_id: None,
        metric_prefix: None,
        scope: scopes.to_string(),
        zoneinfo: account.time_zone.clone(),
        iat: now,
        exp: now + ACCESS_TOKEN_SECONDS,
    }
}
