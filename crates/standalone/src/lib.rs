#![doc = include_str!("../README.md")]

mod database;
pub mod demo;
mod random;
mod secret;
mod services;
mod settings;

pub use database::Database;
pub use secret::master_secret;
pub use services::{ServiceUrls, Services};
pub use settings::{DEFAULTS, Settings, StandaloneSettings};
