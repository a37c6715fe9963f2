//! Migrations expand before they contract: what a release still uses is taken away by a later one. So the services of
//! the release before go on working on the new schema, and `scripts/rollback` needs no migration back.

use std::{fs, path::Path};

use crate::repository::{assert_none, root};

/// What a migration that takes something away begins with: the migration that brought what stands in its place.
const CONTRACTS: &str = "-- contracts ";
/// What a migration says of a check that it replaces by one that lets through all that the old one did, and more.
const LOOSENS: &str = "-- loosens ";

/// A migration, by the name of its folder.
struct Migration {
    name: String,
    sql: String,
}

impl Migration {
    /// The migration that it names as its expand step.
    fn expanded_by(&self) -> Option<&str> {
        self.sql.lines().find_map(|line| line.strip_prefix(CONTRACTS)).map(str::trim)
    }

    /// What it takes away or tightens, statement by statement.
    fn losses(&self) -> Vec<String> {
        let code: Vec<&str> =
            self.sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        let code = code.join("\n").to_lowercase();
        let statements = code.split(';').map(|statement| statement.split_whitespace().collect::<Vec<_>>());
        let loosened: Vec<&str> = self.sql.lines().filter_map(|line| line.strip_prefix(LOOSENS)).collect();
        statements
            .filter(|words| !loosened.iter().any(|check| replaces(words, check)))
            .filter_map(|words| loss(&words).map(|loss| format!("{loss}: {}", words.join(" "))))
            .collect()
    }
}

/// Whether the statement does nothing but replace the constraint `check` by a check of the same name.
fn replaces(words: &[&str], check: &str) -> bool {
    let dropped = format!("{check},");
    let begins = ["drop", "constraint", &dropped, "add", "constraint", check, "check"];
    let actions = words.iter().filter(|word| ["add", "drop", "alter", "rename"].contains(word)).count();
    matches!(words, ["alter", "table", _, rest @ ..] if rest.starts_with(&begins)) && actions == 3
}

/// How the statement breaks the services of the release before, if it does.
fn loss(words: &[&str]) -> Option<&'static str> {
    let follow = |first: &str, second: &[&str]| {
        words.windows(2).any(|pair| pair[0] == first && second.contains(&pair[1]))
    };
    let has = |word: &str| words.contains(&word);
    match words {
        ["truncate" | "delete", ..] => Some("empties a table"),
        // Even an index: `on conflict` names what it makes unique.
        ["drop", ..] => Some("drops what a statement may rely on"),
        // What everybody has is no right that a service relies on.
        ["revoke", .., "public"] => None,
        ["revoke", ..] => Some("takes a right"),
        ["alter", ..] if has("rename") => Some("renames"),
        ["alter", "table", ..] => {
            let kept = ["default", "not", "identity", "expression"];
            let drops = words.windows(2).any(|pair| pair[0] == "drop" && !kept.contains(&pair[1]));
            // A column at a time: the default of one does not fill another.
            let columns = words.split(|word| word.ends_with(','));
            let new_and_required = has("add")
                && columns.into_iter().any(|words| {
                    let forbids =
                        words.windows(2).any(|pair| pair == ["not", "null"]) || words.ends_with(&["not"]);
                    forbids && !words.contains(&"default") && !words.contains(&"generated")
                });
            [
                (drops, "drops a column or a constraint"),
                (follow("add", &["constraint", "check", "unique"]), "forbids what is still written"),
                (has("type"), "changes a type"),
                (follow("set", &["not"]), "forbids nulls that are still written"),
                (new_and_required, "wants a value that nobody writes yet"),
            ]
            .into_iter()
            .find_map(|(breaks, how)| breaks.then_some(how))
        }
        _ => None,
    }
}

/// What breaks the rule. `released` are the last migrations of each release, oldest first.
fn breaches(migrations: &[Migration], released: &[&str]) -> Vec<String> {
    // In which release a migration came, counted from the oldest; one that is not released yet comes after them all.
    let release_of = |name: &str| released.iter().position(|last| name <= *last).unwrap_or(released.len());
    let mut breaches = Vec::new();
    for migration in migrations {
        let Some(first) = migration.losses().into_iter().next() else { continue };
        let Migration { name, .. } = migration;
        match migration.expanded_by() {
            None => breaches.push(format!("{name} {first}; it does not say what it {}", CONTRACTS.trim())),
            Some(expand) if !migrations.iter().any(|other| other.name == expand) => {
                breaches.push(format!("{name} contracts {expand}, which does not exist"));
            }
            Some(expand) if release_of(expand) >= release_of(name) => {
                breaches.push(format!("{name} contracts {expand}, which was not released before it"));
            }
            Some(_) => {}
        }
    }
    breaches
}

