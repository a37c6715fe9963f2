//! What applications are told of a person.

use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::{Account, Client};
use tallykeep_domain::AccountId;
use tallykeep_service::Problem;
use utoipa::ToSchema;

use super::{ClientScope, ClientScopes, GivenTokens};
use crate::{
    State,
    keys::{ACCESS_TOKEN_SECONDS, SigningAlgorithm},
};

/// A person, as far as the scopes allow (OpenID Connect Core §5.1).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserClaims {
    /// The account. It never changes, and never names another.
    #[schema(value_type = String, format = Uuid)]
    sub: AccountId,
    /// What people call the person; with `profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The language that the person reads (BCP 47); with `profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// The IANA name of the person's time zone; with `profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    zoneinfo: Option<String>,
    /// The address; with `email`. It may become another's: only `sub` names the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Whether the person proved to read what is sent there; with `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    /// The role, and then the groups that an administrator put the person in; with `groups`.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<String>>,
}

impl UserClaims {
    /// What `scopes` allow to tell of `account`, which is in `groups`.
    pub(crate) fn new(account: &Account, groups: &[String], scopes: &ClientScopes) -> Self {
        let profile = scopes.contains(ClientScope::Profile);
        let email = scopes.contains(ClientScope::Email);
        Self {
            sub: account.id,
            name: account.name.clone().filter(|_| profile),
            locale: account.locale.clone().filter(|_| profile),
            zoneinfo: profile.then(|| account.time_zone.clone()),
            email: email.then(|| account.email.clone()),
            email_verified: email.then_some(account.email_verified_at.is_some()),
            groups: scopes
                .contains(ClientScope::Groups)
                .then(|| [std::slice::from_ref(&account.role), groups].concat()),
        }
    }
}

/// What an ID token says (OpenID Connect Core §2).
#[derive(Serialize)]
struct IdTokenClaims<'a> {
    iss: &'a str,
    aud: String,
    iat: i64,
    exp: i64,
    auth_time: i64,
    /// How the person proved who they are (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(flatten)]
    user: UserClaims,
}

/// An ID token for `client`, by the algorithm that it asks for.
pub(crate) async fn issue_id_token(
    state: &State,
    client: &Client,
    given: &GivenTokens,
    nonce: Option<String>,
) -> Result<String, Problem> {
    let now = Timestamp::now().as_second();
    let claims = IdTokenClaims {
        iss: &state.public_url,
        aud: client.id.to_string(),
        iat: now,
        exp: now + ACCESS_TOKEN_SECONDS.cast_signed(),
        auth_time: given.authorization.authenticated_at.as_second(),
        amr: given.authorization.methods.split_ascii_whitespace().collect(),
        nonce,
        user: UserClaims::new(&given.account, &given.groups, &given.scopes),
    };
    let algorithm = SigningAlgorithm::parse(&client.id_token_algorithm).unwrap_or(SigningAlgorithm::Rs256);
    state.signing_keys.sign_id_token(algorithm, &claims).await
}
