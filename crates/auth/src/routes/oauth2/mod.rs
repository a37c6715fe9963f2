//! Signing in at other applications with an account of this server (OpenID Connect).

pub(crate) mod authorization_server;
pub(crate) mod authorize;
pub(crate) mod authorize_by_post;
pub(crate) mod consent;
pub(crate) mod introspect;
pub(crate) mod logout;
pub(crate) mod openid_configuration;
pub(crate) mod revoke;
pub(crate) mod token;
pub(crate) mod userinfo;

use actix_web::{HttpResponse, http::header, web};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tallykeep_database::models::Client;
use tallykeep_service::Problem;
use utoipa::ToSchema;

use crate::{
    State,
    provider::{FoundToken, TokenError, find_token},
};

/// A token, and the application that asks about it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ClientTokenRequest {
    /// The access token or refresh token.
    #[schema(value_type = String)]
    token: SecretString,
    /// Of the application, unless it says so by HTTP Basic.
    #[schema(value_type = String, required = false)]
    client_id: Option<String>,
    /// Its secret, unless it gives it by HTTP Basic.
    #[schema(value_type = String, required = false)]
    client_secret: Option<SecretString>,
}

/// The form in a body, as the framework has read it.
///
/// # Errors
/// `invalid_request` for a body that is none, or lacks what it has to say: OAuth's own shape, and not the framework's.
fn form<T>(body: Result<web::Form<T>, actix_web::Error>) -> Result<T, TokenError> {
    let refused = |_| TokenError::refused("invalid_request", "the body is not the form that it has to be");
    body.map(web::Form::into_inner).map_err(refused)
}

/// The token that an application which has proved itself asks about; none for another application's.
async fn find_own_token(
    state: &State,
    client: &Client,
    token: &SecretString,
) -> Result<Option<FoundToken>, Problem> {
    let found = find_token(state, token).await?;
    Ok(found.filter(|found| found.authorization.client_id == client.id))
}

/// Where the page has to send the browser.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnwardResponse {
    /// The address. Whether anybody may be sent there has been decided.
    location: String,
}

/// Sends the browser on.
fn go_to(url: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, url))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}
