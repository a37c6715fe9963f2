//! What the writer tells of itself.

use std::time::Instant;

use opentelemetry::{
    global,
    metrics::{Counter, Gauge, Histogram},
};

pub(super) struct Meters {
    waiting: Gauge<u64>,
    committed: Counter<u64>,
    duration: Histogram<f64>,
    batch: Histogram<u64>,
    held: Counter<u64>,
}

impl Meters {
    pub(super) fn new() -> Self {
        let meter = global::meter("tallykeep_store");
        Self {
            waiting: meter
                .u64_gauge("tallykeep.store.waiting")
                .with_description("Samples that wait for their commit or are being committed, in memory.")
                .with_unit("By")
                .build(),
            committed: meter.u64_counter("tallykeep.store.committed").with_unit("{sample}").build(),
            duration: meter
                .f64_histogram("tallykeep.store.commit.duration")
                .with_unit("s")
                .with_boundaries([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5].into())
                .build(),
            batch: meter
                .u64_histogram("tallykeep.store.batch.size")
                .with_unit("{sample}")
                .with_boundaries([1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6].into())
                .build(),
            held: meter
                .u64_counter("tallykeep.store.held")
                .with_description(
                    "How often an account was passed over for a moment, being ahead of compaction.",
                )
                .with_unit("{time}")
                .build(),
        }
    }

    /// So many bytes wait for their commit or are being committed.
    pub(super) fn waiting(&self, bytes: usize) {
        self.waiting.record(bytes as u64, &[]);
    }

    /// A batch, begun at `begin`, of which `samples` have been committed.
    pub(super) fn committed(&self, samples: usize, begin: Instant) {
        if samples > 0 {
            self.committed.add(samples as u64, &[]);
            self.duration.record(begin.elapsed().as_secs_f64(), &[]);
            self.batch.record(samples as u64, &[]);
        }
    }

    /// So many accounts are ahead of compaction.
    pub(super) fn held(&self, accounts: usize) {
        if accounts > 0 {
            self.held.add(accounts as u64, &[]);
        }
    }
}
