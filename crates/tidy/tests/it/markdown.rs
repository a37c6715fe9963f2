//! As much of Markdown as it takes to find what prose names.

/// A line of a document.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    /// From 1.
    pub(crate) number: usize,
    pub(crate) text: &'a str,
    /// The language of the fenced block that it is part of, fences included; empty when the block names none.
    pub(crate) fence: Option<&'a str>,
}

/// The lines of `text`.
pub(crate) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut open = None;
    let mut lines = Vec::new();
    for (index, text) in text.lines().enumerate() {
        let mark = text.trim_start().strip_prefix("```");
        let fence = open.or(mark.map(str::trim));
        lines.push(Line { number: index + 1, text, fence });
        if mark.is_some() {
            open = if open.is_some() { None } else { fence };
        }
    }
    lines
}

/// The code spans of the prose, each with the line that it begins in.
pub(crate) fn code_spans(text: &str) -> Vec<(usize, String)> {
    pieces(text).into_iter().filter(|piece| piece.is_code).map(|piece| (piece.line, piece.text)).collect()
}

/// The targets of inline links and pictures, each with its line.
pub(crate) fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for piece in pieces(text).into_iter().filter(|piece| !piece.is_code) {
        for (at, _) in piece.text.match_indices("](") {
            let target = piece.text[at + 2..].split([')', ' ']).next().unwrap_or_default();
            links.push((piece.line + newlines(&piece.text[..at]), target.to_owned()));
        }
    }
    links
}

/// The anchors of the headings, as GitHub makes them.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let prose = lines(text).into_iter().filter(|line| line.fence.is_none());
    let headings = prose.filter(|line| line.text.starts_with('#'));
    headings.map(|line| anchor(line.text.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Prose and code by turns.
struct Piece {
    line: usize,
    text: String,
    is_code: bool,
}

/// A backtick that is left open ends with its paragraph, so that it cannot turn the rest of a document inside out.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (first, paragraph) in paragraphs(text) {
        let mut line = first;
        for (index, part) in paragraph.split('`').enumerate() {
            pieces.push(Piece { line, text: part.to_owned(), is_code: index % 2 == 1 });
            line += newlines(part);
        }
    }
    pieces
}

/// The paragraphs of the prose, each with the number of its first line.
fn paragraphs(text: &str) -> Vec<(usize, String)> {
    let mut paragraphs: Vec<(usize, String)> = Vec::new();
    let mut last = 0;
    for line in lines(text).into_iter().filter(|line| line.fence.is_none() && !line.text.trim().is_empty()) {
        match paragraphs.last_mut() {
            Some((_, paragraph)) if last + 1 == line.number => {
                paragraph.push('\n');
                paragraph.push_str(line.text);
            }
            _ => paragraphs.push((line.number, line.text.to_owned())),
        }
        last = line.number;
    }
    paragraphs
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

#[test]
fn code_is_told_from_prose_and_from_fences() {
    let text = "A `b c` and\n`d\ne`.\n\nAn ` open one.\n\n```sh\n`f`\n```\n[`g`](h.md) `i`\n";
    let expected = [(1, "b c"), (2, "d\ne"), (5, " open one."), (10, "g"), (10, "i")];
    assert_eq!(code_spans(text), expected.map(|(line, code)| (line, code.to_owned())));
}

#[test]
fn links_and_pictures_are_found_where_they_stand() {
    let text = "See [a](b.md#c)\nand ![d](e.png \"title\"), not `[f](g)`.\n\n[`h`](i)\n";
    let expected = [(1, "b.md#c"), (2, "e.png"), (4, "i")];
    assert_eq!(links(text), expected.map(|(line, target)| (line, target.to_owned())));
}

#[test]
fn headings_make_the_anchors_that_github_makes() {
    let text = "# A `sample`'s journey\n\n```sh\n# no heading\n```\n## Errors, and why\n";
    assert_eq!(anchors(text), ["a-samples-journey", "errors-and-why"]);
}
