//! Each module says what it is for, and none of them grows past what a reader holds in mind.

use crate::repository::{File, assert_none, files};

const MOST_LINES_IN_A_FILE: usize = 500;
const MOST_LINES_IN_A_FUNCTION: usize = 60;

/// Files that are longer, with their length. The list only shrinks.
const LONG_FILES: [(&str, usize); 0] = [];
/// Functions that are longer, as `path: name`, with their length. The list only shrinks.
const LONG_FUNCTIONS: [(&str, usize); 0] = [];

#[test]
fn every_module_says_what_it_is_for() {
    let silent = |file: &File| !file.text.starts_with("//!") && !file.text.starts_with("#![doc");
    let silent: Vec<_> = files(&["rs"]).into_iter().filter(silent).map(|file| file.path).collect();
    assert_none(&silent, "files that do not begin with a module comment (`//!`):");
}

#[test]
fn no_file_is_too_long() {
    let lengths = files(&["rs"]).into_iter().map(|file| (file.text.lines().count(), file.path));
    let breaches = breaches(lengths.map(|(length, path)| (path, length)), MOST_LINES_IN_A_FILE, &LONG_FILES);
    assert_none(&breaches, "files over 500 lines, or entries of LONG_FILES that are not true any more:");
}

#[test]
fn no_function_is_too_long() {
    let named = |file: File| {
        let path = file.path.clone();
        functions(&file.text).into_iter().map(move |(name, length)| (format!("{path}: {name}"), length))
    };
    let lengths = files(&["rs"]).into_iter().flat_map(named);
    let breaches = breaches(lengths, MOST_LINES_IN_A_FUNCTION, &LONG_FUNCTIONS);
    assert_none(
        &breaches,
        "functions over 60 lines, or entries of LONG_FUNCTIONS that are not true any more:",
    );
}

/// What is longer than `most` and not on the list, or on the list and not of that length.
fn breaches(
    lengths: impl Iterator<Item = (String, usize)>,
    most: usize,
    list: &[(&str, usize)],
) -> Vec<String> {
    let long: Vec<_> = lengths.filter(|(_, length)| *length > most).collect();
    let listed = |name: &str, length: usize| list.contains(&(name, length));
    let found =
        |name: &str, length: usize| long.iter().any(|(other, n)| (other.as_str(), *n) == (name, length));
    let new =
        long.iter().filter(|(name, length)| !listed(name, *length)).map(|(name, n)| format!("{name}: {n}"));
    let stale = list
        .iter()
        .filter(|(name, length)| !found(name, *length))
        .map(|(name, n)| format!("{name}: not {n}"));
    new.chain(stale).collect()
}

/// The functions of a formatted source that have a body, each with its length in lines.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let measure = |(start, line): (usize, &&str)| {
        let name = function_name(line)?;
        Some((name.to_owned(), length(&lines[start..])?))
    };
    lines.iter().enumerate().filter_map(measure).collect()
}

/// The length of the function that `lines` begin with; nothing for one without a body. rustfmt puts the end of both
/// into the column where the function begins.
fn length(lines: &[&str]) -> Option<usize> {
    let in_column = |line: &str| !line.trim().is_empty() && indent(line) == indent(lines[0]);
    let end = lines.iter().position(|line| in_column(line) && line.ends_with(['}', ';']))?;
    lines[end].ends_with('}').then_some(end + 1)
}

fn function_name(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let modifier = |word: &str| {
        matches!(word, "pub" | "const" | "async" | "unsafe" | "extern") || word.starts_with("pub(")
    };
    let declares = before.split_whitespace().all(modifier);
    declares.then(|| rest.split(['(', '<']).next().unwrap_or(rest))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[test]
fn functions_are_measured_from_their_name_to_their_last_brace() {
    let text = "trait A {\n    fn a(&self);\n    fn b(\n        &self,\n    ) -> u8;\n}\n\
                pub(crate) async fn c<T>() {\n    if x {\n    }\n\n    y\n}\n\
                fn d() {}\nimpl A {\n    pub fn e()\n    where\n        T: U,\n    {\n        z\n    }\n}\n\
                let f = |fn_like: u8| 1;\n// a fn in a comment() {\n";
    let expected = [("c", 6), ("d", 1), ("e", 6)].map(|(name, length)| (name.to_owned(), length));
    assert_eq!(functions(text), expected);
}

#[test]
fn the_list_of_exceptions_only_shrinks() {
    let lengths = || [("a".to_owned(), 70), ("b".to_owned(), 10)].into_iter();
    assert_eq!(breaches(lengths(), 60, &[]), ["a: 70"]);
    assert_eq!(breaches(lengths(), 60, &[("a", 70)]), Vec::<String>::new());
    assert_eq!(breaches(lengths(), 60, &[("a", 90), ("b", 65)]), ["a: 70", "a: not 90", "b: not 65"]);
}
