//! The body of `POST /api/v1/samples`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| tallykeep_ingest::fuzzing::json_samples(body));
