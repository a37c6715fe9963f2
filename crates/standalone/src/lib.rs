#![doc = include_str!("../README.md")]

mod admin_database;
mod database;
pub mod demo;
mod random;
mod secret;
mod services;
mod settings;

pub use admin_database::AdminDatabase;
pub use database::Database;
pub use secret::master_secret;
pub use services::{ServiceUrls, Services, Work};
pub use settings::{DEFAULTS, Settings, StandaloneSettings};
