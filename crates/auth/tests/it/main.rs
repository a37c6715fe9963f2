//! Tests of the auth service over HTTP, with a real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

mod access_token;
mod api_keys;
mod audit;
mod credentials;
mod cross_site;
mod email_change;
mod email_verification;
mod forward;
mod forward_attacks;
mod forward_cookie;
mod forward_return;
mod introspect;
mod invitations;
mod login;
mod mail_notices;
mod mail_queue;
mod mail_transport;
mod openapi;
mod password_reset;
mod password_reset_privacy;
mod process;
mod register;
mod remote_authority;
mod secrets;
mod session;
mod support;
