//! A segment as it comes from disk. The first byte is the number of its format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tallykeep_store::fuzzing::segment;

fuzz_target!(|bytes: &[u8]| {
    let Some((format, data)) = bytes.split_first() else { return };
    let format = i16::from(*format);
    segment(format, data);
    // With the sum that would belong to it, too: without, no bytes would ever come past the check of the sum.
    let sum = u64::from(crc32fast::hash(data)).to_le_bytes();
    segment(format, &[data, &sum].concat());
});
