//! The columns of a chunk as they come from disk.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tallykeep_store::fuzzing::chunk(bytes));
