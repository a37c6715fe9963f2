#![doc = include_str!("../README.md")]

mod account;
mod binaries;
mod cluster;
mod error;
mod folder;
mod install;
mod log;
mod options;
mod postmaster;
mod programs;
mod reach;

pub use cluster::{Cluster, SUPERUSER};
pub use error::Error;
pub use options::Options;
pub use reach::reach;