fn migrations(folder: &Path) -> Vec<Migration> {
    let folders = fs::read_dir(folder).expect("there are migrations").map_while(Result::ok);
    let mut found: Vec<Migration> = folders
        .filter(|entry| entry.path().is_dir())
        .map(|entry| Migration {
            name: entry.file_name().to_string_lossy().into_owned(),
            sql: fs::read_to_string(entry.path().join("up.sql")).expect("a migration has an up.sql"),
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

#[test]
fn a_migration_takes_away_only_what_a_release_has_done_without() {
    let folder = root().join("migrations");
    let releases = fs::read_to_string(folder.join("releases.txt")).expect("migrations/releases.txt is there");
    let released: Vec<&str> = releases
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(' ').expect("a line is VERSION MIGRATION").1)
        .collect();
    let migrations = migrations(&folder);
    for last in &released {
        assert!(migrations.iter().any(|migration| migration.name == *last), "releases.txt: no {last}");
    }
    assert_none(&breaches(&migrations, &released), "migrations/README.md: expand, then contract");
}

fn migration(name: &str, sql: &str) -> Migration {
    Migration { name: name.to_owned(), sql: sql.to_owned() }
}

#[test]
fn each_kind_of_loss_is_seen() {
    for sql in [
        "drop table metrics.samples;",
        "alter table metrics.samples drop column value;",
        "alter table metrics.samples drop value;",
        "ALTER TABLE metrics.samples\n  RENAME COLUMN value TO number;",
        "alter table metrics.samples alter column value type numeric;",
        "alter table metrics.samples alter column value set not null;",
        "alter table metrics.samples add column unit text not null;",
        "revoke select on metrics.samples from tallykeep_query;",
        "truncate metrics.samples;",
        "create table a (b int); drop view metrics.latest;",
        "drop index metrics.samples_key;",
        "delete from metrics.samples;",
        "alter table metrics.samples drop constraint samples_key;",
        "alter table metrics.samples add constraint samples_check check (value > 0);",
        "alter table metrics.samples add column a text default '', add column b text not null;",
        "alter table a drop constraint a_check, add constraint a_check check (b > 0);",
        "-- loosens a_check\nalter table a drop constraint a_check;",
        "-- loosens a_check\nalter table a drop constraint b_check, add constraint b_check check (b > 0);",
        "-- loosens a_check\nalter table a drop constraint a_check, add constraint a_check check (b > 0), drop b;",
    ] {
        assert_eq!(migration("1", sql).losses().len(), 1, "{sql}");
    }
}

#[test]
fn what_only_adds_or_loosens_is_no_loss() {
    for sql in [
        "create table metrics.tags (name text not null, type text not null);",
        "alter table metrics.samples add column unit text;",
        "alter table metrics.samples add column unit text not null default '';",
        "alter table metrics.samples alter column value drop not null;",
        "-- drop table metrics.samples;\ncreate index on metrics.samples (value);",
        "revoke all on schema public from public;",
        "-- loosens a_check\nalter table a drop constraint a_check, add constraint a_check check (b in ('c', 'd'));",
    ] {
        assert_eq!(migration("1", sql).losses(), [""; 0], "{sql}");
    }
}

#[test]
fn a_loss_needs_its_expand_step_in_an_earlier_release() {
    let expand = || migration("1_expand", "alter table a add column c text;");
    let contract = |head: &str| migration("3_contract", &format!("{head}\nalter table a drop column b;"));
    let named = "-- contracts 1_expand";
    assert_eq!(breaches(&[expand(), contract(named)], &["2_last"]), [""; 0]);
    assert!(breaches(&[expand(), contract("")], &["2_last"])[0].contains("does not say"));
    assert!(breaches(&[expand(), contract(named)], &[])[0].contains("not released before"));
    assert!(breaches(&[expand(), contract(named)], &["4_last"])[0].contains("not released before"));
    assert!(breaches(&[contract(named)], &["2_last"])[0].contains("does not exist"));
}
