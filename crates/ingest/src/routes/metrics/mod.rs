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
    /// For how many days its samples are kept; as the account says where it is `null`.
    raw_retention_days: Option<i32>,
    /// For how many days what they amount to hour by hour is kept; as the account says where it is `null`.
    rollup_retention_days: Option<i32>,
}

impl From<Metric> for MetricResponse {
    fn from(metric: Metric) -> Self {
        Self {
            id: metric.id,
            name: metric.name,
            title: metric.title,
            unit: metric.unit,
            kind: metric.kind,
            aggregation: metric.aggregation,
            minimum: metric.minimum,
            maximum: metric.maximum,
            archived_at: metric.archived_at,
            created_at: metric.created_at,
            raw_retention_days: metric.raw_retention_days,
            rollup_retention_days: metric.rollup_retention_days,
        }
    }
}
