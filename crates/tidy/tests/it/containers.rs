//! What the container files say in two places says the same in both.

use std::{collections::BTreeSet, fs};

use crate::repository::{assert_none, root};

const COMPOSE_FILES: [&str; 4] =
    ["compose.yaml", "compose.prod.yaml", "compose.mail.yaml", "traefik/compose.external.yaml"];
/// Compose and the scripts set these.
const NOT_THE_OPERATOR_S: [&str; 2] = ["COMPOSE_PROJECT_NAME", "TALLYKEEP_REVISION"];
/// Only the scripts read these: Compose knows no version but the one that runs.
const FOR_THE_SCRIPTS: [&str; 1] = ["TALLYKEEP_PREVIOUS_VERSION"];

/// Settings of the auth service that no installation in containers changes: which services there are, and mail that is
/// printed where somebody develops.
const NOT_FOR_CONTAINERS: [&str; 2] = ["TALLYKEEP__AUTH__ERASING_SERVICES", "TALLYKEEP__AUTH__MAIL__CONSOLE"];

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

fn is_variable(word: &str) -> bool {
    let letters = word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    letters && word.contains('_')
}

/// The variables that a compose file takes from the operator: each `${NAME…}`, and each `NAME:` or `- NAME` without a
/// value, which is passed on to a container.
fn asked_for(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let passed_on = line.strip_suffix(':').or(line.strip_prefix("- "));
        let braced = line.split("${").skip(1).map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
        });
        names.extend(passed_on.into_iter().chain(braced).filter(|word| is_variable(word)).map(str::to_owned));
    }
    names
}

/// The variables that a file of settings sets or tells the default of.
fn offered(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    let names = lines.filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    names.filter(|name| is_variable(name)).map(str::to_owned).collect()
}

#[test]
fn every_setting_of_the_compose_files_stands_in_the_example_and_no_other() {
    let mut asked: BTreeSet<_> = COMPOSE_FILES.iter().flat_map(|file| asked_for(&read(file))).collect();
    asked.retain(|name| !NOT_THE_OPERATOR_S.contains(&name.as_str()));
    let offered = offered(&read(".env.example"));
    let hidden = asked.difference(&offered).map(|name| format!("{name} is not in .env.example"));
    let known = |name: &&String| !name.starts_with("TALLYKEEP_") || FOR_THE_SCRIPTS.contains(&name.as_str());
    let idle = offered.difference(&asked).filter(|name| !known(name));
    let idle = idle.map(|name| format!("{name} is in .env.example, and nothing reads it"));
    assert_none(&hidden.chain(idle).collect::<Vec<_>>(), "settings that are not the same in both:");
}

/// Secrets come as files, each in its own way; a map has as many names as one likes.
#[test]
fn every_setting_of_the_auth_service_that_is_no_secret_can_be_set_in_containers() {
    let compose: String = COMPOSE_FILES.iter().map(|file| read(file)).collect();
    let reference = read("docs/configuration.md");
    let rows = reference.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let settings = rows.filter(|(name, meaning)| {
        name.starts_with("TALLYKEEP__AUTH__") && is_variable(name) && !meaning.contains("Secret. |")
    });
    let settings: BTreeSet<_> = settings.map(|(name, _)| name).collect();
    assert!(settings.len() > 10, "{settings:?}");
    let missing = settings.into_iter().filter(|name| {
        let passed_on = [format!(" {name}:"), format!(" {name}_FILE:")];
        !NOT_FOR_CONTAINERS.contains(name) && !passed_on.iter().any(|text| compose.contains(text))
    });
    let missing: Vec<_> = missing.map(str::to_owned).collect();
    assert_none(&missing, "settings of the auth service that no compose file passes on:");
}

#[test]
fn images_are_built_by_the_rust_that_everybody_else_has() {
    let toolchain = read("rust-toolchain.toml");
    let version = toolchain.lines().find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"'));
    let dockerfile = read("docker/Dockerfile");
    let mut images = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM rust:"));
    let image = images.next().and_then(|tag| tag.split('-').next());
    let (version, image) = version.zip(image).expect("both name a version");
    assert!(
        version == image || version.starts_with(&format!("{image}.")),
        "{version} here, {image} in the image"
    );
}

#[test]
fn variables_are_found_where_compose_takes_them_from() {
    let text = "a: ${ONE_A:-x}/${TWO_B-${THREE_C:?no}}\n  FOUR_D:\n  - FIVE_E\n  - SIX_F=${SEVEN_G}\n# ${EIGHT_H}\nNINE_I: x\n";
    let expected = ["FIVE_E", "FOUR_D", "ONE_A", "SEVEN_G", "THREE_C", "TWO_B"];
    assert_eq!(asked_for(text).into_iter().collect::<Vec<_>>(), expected);
    let text = "# Prose: A_B is = 1\nONE_A=1\n# TWO_B=2\n#THREE_C=3\n";
    assert_eq!(offered(text).into_iter().collect::<Vec<_>>(), ["ONE_A", "TWO_B"]);
}
