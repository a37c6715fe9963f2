//! A bounded form of what `scripts/crash-test` does for long.

use tallykeep_crash_test::{Options, run};

/// Every fault twice, where the disk may be filled.
const ROUNDS: u64 = 10;

#[test]
#[expect(clippy::print_stderr, reason = "what was left out is said")]
fn what_was_acknowledged_and_nothing_else_outlives_kills_and_a_full_disk() {
    let program = env!("CARGO_BIN_EXE_tallykeep-standalone").into();
    let mut told = Vec::new();
    let filled =
        run(&Options { program, rounds: ROUNDS, seed: 5 }, |round| told.push(round.samples)).unwrap();
    assert_eq!(told.len() as u64, ROUNDS);
    assert!(told.last().is_some_and(|samples| *samples > 0), "something was written");
    if !filled {
        eprintln!("the disk was not filled: this needs root, who may mount a file system");
    }
}
