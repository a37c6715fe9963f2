//! How text is set, whatever it says.

use crate::{
    markdown,
    repository::{File, assert_none, files},
};

const WRITTEN: [&str; 13] =
    ["css", "html", "js", "json", "md", "rs", "sh", "sql", "svelte", "toml", "ts", "yaml", "yml"];
const MOST_COLUMNS: usize = 120;
/// Spelled in two parts, or this file would break its own rule.
const NOTES_TO_SELF: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

#[test]
fn nothing_is_left_for_later_in_a_comment() {
    let left = lines_of(&WRITTEN, |line| {
        line.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| NOTES_TO_SELF.contains(&word))
    });
    assert_none(&left, "what is left to do belongs into an issue, not into a comment:");
}

#[test]
fn no_line_ends_in_white_space() {
    assert_none(
        &lines_of(&WRITTEN, |line| line != line.trim_end()),
        "white space, or a CR, at the end of lines:",
    );
}

#[test]
fn no_text_is_indented_by_tabs() {
    assert_none(&lines_of(&["md", "rs", "sh"], |line| line.contains('\t')), "lines with a tab:");
}

#[test]
fn prose_is_wrapped() {
    let mut long = Vec::new();
    for file in files(&["md"]) {
        let lines = markdown::lines(&file.text).into_iter().filter(|line| line.fence.is_none());
        let wide = lines.filter(|line| line.text.chars().count() > MOST_COLUMNS && can_be_wrapped(line.text));
        long.extend(wide.map(|line| format!("{}:{}", file.path, line.number)));
    }
    assert_none(&long, "lines of prose over 120 columns:");
}

/// A table's row is one line, and so is an address.
fn can_be_wrapped(line: &str) -> bool {
    !line.trim_start().starts_with('|') && !line.contains("](") && !line.contains("://")
}

fn lines_of(extensions: &[&str], breaks: impl Fn(&str) -> bool) -> Vec<String> {
    let breaches = |file: File| {
        file.lines().filter(|(_, line)| breaks(line)).map(|(place, _)| place).collect::<Vec<_>>()
    };
    files(extensions).into_iter().flat_map(breaches).collect()
}
