#![doc = include_str!("../README.md")]

mod access_rules;
mod access_token;
pub mod admin;
mod admission;
mod any_origin;
mod audit;
mod confirmation;
mod cross_site;
mod erasure;
mod federation;
mod forward;
mod host_cookie;
mod invitation;
mod jobs;
mod key_holder;
mod keys;
mod local_authority;
mod lockout;
mod mail;
mod newcomer;
mod one_time_token;
mod passkey;
mod password;
mod password_reset;
mod provider;
mod rate_limit;
mod recent;
mod registration;
mod routes;
mod second_factor;
mod session;
mod settings;
mod sign_in;
mod site;
mod standing;
mod state;
mod time_zones;
mod token;
mod way_in;

use utoipa::openapi::{
    OpenApi,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, OpenIdConnect, SecurityScheme},
};

pub use federation::ProviderSettings;
pub use jobs::start_jobs;
pub use keys::{Resealed, Rotation};
pub use local_authority::LocalAuthority;
pub use mail::{MailSecurity, MailSettings};
pub use one_time_token::OneTimeLink;
pub use recent::Watch;
pub use registration::RegistrationMode;
pub use routes::{configure, configure_internal};
pub use settings::{AuthSettings, Settings};
pub use state::State;

/// The document of the public routes.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut document = tallykeep_service::openapi(
        "Tallykeep auth",
        "Accounts, sessions, access tokens and API keys.",
        routes::mount_public,
    );
    let components = document.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        "tallykeep_sign_in",
        "A sign-in that waits for its second factor. Over HTTPS its name begins with `__Host-`.",
    )));
    components.add_security_scheme("pending_sign_in", cookie);
    let client = HttpBuilder::new().scheme(HttpAuthScheme::Basic);
    let client =
        client.description(Some("An application's identifier and secret (RFC 6749 §2.3.1).")).build();
    components.add_security_scheme("client", SecurityScheme::Http(client));
    let discovery = OpenIdConnect::with_description(
        "/.well-known/openid-configuration",
        "The access token that an application was given with a person's sign-in.",
    );
    components.add_security_scheme("openid", SecurityScheme::OpenIdConnect(discovery));
    document
}
