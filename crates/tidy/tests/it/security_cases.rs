//! The list of attacks and of the tests that try them.

use crate::repository::{assert_none, files};

const LIST: &str = "docs/security-cases.md";
const CASES: usize = 60;

/// That the tests exist is seen to for all prose.
#[test]
fn every_security_case_has_a_test_or_a_reason() {
    let list = files(&["md"]).into_iter().find(|file| file.path == LIST).expect(LIST);
    let rows: Vec<Vec<&str>> = list
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").collect())
        .filter(|row: &Vec<&str>| row[0].parse::<usize>().is_ok())
        .collect();
    let numbers: Vec<_> = rows.iter().map(|row| row[0].parse::<usize>().unwrap_or_default()).collect();
    assert_eq!(numbers, (1..=CASES).collect::<Vec<_>>());
    let bare: Vec<_> = rows
        .iter()
        .filter(|row| {
            let answer = row.get(2).copied().unwrap_or_default();
            let is_reason = ["Not yet: ", "Not here: "].iter().any(|reason| answer.starts_with(reason));
            let is_test = |word: &str| word.starts_with('`') && word.ends_with('`') && word.contains('_');
            !is_reason && !answer.split(", ").all(is_test)
        })
        .map(|row| row.join(" | "))
        .collect();
    assert_none(&bare, "cases with neither a test nor a reason for having none:");
}
