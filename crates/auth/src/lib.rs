#![doc = include_str!("../README.md")]

pub mod admin;
mod audit;
mod confirmation;
mod cross_site;
mod erasure;
mod forward;
mod invitation;
mod jobs;
mod keys;
mod local_authority;
mod lockout;
mod mail;
mod newcomer;
mod one_time_token;
mod passkey;
mod password;
mod password_reset;
mod rate_limit;
mod registration;
mod routes;
mod second_factor;
mod session;
mod settings;
mod sign_in;
mod site;
mod standing;
mod state;
mod token;

use utoipa::openapi::OpenApi;

pub use jobs::start_jobs;
pub use keys::{Resealed, Rotation};
pub use local_authority::LocalAuthority;
pub use mail::{MailSecurity, MailSettings};
pub use one_time_token::OneTimeLink;
pub use registration::RegistrationMode;
pub use routes::{configure, configure_internal};
pub use settings::{AuthSettings, Settings};
pub use state::State;

/// The document of the public routes.
#[must_use]
pub fn openapi() -> OpenApi {
    tallykeep_service::openapi(
        "Tallykeep auth",
        "Accounts, sessions, access tokens and API keys.",
        routes::mount_public,
    )
}
