//! Each crate introduces itself, and takes from the workspace what is decided once.

use std::{fs, process::Command};

use serde_json::Value;

use crate::repository::{assert_none, files, root};

/// A crate of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    description: Option<String>,
    /// Names of the crates that it needs to run.
    pub(crate) dependencies: Vec<String>,
}

impl Package {
    /// The name of its folder below `crates/`.
    pub(crate) fn folder(&self) -> &str {
        self.name.strip_prefix("tallykeep-").unwrap_or(&self.name)
    }
}

/// The crates of the workspace, as Cargo sees them.
pub(crate) fn packages() -> Vec<Package> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version=1"]))
        .expect("Cargo writes JSON");
    metadata["packages"].as_array().into_iter().flatten().map(package).collect()
}

fn package(package: &Value) -> Package {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    Package {
        name: text(&package["name"]).unwrap_or_default(),
        description: text(&package["description"]),
        dependencies: dependencies
            .filter(|dependency| dependency["kind"].is_null())
            .filter_map(|dependency| text(&dependency["name"]))
            .collect(),
    }
}

/// What the Cargo that builds this test says.
pub(crate) fn cargo(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("Cargo runs");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_crate_has_a_readme_and_a_description() {
    let mut silent = Vec::new();
    for package in packages() {
        let folder = root().join("crates").join(package.folder());
        if !folder.join("README.md").is_file() {
            silent.push(format!("{}: no README.md in crates/{}", package.name, package.folder()));
        }
        if package.description.as_deref().unwrap_or_default().is_empty() {
            silent.push(format!("{}: no description in its Cargo.toml", package.name));
        }
    }
    assert_none(&silent, "crates that do not introduce themselves:");
}

#[test]
fn the_readme_of_a_library_is_its_documentation() {
    let libraries = files(&["rs"]).into_iter().filter(|file| file.path.ends_with("/src/lib.rs"));
    let others = libraries.filter(|file| !file.text.starts_with("#![doc = include_str!(\"../README.md\")]"));
    let others: Vec<_> = others.map(|file| file.path).collect();
    assert_none(&others, "libraries that say at their head something else than their README.md:");
}

#[test]
fn every_crate_is_on_the_code_map() {
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let map = architecture.split("\n## ").find(|section| section.starts_with("Code map")).unwrap_or_default();
    let unmapped = |package: &Package| !map.contains(&format!("`crates/{}`", package.folder()));
    let unmapped: Vec<_> = packages().into_iter().filter(unmapped).map(|package| package.name).collect();
    assert_none(&unmapped, "crates that the code map of ARCHITECTURE.md leaves out:");
}

#[test]
fn what_is_decided_once_is_taken_from_the_workspace() {
    let mut own = Vec::new();
    let manifests = files(&["toml"]).into_iter();
    for file in
        manifests.filter(|file| file.path.starts_with("crates/") && file.path.ends_with("/Cargo.toml"))
    {
        if !file.text.contains("[lints]\nworkspace = true\n") {
            own.push(format!("{}: lints of its own", file.path));
        }
        let mut section = "";
        for (place, line) in file.lines() {
            section = if line.starts_with('[') { line } else { section };
            let declares = !line.starts_with(['[', '#']) && line.contains('=');
            if section.ends_with("dependencies]") && declares && !line.contains("workspace = true") {
                own.push(format!("{place}: {line}"));
            }
        }
    }
    assert_none(
        &own,
        "versions live in [workspace.dependencies] and lints in [workspace.lints] of Cargo.toml:",
    );
}
