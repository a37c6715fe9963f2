//! Tests of the program as it is run: a process of its own, the whole application, and what is generated from both.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod admin;
mod client_credentials;
mod configuration;
#[cfg(target_os = "linux")]
mod crashes;
mod demo;
mod durability;
mod isolation;
mod lifecycle;
mod metric_prefix;
mod process;
mod replicas;
mod telemetry;
