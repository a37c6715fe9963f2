//! The tokens that applications are given.

use diesel::{PgConnection, QueryResult};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tallykeep_database::{
    as_account,
    models::{Account, Authorization, Client, ClientToken, Group, NewClientToken, TokenKind},
    with_credential,
};
use tallykeep_service::{Problem, hex, run_db, token_hash};
use utoipa::ToSchema;

use super::{ClientScope, ClientScopes, TokenError, issue_id_token};
use crate::{State, keys::ACCESS_TOKEN_SECONDS, token::random_token};

/// What an application is given (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenResponse {
    /// Opens the person's claims at `/auth/oauth2/userinfo`, and nothing else; with an API key it is a JWT for the
    /// services of this server.
    pub(super) access_token: String,
    /// `Bearer`.
    #[schema(value_type = String, example = "Bearer")]
    pub(super) token_type: &'static str,
    /// How long it is good, in seconds.
    #[schema(example = 600)]
    pub(super) expires_in: u64,
    /// Words, separated by spaces.
    pub(super) scope: String,
    /// Who the person is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
    /// Good once, for the next ones; with the scope `offline_access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
}

/// What was given, and whom it is about.
pub(crate) struct GivenTokens {
    pub(super) account: Account,
    pub(super) groups: Vec<String>,
    pub(super) authorization: Authorization,
    pub(super) scopes: ClientScopes,
    access: String,
    refresh: Option<String>,
}

/// For how long refresh tokens are good: each as long as a session that nobody uses, all together as long as a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lifetimes {
    idle: SignedDuration,
    most: SignedDuration,
}

impl Lifetimes {
    pub(super) fn of(state: &State) -> Self {
        Self {
            idle: SignedDuration::from_hours(state.session_idle_hours.into()),
            most: SignedDuration::from_hours(24 * i64::from(state.session_days)),
        }
    }
}

impl GivenTokens {
    /// Gives an access token for `scopes`, and with `offline_access` a refresh token. The transaction acts for the
    /// account and has locked the authorization. `None` when the account is kept out.
    pub(super) fn give(
        connection: &mut PgConnection,
        authorization: Authorization,
        scopes: ClientScopes,
        lifetimes: Lifetimes,
    ) -> Result<Option<Self>, Problem> {
        let id = authorization.account_id;
        if !Account::hold(connection, id)? {
            return Ok(None);
        }
        let Some(account) = Account::find(connection, id)? else { return Ok(None) };
        let now = authorization.read_at;
        let granted = ClientScopes::parse(&authorization.scopes);
        let access_end = now + SignedDuration::from_secs(ACCESS_TOKEN_SECONDS.cast_signed());
        let access = insert(connection, &authorization, TokenKind::Access, &scopes, access_end)?;
        let refresh_end = (now + lifetimes.idle).min(authorization.created_at + lifetimes.most);
        let refresh = granted
            .contains(ClientScope::OfflineAccess)
            .then(|| insert(connection, &authorization, TokenKind::Refresh, &granted, refresh_end))
            .transpose()?;
        let groups = Group::of(connection, id)?;
        Ok(Some(Self { account, groups, authorization, scopes, access, refresh }))
    }

    /// What the application is answered, with an ID token that says `nonce`.
    pub(crate) async fn respond(
        self,
        state: &State,
        client: &Client,
        nonce: Option<String>,
    ) -> Result<TokenResponse, TokenError> {
        let id_token = issue_id_token(state, client, &self, nonce).await?;
        Ok(TokenResponse {
            access_token: self.access,
            token_type: "Bearer",
            expires_in: ACCESS_TOKEN_SECONDS,
            scope: self.scopes.to_string(),
            id_token: Some(id_token),
            refresh_token: self.refresh,
        })
    }
}

fn insert(
    connection: &mut PgConnection,
    of: &Authorization,
    kind: TokenKind,
    scopes: &ClientScopes,
    end: Timestamp,
) -> Result<String, Problem> {
    let token = random_token()?;
    let (hash, scopes) = (token_hash(&token), scopes.to_string());
    NewClientToken::new(kind, (of.account_id, of.id), &hash, &scopes, end).insert(connection)?;
    Ok(token)
}

/// What a token that an application holds is good for.
pub(crate) struct FoundToken {
    pub(crate) token: ClientToken,
    pub(crate) authorization: Authorization,
    pub(crate) account: Account,
    pub(crate) groups: Vec<String>,
}

/// The token that is good now, of whatever kind. A refresh token that was used is not.
pub(crate) async fn find_token(state: &State, token: &SecretString) -> Result<Option<FoundToken>, Problem> {
    let hash = token_hash(token.expose_secret());
    run_db(&state.pool, move |connection| {
        with_credential(connection, &hex(&hash), |connection| -> QueryResult<_> {
            let Some(token) = ClientToken::find(connection, &hash)? else { return Ok(None) };
            if token.used_at.is_some() {
                return Ok(None);
            }
            let (id, authorization) = (token.account_id, token.authorization_id);
            as_account(connection, id, |connection| {
                let authorization = Authorization::find(connection, id, authorization)?;
                let account = Account::find(connection, id)?;
                let groups = Group::of(connection, id)?;
                Ok(authorization.zip(account).map(|(authorization, account)| FoundToken {
                    token,
                    authorization,
                    account,
                    groups,
                }))
            })
        })
    })
    .await
}
