//! `docs/configuration.md`, which is generated from the settings and their doc comments.

use std::fmt::Write;

use tallykeep_service::settings::reference;
use tallykeep_standalone::DEFAULTS;
use tallykeep_test_support::assert_snapshot;

const INTRODUCTION: &str = "\
# Configuration

Every program reads its settings from three places; a later one wins:

1. the defaults below;
2. a TOML file, if `TALLYKEEP_CONFIG` names one: `TALLYKEEP__HTTP__LISTEN` is `listen` in the section `[http]` there;
3. the environment: `TALLYKEEP__SECTION__KEY`, with two underscores between the parts.

`TALLYKEEP__SECTION__KEY_FILE` names a file that holds the value; line feeds at its end do not count. It is meant for
what is marked *Secret* below, and works for every key. A key that is set both ways stops the start, and so does a key
that is unknown or a value that is wrong: the error names the key. A secret that is too short or still a placeholder is
refused.

This page is generated from the code; `scripts/test update` writes it.
";

#[test]
fn the_configuration_page_is_up_to_date() {
    assert_snapshot("docs/configuration.md", &page());
}

#[test]
fn every_key_has_a_default_a_meaning_and_its_secrets_marked() {
    let page = page();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split(" | ").collect();
        let [variable, default, meaning] = cells[..] else { panic!("{row} has {} cells", cells.len()) };
        assert!(default.starts_with('`') || ["none", "required"].contains(&default), "{row}");
        assert!(meaning.ends_with(". |"), "{row}: the meaning is a sentence");
        let secret = ["SECRET", "CREDENTIAL", "PASSWORD"];
        let secret = secret.iter().any(|word| variable.contains(word));
        assert_eq!(meaning.contains("Secret."), secret, "{row}");
    }
}

fn page() -> String {
    let shared = reference::<tallykeep_web::Settings>(&[]);
    let mut page = INTRODUCTION.to_owned();
    let mut section = |title: &str, text: &str, table: &str| {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {title}\n\n{text}\n\n{table}");
    };
    section("Every service", "`tallykeep-web` has no other settings.", &shared);
    let own = |table: String| differing(&table, &shared);
    let auth = reference::<tallykeep_auth::Settings>(&[]);
    section("tallykeep-auth", "Beside those of every service:", &own(auth));
    let ingest = reference::<tallykeep_ingest::Settings>(&[]);
    section("tallykeep-ingest", "Beside those of every service:", &own(ingest));
    let query = reference::<tallykeep_query::Settings>(&[]);
    section("tallykeep-query", "Beside those of every service:", &own(query));
    let worker = reference::<tallykeep_worker::Settings>(&[]);
    section("tallykeep-worker", "Beside those of every service:", &own(worker));
    let migrate = reference::<tallykeep_migrate::Settings>(&[]);
    section("tallykeep-migrate", "Beside `TALLYKEEP__TELEMETRY__…` of every service:", &own(migrate));
    let standalone = reference::<tallykeep_standalone::Settings>(DEFAULTS);
    let text = "Beside those of every service. Keys that stand there too have another default here. None is required:\n\
                the master secret is made at the first start and kept in the data folder.";
    section("tallykeep-standalone", text, &own(standalone));
    page
}

/// The rows of `table` that are not the same in `shared`, below its head.
fn differing(table: &str, shared: &str) -> String {
    let (head, rows): (Vec<_>, Vec<_>) = table.lines().enumerate().partition(|(index, _)| *index < 2);
    let rows = rows.into_iter().filter(|(_, row)| !shared.lines().any(|known| known == *row));
    head.into_iter().chain(rows).fold(String::new(), |table, (_, row)| table + row + "\n")
}
