//! Signing in at other applications with an account of this server (OpenID Connect).

pub(crate) mod authorization_server;
pub(crate) mod authorize;
pub(crate) mod consent;
pub(crate) mod introspect;
pub(crate) mod logout;
pub(crate) mod openid_configuration;
pub(crate) mod revoke;
pub(crate) mod token;
pub(crate) mod userinfo;

use actix_web::{HttpResponse, http::header};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token, and the application that asks about it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ClientTokenRequest {
    /// The access token or refresh token.
    #[schema(value_type = String)]
    token: SecretString,
    /// Of the application, unless it says so by HTTP Basic.
    client_id: Option<String>,
    /// Its secret, unless it gives it by HTTP Basic.
    #[schema(value_type = Option<String>)]
    client_secret: Option<SecretString>,
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
