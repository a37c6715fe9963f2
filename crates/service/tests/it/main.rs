//! What every service does alike, over HTTP.
#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

mod access_token;
mod app;
mod body;
mod client_address;
mod health;
mod log;
mod pace;
mod raw;
mod rejections;
mod settings;
mod stop;
