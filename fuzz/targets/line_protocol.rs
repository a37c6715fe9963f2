//! Line protocol: whatever the bytes, a line is read whole or refused whole.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| tallykeep_ingest::fuzzing::line_protocol(body));
