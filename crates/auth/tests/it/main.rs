//! Tests of the auth service over HTTP, with a real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

mod access_token;
mod api_keys;
mod audit;
mod credentials;
mod cross_site;
mod forward;
mod forward_attacks;
mod forward_cookie;
mod forward_return;
mod introspect;
mod invitations;
mod login;
mod openapi;
mod passwords;
mod process;
mod register;
mod remote_authority;
mod secrets;
mod session;
mod signing_keys;
mod support;
