//! Tests of the auth service over HTTP, with a real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

mod access_token;
mod api_key_terms;
mod api_keys;
mod audit;
mod credentials;
mod cross_site;
mod fail2ban;
mod forward;
mod forward_attacks;
mod forward_cookie;
mod forward_return;
mod introspect;
mod invitations;
mod lockout;
mod login;
mod openapi;
mod password;
mod passwords;
mod process;
mod rate_limit;
mod reauthentication;
mod register;
mod remote_authority;
mod secrets;
mod session;
mod session_tokens;
mod sessions;
mod signing_keys;
mod support;
