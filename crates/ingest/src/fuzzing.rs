//! What is fuzzed of this crate. It is compiled for that, and for a test of what was found.

use std::sync::LazyLock;

use tallykeep_domain::{AccountId, Instant, MetricPrefix};

use crate::{
    intake::Intake,
    line_protocol::{Precision, decode_key, decode_series, parse},
    routes::samples::create,
    series_cache::SeriesCache,
};

/// Reads `body` as line protocol, with all names in it.
pub fn line_protocol(body: &[u8]) {
    parse(body, Precision::Nanoseconds, Instant::MIN, |line| {
        let Ok(point) = line else { return };
        // Names may be refused.
        let _ = decode_series(point.series);
        for field in point.fields {
            let _ = decode_key(field.key);
            assert!(field.value.as_number().is_none_or(f64::is_finite));
        }
    });
}

/// Reads `body` as samples in JSON.
pub fn json_samples(body: &[u8]) {
    static CACHE: LazyLock<SeriesCache> = LazyLock::new(|| SeriesCache::new(1 << 20));
    // It may be refused.
    let _ = create::parse(body, AccountId::generate(), &MetricPrefix::default(), Intake::new(&CACHE, 1_000));
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn what_fuzzing_begins_with_is_read_or_refused_without_a_panic() {
        let targets = [("line_protocol", line_protocol as fn(&[u8])), ("json_samples", json_samples)];
        for (name, target) in targets {
            let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
            for seed in fs::read_dir(seeds).unwrap() {
                target(&fs::read(seed.unwrap().path()).unwrap());
            }
        }
    }
}
