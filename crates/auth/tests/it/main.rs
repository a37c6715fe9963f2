//! Tests of the auth service over HTTP, with a real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

mod access_token;
mod administration;
mod api_keys;
mod audit;
mod command_line;
mod credentials;
mod cross_site;
mod erasure;
mod forward;
mod forward_attacks;
mod forward_cookie;
mod forward_return;
mod groups;
mod introspect;
mod invitations;
mod login;
mod openapi;
mod process;
mod profile;
mod register;
mod remote_authority;
mod secrets;
mod session;
mod support;
