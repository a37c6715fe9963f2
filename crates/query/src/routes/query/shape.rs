//! What becomes of samples: points by step, or the samples as they are.

use actix_web::http::StatusCode;
use tallykeep_database::models::Metric;
use tallykeep_domain::{Aggregation, Instant, MetricKind, Sample, Step, TimeRange};
use tallykeep_service::Problem;
use tallykeep_store::aggregate;

use super::plan::Plan;

/// The word that asks for samples as they are.
const RAW: &str = "raw";

/// What becomes of the samples of a group.
pub(super) enum Shape {
    Raw,
    Steps { step: Step, edges: Vec<Instant>, aggregation: Aggregation },
}

impl Shape {
    pub(super) fn choose(plan: &Plan, metric: &Metric) -> Result<Self, Problem> {
        let word = plan.aggregation.as_deref().unwrap_or(&metric.aggregation);
        if word == RAW {
            return Ok(Self::Raw);
        }
        let aggregation = word.parse().map_err(Problem::bad_request)?;
        if aggregation == Aggregation::Sum && metric.kind == MetricKind::Counter.as_str() {
            let detail = "a counter is a running total; a sum of totals means nothing";
            return Err(Problem::new(StatusCode::BAD_REQUEST, "aggregation_unsuitable", detail));
        }
        let step = plan.step.unwrap_or_else(|| Step::fitting(plan.range, plan.points));
        let edges = step.edges(plan.range, &plan.zone, plan.points).map_err(Problem::bad_request)?;
        Ok(Self::Steps { step, edges, aggregation })
    }

    pub(super) fn points(
        &self,
        mut samples: Vec<Sample>,
        most: usize,
    ) -> Result<Vec<(Instant, f64)>, Problem> {
        match self {
            Self::Raw => {
                refuse_too_many(samples.len(), most)?;
                samples.sort_by_key(|sample| sample.at);
                Ok(samples.into_iter().map(|sample| (sample.at, sample.value)).collect())
            }
            Self::Steps { edges, aggregation, .. } => {
                let points = aggregate(samples, edges, *aggregation);
                Ok(points.into_iter().map(|point| (point.start, point.value)).collect())
            }
        }
    }

    /// All of the first and the last step, which the range asked for may cut: a point means the same whatever was asked
    /// for around it.
    pub(super) fn range(&self) -> Option<TimeRange> {
        match self {
            Self::Raw => None,
            Self::Steps { edges, .. } => TimeRange::new(*edges.first()?, *edges.last()?).ok(),
        }
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Raw => RAW.to_owned(),
            Self::Steps { aggregation, .. } => aggregation.to_string(),
        }
    }

    pub(super) fn step(&self) -> Option<Step> {
        match self {
            Self::Raw => None,
            Self::Steps { step, .. } => Some(*step),
        }
    }
}

pub(super) fn refuse_too_many(count: usize, most: usize) -> Result<(), Problem> {
    if count <= most {
        return Ok(());
    }
    let detail =
        format!("{count} points; the most is {most}: choose a longer step, a shorter range or fewer groups");
    Err(Problem::new(StatusCode::BAD_REQUEST, "points_too_many", detail))
}
