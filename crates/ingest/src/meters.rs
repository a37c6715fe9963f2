//! What the ingest service tells of itself.

use std::sync::Arc;

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Meter},
};

/// Counters. Clones share them.
#[derive(Clone)]
pub(crate) struct Meters(Arc<Counters>);

struct Counters {
    refused: Counter<u64>,
    lookups: Counter<u64>,
    hit: [KeyValue; 1],
    miss: [KeyValue; 1],
}

impl Meters {
    pub(crate) fn new() -> Self {
        let meter = global::meter("tallykeep_ingest");
        let lookup = |result: &'static str| [KeyValue::new("result", result)];
        Self(Arc::new(Counters {
            refused: counter(&meter, "tallykeep.ingest.refused", "{request}", REFUSED),
            lookups: counter(&meter, "tallykeep.ingest.series.lookups", "{lookup}", LOOKUPS),
            hit: lookup("hit"),
            miss: lookup("miss"),
        }))
    }

    /// A request with samples was not taken, or not all of it, for `reason`: the code of the problem.
    pub(crate) fn refused(&self, reason: &'static str) {
        self.0.refused.add(1, &[KeyValue::new("reason", reason)]);
    }

    /// So many series were looked up in the cache, and so many of them were not there.
    pub(crate) fn looked_up(&self, lookups: usize, misses: usize) {
        self.0.lookups.add(lookups.saturating_sub(misses) as u64, &self.0.hit);
        self.0.lookups.add(misses as u64, &self.0.miss);
    }
}

const REFUSED: &str =
    "Requests with samples that were not taken, or not as a whole, by the code of the problem.";
const LOOKUPS: &str = "Series that were looked for in the cache, by whether they were there.";

fn counter(meter: &Meter, name: &'static str, unit: &'static str, description: &'static str) -> Counter<u64> {
    meter.u64_counter(name).with_unit(unit).with_description(description).build()
}
