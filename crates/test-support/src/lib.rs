#![doc = include_str!("../README.md")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "in a test, to panic is to fail")]

mod answer;
mod app;
mod authenticator;
mod client;
mod database;
mod line;
mod openid;
mod served;
mod smtp;
mod snapshot;

pub use answer::Answer;
pub use app::{MASTER_SECRET, Replica, TestApp, http_settings};
pub use authenticator::{Authenticator, Doing};
pub use client::{Client, SignedIn};
pub use database::{SERVER_VARIABLE, TestDatabase};
pub use line::Line;
pub use openid::{Mood, OpenIdProvider, Person, Signing};
pub use served::Served;
pub use smtp::{ReceivedMail, SmtpServer};
pub use snapshot::assert_snapshot;
