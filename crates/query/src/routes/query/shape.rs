//! What becomes of samples: points by step, or the samples as they are.

use actix_web::http::StatusCode;
use tallykeep_database::models::Metric;
use tallykeep_domain::{Aggregation, Instant, MetricKind, Quantile, Step};
use tallykeep_service::Problem;
use tallykeep_store::Method;

use super::plan::Plan;

/// The word that asks for samples as they are.
const RAW: &str = "raw";
/// The word that asks for the quantile that is named beside it.
const QUANTILE: &str = "quantile";

/// What becomes of the samples of a group.
pub(super) enum Shape {
    Raw,
    Steps { step: Step, edges: Vec<Instant>, method: Method },
}

impl Shape {
    pub(super) fn choose(plan: &Plan, metric: &Metric) -> Result<Self, Problem> {
        let word = plan.aggregation.as_deref().unwrap_or(&metric.aggregation);
        if word != QUANTILE && plan.quantile.is_some() {
            return Err(quantile_problem("quantile is for aggregate=quantile, and for no other"));
        }
        if word == RAW {
            return Ok(Self::Raw);
        }
        let method = if word == QUANTILE { by_quantile(plan)? } else { by_word(word, metric)? };
        let step = plan.step.unwrap_or_else(|| Step::fitting(plan.range, plan.points));
        let edges = step.edges(plan.range, &plan.zone, plan.points).map_err(Problem::bad_request)?;
        Ok(Self::Steps { step, edges, method })
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Raw => RAW.to_owned(),
            Self::Steps { method: Method::Quantile(_), .. } => QUANTILE.to_owned(),
            Self::Steps { method: Method::By(aggregation), .. } => aggregation.to_string(),
        }
    }

    pub(super) fn quantile(&self) -> Option<f64> {
        match self {
            Self::Steps { method: Method::Quantile(quantile), .. } => Some(quantile.as_f64()),
            Self::Raw | Self::Steps { .. } => None,
        }
    }

    pub(super) fn step(&self) -> Option<Step> {
        match self {
            Self::Raw => None,
            Self::Steps { step, .. } => Some(*step),
        }
    }
}

fn by_quantile(plan: &Plan) -> Result<Method, Problem> {
    let number = plan.quantile.ok_or_else(|| quantile_problem("aggregate=quantile needs a quantile"))?;
    Quantile::try_from(number).map(Method::Quantile).map_err(Problem::bad_request)
}

fn by_word(word: &str, metric: &Metric) -> Result<Method, Problem> {
    let aggregation: Aggregation = word.parse().map_err(Problem::bad_request)?;
    let kind: MetricKind = metric.kind.parse().map_err(Problem::internal)?;
    kind.check(aggregation).map_err(Problem::bad_request)?;
    Ok(Method::By(aggregation))
}

fn quantile_problem(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "quantile_invalid", detail)
}
