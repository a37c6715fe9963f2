//! What prose names exists. Nothing else would tell that it has gone.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, path::Path};

use crate::{
    crates::packages,
    markdown,
    repository::{File, assert_none, files, is_made, paths, root},
};

/// Endings by which a word without a slash is known as the name of a file.
const EXTENSIONS: [&str; 15] = [
    "css", "csv", "html", "js", "json", "md", "png", "rs", "sh", "sql", "svelte", "toml", "ts", "yaml", "yml",
];
/// Beginnings of words with a slash that are no paths: media types and time zones.
const NO_PATHS: [&str; 5] = ["America/", "Etc/", "Europe/", "application/", "text/"];
/// What a document describes and a run makes, or its reader.
const MADE_LATER: [(&str, &str); 3] = [
    ("crates/embedded-postgres/README.md", "postgres/"),
    ("docs/authentication.md", "notes.yaml"),
    ("docs/authentication.md", ".streamlit/secrets.toml"),
];
const SHELLS: [&str; 4] = ["bash", "console", "sh", "shell"];

#[test]
fn every_path_in_prose_exists() {
    let names: BTreeSet<String> =
        paths().into_iter().map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()).collect();
    let mut gone = Vec::new();
    for file in files(&["md"]) {
        for (line, code) in markdown::code_spans(&file.text) {
            let missing = |word: &&str| is_path(word) && !is_there(&file, word, &names);
            gone.extend(
                code.split_whitespace().filter(missing).map(|word| format!("{}:{line}: {word}", file.path)),
            );
        }
    }
    assert_none(&gone, "paths that prose names and that are neither beside the document nor below the root:");
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for file in files(&["md"]) {
        for (line, target) in markdown::links(&file.text) {
            if !leads_somewhere(&file, &target) {
                broken.push(format!("{}:{line}: {target}", file.path));
            }
        }
    }
    assert_none(&broken, "links to a file or a heading that is not there:");
}

#[test]
fn every_crate_in_prose_exists() {
    let packages = packages();
    // The type of a token begins with this.
    let known =
        |name: &str| name == "tallykeep-assertion" || packages.iter().any(|package| package.name == name);
    let mut gone = Vec::new();
    for (place, word) in words() {
        let folder = word.strip_prefix("crates/").and_then(|rest| rest.split('/').next());
        let name = folder.map(|folder| format!("tallykeep-{folder}")).unwrap_or(word);
        if name.strip_prefix("tallykeep-").is_some_and(|rest| !rest.is_empty()) && !known(&name) {
            gone.push(format!("{place}: {name}"));
        }
    }
    assert_none(&gone, "crates that prose names and that the workspace does not have:");
}

#[test]
fn every_script_in_prose_exists_and_can_be_run() {
    let mut broken = Vec::new();
    for (place, word) in words() {
        let path = word.trim_start_matches("./");
        if path.strip_prefix("scripts/").is_some_and(|name| !name.is_empty()) && !can_be_run(path) {
            broken.push(format!("{place}: {path}"));
        }
    }
    assert_none(&broken, "scripts that prose names and that are missing or not executable:");
}

#[test]
fn every_test_that_prose_names_exists() {
    let sources: Vec<_> = files(&["rs"]).into_iter().map(|file| file.text).collect();
    let exists = |name: &str| sources.iter().any(|text| text.contains(&format!("fn {name}(")));
    let mut gone = Vec::new();
    for file in files(&["md"]) {
        for (line, code) in markdown::code_spans(&file.text) {
            if is_test_name(&code) && !exists(&code) {
                gone.push(format!("{}:{line}: {code}", file.path));
            }
        }
    }
    assert_none(&gone, "tests that prose names and that no source holds:");
}

/// The words of prose and of shell blocks, each with where it stands. A path is one word.
fn words() -> Vec<(String, String)> {
    let mut words = Vec::new();
    for file in files(&["md"]) {
        let lines = markdown::lines(&file.text).into_iter();
        for line in lines.filter(|line| line.fence.is_none_or(|language| SHELLS.contains(&language))) {
            let parts = line.text.split(|c: char| !c.is_ascii_alphanumeric() && !"._-/".contains(c));
            let found = parts.map(|word| word.trim_end_matches(['.', '-'])).filter(|word| !word.is_empty());
            words.extend(found.map(|word| (format!("{}:{}", file.path, line.number), word.to_owned())));
        }
    }
    words
}

/// Whether `word` is meant as a path of the repository: not as a route, an address, a pattern or an option.
fn is_path(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let named = word.contains('/') && !NO_PATHS.iter().any(|other| word.starts_with(other));
    let extension = word.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
    plain
        && !word.starts_with(['/', '-'])
        && (named || extension.is_some_and(|(_, extension)| EXTENSIONS.contains(&extension)))
}

/// Whether `word` is the name of a file somewhere, or a path from the document, from its `src`, or from the root.
fn is_there(file: &File, word: &str, names: &BTreeSet<String>) -> bool {
    let word = word.trim_start_matches("./");
    let places = [file.folder().to_owned(), format!("{}/src", file.folder()), String::new()];
    let made = |place: &String| is_made(Path::new(place).join(word).to_string_lossy().trim_end_matches('/'));
    names.contains(word)
        || places.iter().any(|place| made(place) || root().join(place).join(word).exists())
        || MADE_LATER.contains(&(file.path.as_str(), word))
}

fn leads_somewhere(file: &File, target: &str) -> bool {
    if target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    if path.is_empty() {
        return has_anchor(&file.text, anchor);
    }
    let path = root().join(file.folder()).join(path);
    let text = || fs::read_to_string(&path).unwrap_or_default();
    path.exists() && (anchor.is_empty() || has_anchor(&text(), anchor))
}

fn has_anchor(text: &str, anchor: &str) -> bool {
    markdown::anchors(text).iter().any(|known| known == anchor)
}

fn can_be_run(path: &str) -> bool {
    let metadata = fs::metadata(root().join(path));
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Tests are sentences. No setting, event or column has a name of four words and more.
fn is_test_name(code: &str) -> bool {
    code.matches('_').count() >= 3
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn a_path_is_told_from_what_only_looks_like_one() {
    for path in ["crates/auth", "./scripts/up", "../openapi", "Cargo.toml", "docs/page.png", "src/"] {
        assert!(is_path(path), "{path}");
    }
    let others =
        ["/api/v1/query", "http://localhost/x", "src/*.ts", "application/json", "Europe/Berlin", ".rs"];
    for other in others.into_iter().chain(["--demo", "127.0.0.1", "Cargo", "crates/<name>", "a::b/c"]) {
        assert!(!is_path(other), "{other}");
    }
}

#[test]
fn a_test_is_told_by_its_name() {
    assert!(is_test_name("a_gzip_bomb_is_refused"));
    assert!(!is_test_name("database_migrations_complete") && !is_test_name("TALLYKEEP_TEST_DATABASE_URL"));
}
