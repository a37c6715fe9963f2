#![doc = include_str!("../README.md")]

mod jobs;
mod settings;
mod time_zones;

pub use jobs::start_jobs;
pub use settings::{Settings, WorkerSettings};
pub use time_zones::Calendars;
