//! What compaction tells of itself.

use std::time::Instant;

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Gauge, Histogram},
};

use super::due::Waiting;
use crate::Round;

/// How many bytes were written for each that was read is the write amplification; how many for each sample, what a
/// sample takes on disk.
pub(super) struct Meters {
    lag: Gauge<f64>,
    backlog: Gauge<u64>,
    duration: Histogram<f64>,
    samples: Counter<u64>,
    io: Counter<u64>,
}

impl Meters {
    pub(super) fn new() -> Self {
        let meter = global::meter("tallykeep_store");
        Self {
            lag: meter.f64_gauge("tallykeep.store.compaction.lag").with_unit("s").build(),
            backlog: meter.u64_gauge("tallykeep.store.compaction.backlog").with_unit("{sample}").build(),
            duration: meter
                .f64_histogram("tallykeep.store.compaction.duration")
                .with_unit("s")
                .with_boundaries([0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0].into())
                .build(),
            samples: meter.u64_counter("tallykeep.store.compaction.samples").with_unit("{sample}").build(),
            io: meter.u64_counter("tallykeep.store.compaction.io").with_unit("By").build(),
        }
    }

    pub(super) fn waiting(&self, waiting: &Waiting) {
        self.lag.record(waiting.seconds, &[]);
        self.backlog.record(u64::try_from(waiting.samples).unwrap_or_default(), &[]);
    }

    pub(super) fn compacted(&self, round: &Round, begin: Instant) {
        let (read, write) = (KeyValue::new("direction", "read"), KeyValue::new("direction", "write"));
        self.duration.record(begin.elapsed().as_secs_f64(), &[]);
        self.samples.add(round.samples as u64, std::slice::from_ref(&read));
        self.samples.add(round.samples_written as u64, std::slice::from_ref(&write));
        self.io.add(round.bytes_in as u64, &[read]);
        self.io.add(round.bytes_out as u64, &[write]);
    }
}
