//! Where lines begin and end.
//!
//! A line's end is found before anything of the line is judged, so that a flaw in it cannot move the place where the
//! next one is read.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter};

/// A line with something in it.
pub(super) struct Line<'body> {
    /// The physical line that it begins in, from 1.
    pub(super) number: usize,
    /// All of it but its line break.
    pub(super) text: &'body [u8],
    /// Where in `text` the measurement and the tags are.
    pub(super) series: Range<usize>,
}

impl<'body> Line<'body> {
    pub(super) fn series(&self) -> &'body [u8] {
        &self.text[self.series.clone()]
    }
}

/// The lines of a body, without the blank ones and the comments.
pub(super) struct Lines<'body> {
    rest: &'body [u8],
    number: usize,
}

impl<'body> Lines<'body> {
    pub(super) fn new(body: &'body [u8]) -> Self {
        Self { rest: body, number: 1 }
    }

    /// Takes `end` bytes and the line break behind them, and returns the bytes.
    fn take(&mut self, end: usize) -> &'body [u8] {
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        self.number += 1 + memchr_iter(b'\n', text).count();
        text.strip_suffix(b"\r").unwrap_or(text)
    }
}

impl<'body> Iterator for Lines<'body> {
    type Item = Line<'body>;

    fn next(&mut self) -> Option<Line<'body>> {
        while !self.rest.is_empty() {
            let number = self.number;
            let start = skip_blanks(self.rest, 0);
            if self.rest.get(start) == Some(&b'#') {
                self.take(memchr(b'\n', self.rest).unwrap_or(self.rest.len()));
                continue;
            }
            let series_end = end_of_series(self.rest, start);
            let text = self.take(end_of_fields(self.rest, series_end));
            // Without fields, the series ends where the line does: before a carriage return, if there is one.
            let series = start..series_end.min(text.len());
            if !series.is_empty() {
                return Some(Line { number, text, series });
            }
        }
        None
    }
}

/// The first unescaped space behind `start`, or the line's end.
fn end_of_series(body: &[u8], start: usize) -> usize {
    memchr2_iter(b' ', b'\n', &body[start..])
        .map(|offset| start + offset)
        .find(|&at| body[at] == b'\n' || !is_escaped(body, at))
        .unwrap_or(body.len())
}

/// The first line break from `at` on that is not part of a string, or the end of the body.
fn end_of_fields(body: &[u8], mut at: usize) -> usize {
    while let Some(offset) = memchr2(b'\n', b'"', &body[at..]) {
        at += offset;
        if body[at] == b'\n' {
            return at;
        }
        let opens = body[..at].ends_with(b"=") && !is_escaped(body, at - 1);
        at = if opens { end_of_string(body, at).unwrap_or(body.len()) } else { at + 1 };
    }
    body.len()
}

/// Where the string ends whose opening quote is at `open`: behind its closing quote, if it has one.
pub(super) fn end_of_string(text: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Whether the delimiter at `at` is part of a name.
pub(super) fn is_escaped(text: &[u8], at: usize) -> bool {
    text[..at].ends_with(b"\\")
}

/// The first byte from `at` on that is neither space nor tab.
pub(super) fn skip_blanks(text: &[u8], at: usize) -> usize {
    let blanks = text[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    at + blanks.count()
}
