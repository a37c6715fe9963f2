#![doc = include_str!("../README.md")]

mod access_token;
mod authority;
mod bell;
mod caller;
mod client_address;
mod client_credentials;
mod command_line;
mod credential;
mod document;
mod entry;
mod extract;
mod health;
mod jobs;
mod json;
mod memory;
mod methods;
mod pace;
pub mod paging;
mod problem;
mod request;
mod run_db;
mod secrets;
mod server;
pub mod settings;
mod telemetry;
mod time_zones;
mod visitor;

pub use access_token::{AccessTokenClaims, AccessTokenError, TOKEN_TYPE, verify_access_token};
pub use authority::{
    Authority, AuthoritySettings, ErasuresResponse, Grant, IntrospectionResponse, RemoteAuthority,
};
pub use bell::Bell;
pub use caller::{
    Authenticator, Authorized, AuthorizedWithin, MetricOutside, MetricsRead, MetricsWrite, RequiredScope,
};
pub use client_address::{ClientAddress, Network, is_sent_by_trusted_proxy};
pub use command_line::{Command, CommandLine};
pub use credential::{Credential, hex, token_hash};
pub use entry::EntryResponse;
pub use extract::{Query, given, receive_body};
pub use health::{Health, HealthResponse};
pub use jobs::{Job, Jobs};
pub use json::{Json, parse_json, require_json, whole};
pub use memory::{Memory, Reservation};
pub use problem::{ItemError, Problem, ProblemBody, Problems};
pub use request::Routine;
pub use run_db::{connect, read_db_as, run_db, run_db_as};
pub use secrets::{check_secret, is_loopback};
pub use server::{HttpSettings, Server, defaults, openapi};
pub use telemetry::{Telemetry, TelemetrySettings};
pub use time_zones::{AccountTimeZone, TimeZonesQuery, TimeZonesResponse};
pub use visitor::Visitor;
