//! Which paths a rule is about.
//!
//! A tool may read a path otherwise than we do: it may take `%2F` for a slash, `\` for another, `//` for one, `;x` for
//! nothing, or decode twice. So a path is either plain, which is to say that everybody reads it alike, or it is refused
//! wherever a rule goes by it.

use std::{fmt, str::FromStr};

use percent_encoding::percent_decode_str;
use tallykeep_domain::Rejection;

/// The longest path of a rule, in bytes.
const LONGEST: usize = 1 << 10;
/// What ends a path, or part of it, for some tools even where it is encoded; and the sign that encodes.
const TREACHEROUS: &[u8] = b"/\\%;?#";

/// A path that everybody reads alike, decoded. The root is the empty text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PlainPath(String);

/// How the paths begin that a rule is about, by whole segments: `/notes` is `/notes` and `/notes/1` but not
/// `/notes-of-others`. Of the root all paths are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PathPrefix(PlainPath);

/// A path that may be read in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a path begins with a slash, and has no empty segment, none of dots, no backslash, semicolon, query or control \
     character, and none of these encoded"
)]
pub(crate) struct PathError;

impl Rejection for PathError {
    fn code(&self) -> &'static str {
        "access_rule_path_invalid"
    }
}

impl FromStr for PlainPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        if !text.split('%').skip(1).all(is_harmless) {
            return Err(PathError);
        }
        let path = percent_decode_str(text).decode_utf8().map_err(|_| PathError)?;
        if path.contains(|c: char| c.is_control() || matches!(c, '\\' | ';' | '?' | '#')) {
            return Err(PathError);
        }
        let inside = path.strip_prefix('/').ok_or(PathError)?;
        let inside = inside.strip_suffix('/').unwrap_or(inside);
        if inside.is_empty() {
            // `/` alone, and not `//`.
            return (path == "/").then(Self::default).ok_or(PathError);
        }
        // Windows drops dots and spaces at the end of a name.
        let is_plain = |segment: &str| !segment.is_empty() && !segment.ends_with(['.', ' ']);
        if !inside.split('/').all(is_plain) {
            return Err(PathError);
        }
        Ok(Self(format!("/{inside}")))
    }
}

/// Whether what stands behind a percent sign is a character that means nothing in a path.
fn is_harmless(escaped: &str) -> bool {
    let byte = escaped.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    byte.is_some_and(|byte| !byte.is_ascii_control() && !TREACHEROUS.contains(&byte))
}

impl PathPrefix {
    /// Whether it leaves none out.
    pub(super) fn is_all(&self) -> bool {
        self.0.0.is_empty()
    }

    /// Whether `path` begins so.
    pub(super) fn includes(&self, path: &PlainPath) -> bool {
        begins(&path.0, &self.0.0)
    }

    /// Whether `path` begins so for a tool that makes no difference between capital and small letters, but not for one
    /// that does.
    pub(super) fn includes_but_for_case(&self, path: &PlainPath) -> bool {
        !self.includes(path) && begins(&path.0.to_lowercase(), &self.0.0.to_lowercase())
    }
}

fn begins(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl FromStr for PathPrefix {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        if text.len() > LONGEST {
            return Err(PathError);
        }
        text.parse().map(Self)
    }
}

impl fmt::Display for PathPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_all() { "/" } else { &self.0.0 })
    }
}
