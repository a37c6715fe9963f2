//! Metric definitions.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod find;
pub(crate) mod list;

use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::Metric;
use tallykeep_domain::{Aggregation, MetricId, MetricKind};
use utoipa::ToSchema;

/// A metric's definition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: MetricId,
    /// What devices and queries call it. It never changes.
    #[schema(example = "mood")]
    name: String,
    /// What people call it.
    #[schema(example = "Mood")]
    title: String,
    /// The unit of its values.
    #[schema(example = "kg")]
    unit: Option<String>,
    /// What its numbers mean.
    #[schema(value_type = MetricKind, example = "scale")]
    kind: String,
    /// How a query combines its samples unless it says otherwise.
    #[schema(value_type = Aggregation, example = "avg")]
    aggregation: String,
    /// The least value that an entry may have.
    minimum: Option<f64>,
    /// The greatest.
    maximum: Option<f64>,
    /// Since when it is put away. Its samples stay, and further ones are taken.
    #[schema(value_type = Option<String>, format = DateTime)]
    archived_at: Option<Timestamp>,
    /// When it was defined.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Metric> for MetricResponse {
    fn from(metric: Metric) -> Self {
        let Metric { id, name, title, unit, kind, aggregation, minimum, maximum, archived_at, created_at } =
            metric;
        Self { id, name, title, unit, kind, aggregation, minimum, maximum, archived_at, created_at }
    }
}
