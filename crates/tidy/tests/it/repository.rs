//! The files of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What builds and runs leave behind, from the root. None of it is committed.
const MADE: [&str; 4] = ["data", "secrets", "target", "web/dist"];
const SKIPPED: [&str; 2] = [".git", "node_modules"];

/// A file that people write, and what it says.
pub(crate) struct File {
    /// From the root, with slashes between.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// The folder that it lies in, from the root; empty for the root.
    pub(crate) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Its lines, each with where it is.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (String, &str)> {
        // Not `str::lines`, which would hide a CR.
        let lines = self.text.strip_suffix('\n').unwrap_or(&self.text).split('\n');
        lines.enumerate().map(|(index, line)| (format!("{}:{}", self.path, index + 1), line))
    }

    /// The folder of the crate whose program it is part of, without its tests: `auth` for `crates/auth/src/lib.rs`.
    pub(crate) fn source_of(&self) -> Option<&str> {
        let (name, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        rest.starts_with("src/").then_some(name)
    }
}

/// Where the workspace lies.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

/// Whether `path`, from the root, is something that a build or a run makes.
pub(crate) fn is_made(path: &str) -> bool {
    let below =
        |made: &&str| path.strip_prefix(*made).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    MADE.iter().any(below)
}

/// Every file whose name ends in a dot and one of `extensions`, by path.
pub(crate) fn files(extensions: &[&str]) -> Vec<File> {
    let wanted =
        |path: &String| path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension));
    let root = root();
    let read = |path: String| {
        let text = fs::read_to_string(root.join(&path)).expect(&path);
        File { path, text }
    };
    paths().into_iter().filter(wanted).map(read).collect()
}

/// The path of every file from the root, in order.
pub(crate) fn paths() -> Vec<String> {
    let mut found = Vec::new();
    collect(&root(), "", &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder can be read").map_while(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if SKIPPED.contains(&name.as_str()) || is_made(&path) {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&entry.path(), &format!("{path}/"), found);
        } else {
            found.push(path);
        }
    }
}

/// Fails with `rule` and everything that breaks it.
#[track_caller]
pub(crate) fn assert_none(breaches: &[String], rule: &str) {
    assert!(breaches.is_empty(), "{rule}\n  {}\n", breaches.join("\n  "));
}
