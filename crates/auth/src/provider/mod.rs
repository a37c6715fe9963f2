//! Signing in at other applications with an account of this server: OpenID Connect 1.0 over OAuth 2.0, with what
//! RFC 9700 asks for.
//!
//! There is one flow, by a code with PKCE. What an application is given is a random token that opens the person's claims
//! here and nothing else: it is no access token for our own services, which sign theirs.
//!
//! All that an application was given hangs on one row, the authorization. Without `offline_access` that ends with the
//! session that it was given from. With it, it outlasts the session, and ends when the person withdraws it, changes the
//! password or is kept out, when the application is removed, when a code or a refresh token is used a second time, and
//! at the latest after as many days as a session.

mod answer;
mod authorization;
mod claims;
mod client_authentication;
mod code;
mod end_session;
mod machine;
mod metadata;
mod redirect_uri;
mod refresh;
mod reply;
mod request;
mod scopes;
mod tokens;

pub(crate) use answer::{Refusal, TokenError, TokenErrorBody, respond};
pub(crate) use authorization::{Step, issue_code, next_step};
pub(crate) use claims::{UserClaims, issue_id_token};
pub(crate) use client_authentication::{ClientCredentials, authenticate};
pub(crate) use code::{CodeGrant, redeem_code};
pub(crate) use end_session::{EndSessionRequest, Farewell};
pub(crate) use machine::issue_for_machine;
pub(crate) use metadata::Metadata;
pub(crate) use redirect_uri::check_redirect_uri;
pub(crate) use refresh::{RefreshGrant, refresh};
pub(crate) use reply::Reply;
pub(crate) use request::{AuthorizationRequest, Wish};
pub(crate) use scopes::{ClientScope, ClientScopes};
pub(crate) use tokens::{FoundToken, GivenTokens, TokenResponse, find_token};

use diesel::{PgConnection, QueryResult};
use tallykeep_database::models::Authorization;
use tallykeep_domain::AccountId;

/// Ends what every application was given for the account, which the transaction acts for. What the applications were let
/// know stays remembered.
pub(crate) fn end_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<usize> {
    Authorization::delete_all(connection, account)
}
