//! What is fuzzed of this crate. It is compiled for that, and for a test of what was found.

use tallykeep_domain::TimeRange;

use crate::segment::Segment;

/// Decodes `data` as a segment, to its last sample.
pub fn segment(format: i16, data: &[u8]) {
    // It may be refused.
    let Ok(segment) = Segment::parse(format, data) else { return };
    for (_, run) in segment.series() {
        run.within(TimeRange::ALL).for_each(drop);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn what_fuzzing_begins_with_is_read_or_refused_without_a_panic() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/segment");
        for seed in fs::read_dir(seeds).unwrap() {
            let bytes = fs::read(seed.unwrap().path()).unwrap();
            segment(i16::from(bytes[0]), &bytes[1..]);
        }
    }
}
