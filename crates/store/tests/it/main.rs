//! Tests of the sample store, with a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "clippy.toml exempts tests from this, but not the helpers of tests")]

mod compact;
mod compactor;
mod delete;
mod model;
mod points;
mod read;
mod reports;
mod retention;
mod stall;
mod store;
mod writer;

use stall::Stall;
use store::{Store, range, samples};
