//! What a crate may know. Arrows between crates point one way, and some knowledge has one room only.

use std::collections::BTreeSet;

use crate::{
    crates::{cargo, packages},
    repository::{assert_none, files},
};

/// A crate depends on crates of earlier rows only. So no service depends on another, and nothing that is shared knows
/// who shares it.
const LAYERS: [&[&str]; 6] = [
    &["domain", "embedded-postgres"],
    &["database"],
    &["service", "store"],
    &["auth", "example", "ingest", "migrate", "query", "web", "worker"],
    &["standalone"],
    &["bench", "crash-test", "edge-tests", "test-support", "tidy"],
];

#[test]
fn arrows_between_crates_point_one_way() {
    let layer = |folder: &str| LAYERS.iter().position(|layer| layer.contains(&folder));
    let packages = packages();
    let mut wrong = Vec::new();
    for package in &packages {
        let Some(own) = layer(package.folder()) else {
            wrong.push(format!("{} stands in no layer", package.name));
            continue;
        };
        let needed = packages.iter().filter(|other| package.dependencies.contains(&other.name));
        let upward = needed.filter(|other| layer(other.folder()).is_none_or(|other| other >= own));
        wrong.extend(upward.map(|other| format!("{} depends on {}", package.name, other.name)));
    }
    assert_none(&wrong, "arrows that do not point to an earlier row of LAYERS:");
}

#[test]
fn the_domain_knows_neither_http_nor_the_database_nor_a_runtime() {
    let found = needed_by("tallykeep-domain", &["actix-web", "diesel", "reqwest", "tokio"]);
    assert_none(&found, "crates that tallykeep-domain brings along:");
}

#[test]
fn the_database_and_the_store_know_nothing_of_http() {
    let http = ["actix-web", "actix-http", "reqwest"];
    let found: Vec<_> = ["tallykeep-database", "tallykeep-store"]
        .into_iter()
        .flat_map(|name| needed_by(name, &http))
        .collect();
    assert_none(&found, "crates that the database and the store bring along:");
}

#[test]
fn openssl_is_not_linked() {
    let found = needed_by("tallykeep-standalone", &["native-tls", "openssl-sys"]);
    assert_none(&found, "TLS is rustls, cryptography is aws-lc-rs; yet there comes along:");
}

#[test]
fn sql_is_written_below_the_services_only() {
    let rooms = ["database", "migrate", "standalone", "store", "test-support"];
    let found = lines_outside(&rooms, &["sql_query", "dsl::sql", "sql::<", "batch_execute"]);
    assert_none(&found, "hand-written SQL outside of database, store and what sets up a database:");
}

#[test]
fn only_the_auth_service_can_sign() {
    // In tests another provider signs, too.
    let found =
        lines_outside(&["auth", "test-support"], &["EncodingKey", "Ed25519KeyPair", "jsonwebtoken::encode"]);
    assert_none(&found, "signing outside of tallykeep-auth:");
}

#[test]
fn only_the_store_knows_how_samples_lie_on_disk() {
    let tables = [
        "segments::",
        "chunks::",
        "metrics::segments",
        "metrics::chunks",
        "metrics.segments",
        "metrics.chunks",
    ];
    // A benchmark looks at how much waits to be compacted.
    let mut found = lines_outside(&["bench", "store"], &tables);
    // Where Diesel is told what tables there are.
    found.retain(|line| !line.starts_with("crates/database/src/schema/"));
    assert_none(&found, "tables of the sample store that are named outside of tallykeep-store:");
}

#[test]
fn json_comes_in_by_one_extractor() {
    // The framework's own reads a list as a struct. As an answer it is as good as any.
    let found =
        lines_outside(&[], &[": web::Json<", "web::Json(body)", ": actix_web::web::Json<", "web::Either<"]);
    assert_none(&found, "bodies that are not received by tallykeep_service::Json:");
}

#[test]
fn what_is_said_goes_to_the_log() {
    // A benchmark prints its figures, and a test that goes on for long how it goes.
    let found = lines_outside(&["bench", "crash-test"], &["println!", "print!(", "eprint!("]);
    assert_none(&found, "text that is printed past the log:");
}

/// Which of `unwanted` come with `package`, by whatever way.
fn needed_by(package: &str, unwanted: &[&str]) -> Vec<String> {
    let tree = cargo(&["tree", "--locked", "--package", package, "--edges=normal", "--prefix=none"]);
    let names: BTreeSet<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(package), "cargo tree has changed what it writes:\n{tree}");
    unwanted.iter().filter(|name| names.contains(*name)).map(|name| format!("{package}: {name}")).collect()
}

/// The lines of programs outside of the crates `rooms` that hold one of `texts`.
fn lines_outside(rooms: &[&str], texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files(&["rs"]) {
        if file.source_of().is_none_or(|name| rooms.contains(&name)) {
            continue;
        }
        let holds = |line: &str| texts.iter().any(|text| line.contains(text));
        found.extend(
            file.lines()
                .filter(|(_, line)| holds(line))
                .map(|(place, line)| format!("{place}: {}", line.trim())),
        );
    }
    found
}
