//! A segment as it comes from disk.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tallykeep_store::fuzzing::segment(bytes));
