//! What is fuzzed of this crate. It is compiled for that, and for a test of what was found.
//!
//! Everything is decoded as it is, and with the sum that would belong to it: without, hardly any bytes would come past
//! the check of the sum.

use tallykeep_domain::{SeriesId, TimeRange};

use crate::{
    chunk::{FORMAT, decode_times, decode_values},
    segment::Segment,
};

/// The series that chunks are of.
const SERIES: SeriesId = SeriesId(1);

/// Decodes a segment, to its last sample. The first byte is the number of its format.
pub fn segment(bytes: &[u8]) {
    let Some((format, data)) = bytes.split_first() else { return };
    let sum = u64::from(crc32fast::hash(data)).to_le_bytes();
    for data in [data, &[data, &sum].concat()] {
        // It may be refused.
        let Ok(segment) = Segment::parse(i16::from(*format), data) else { continue };
        for (_, run) in segment.series() {
            run.within(TimeRange::ALL).for_each(drop);
        }
    }
}

/// Decodes either column of a chunk. The first two bytes are how many samples the row says there are.
pub fn chunk(bytes: &[u8]) {
    let Some((samples, data)) = bytes.split_first_chunk() else { return };
    let samples = usize::from(u16::from_le_bytes(*samples));
    let sealed = |column: u8| {
        let sum = crc32fast::hash(&[&SERIES.0.to_le_bytes(), &[column][..], data].concat());
        [data, &sum.to_le_bytes()].concat()
    };
    for data in [data, &sealed(b't')] {
        if let Ok(times) = decode_times(SERIES, FORMAT, samples, data) {
            assert!(times.len() == samples && times.is_sorted());
        }
    }
    for data in [data, &sealed(b'v')] {
        if let Ok(values) = decode_values(SERIES, FORMAT, samples, data) {
            assert_eq!(values.len(), samples);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn what_fuzzing_begins_with_is_read_or_refused_without_a_panic() {
        let targets = [("segment", segment as fn(&[u8])), ("chunk", chunk)];
        for (name, target) in targets {
            let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
            for seed in fs::read_dir(seeds).unwrap() {
                target(&fs::read(seed.unwrap().path()).unwrap());
            }
        }
    }
}
