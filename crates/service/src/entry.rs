//! An entry on the wire. It goes out of two services, `ingest` by day and `query` by range, and must look the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::Entry;
use utoipa::ToSchema;

/// A day.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryResponse {
    /// The day, in the account's time zone.
    #[schema(value_type = String, format = Date)]
    date: jiff::civil::Date,
    /// Values by the name of their metric.
    #[schema(example = json!({"mood": 7, "sleep": 8}))]
    values: BTreeMap<String, f64>,
    /// Free text.
    note: Option<String>,
    /// When it was first filled in.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl EntryResponse {
    /// The day `entry` with its values.
    #[must_use]
    pub fn new(entry: Entry, values: BTreeMap<String, f64>) -> Self {
        let Entry { date, note, created_at, updated_at } = entry;
        Self { date, values, note, created_at, updated_at }
    }
}
