//! Which PostgreSQL on the machine is used.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Error, install};

/// The oldest major version that Tallykeep supports.
pub(crate) const MINIMUM_MAJOR: u32 = 15;

const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// Where packages put the programs when not on `PATH`; `*` stands for the rest of a folder's name.
const PACKAGED: [&str; 8] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/lib/postgresql*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

/// The folder with the programs for a new cluster: `setting` if there is one, else the first supported version found.
pub(crate) fn for_new_cluster(setting: Option<&Path>) -> Result<PathBuf, Error> {
    let places = setting.map_or_else(places, |folder| vec![folder.to_owned()]);
    choose(&places, |major| major >= MINIMUM_MAJOR)
        .map_err(|looked_in| Error::NotInstalled { install: install::advice(None), looked_in })
}

/// The folder with the programs that can read `data`, which PostgreSQL `major` made: no other version can.
pub(crate) fn for_data(setting: Option<&Path>, data: &Path, major: &str) -> Result<PathBuf, Error> {
    let mut all = Vec::new();
    if let Some(folder) = setting {
        all.push(folder.to_owned());
        all.extend(sibling(folder, major));
    }
    all.extend(places());
    choose(&all, |found| found.to_string() == major).map_err(|looked_in| Error::OtherVersion {
        data: data.to_owned(),
        major: major.to_owned(),
        install: install::advice(Some(major)),
        looked_in,
    })
}

/// The first place whose version is `wanted`, or what was found at each.
fn choose(places: &[PathBuf], wanted: impl Fn(u32) -> bool) -> Result<PathBuf, Vec<String>> {
    let mut looked_in = Vec::new();
    for folder in places {
        match inspect(folder) {
            Ok(major) if wanted(major) => return Ok(folder.clone()),
            Ok(major) => looked_in.push(format!("{}: PostgreSQL {major}", folder.display())),
            Err(reason) => looked_in.push(format!("{}: {reason}", folder.display())),
        }
    }
    Err(looked_in)
}

/// The major version of the programs in `folder`, or what is wrong there.
fn inspect(folder: &Path) -> Result<u32, String> {
    if let Some(missing) = PROGRAMS.iter().find(|program| !folder.join(program).is_file()) {
        return Err(format!("no {missing}"));
    }
    let said = said_by(&folder.join("postgres"), "--version").ok_or("postgres does not run")?;
    major_in(&said).ok_or_else(|| format!("no version in {said:?}"))
}

/// The major version in `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` or `postgres (PostgreSQL) 18beta1`.
fn major_in(said: &str) -> Option<u32> {
    let version = said.split_once("(PostgreSQL) ")?.1;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn said_by(program: &Path, argument: &str) -> Option<String> {
    let output =
        Command::new(program).arg(argument).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// `/opt/postgresql/15/bin` beside `/opt/postgresql/17/bin`.
fn sibling(folder: &Path, major: &str) -> Option<PathBuf> {
    Some(folder.parent()?.parent()?.join(major).join(folder.file_name()?))
}

/// Every folder to look in, in order, each once.
fn places() -> Vec<PathBuf> {
    let asked = said_by(Path::new("pg_config"), "--bindir").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let all = asked.into_iter().chain(env::split_paths(&path)).chain(PACKAGED.iter().flat_map(|p| expand(p)));
    let mut places = Vec::new();
    for folder in all.filter(|folder| folder.is_absolute()) {
        if !places.contains(&folder) {
            places.push(folder);
        }
    }
    places
}

/// The folders that match, newest version first; the pattern itself when none does, so that an error can show it.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((version_behind(prefix, &entry.file_name())?, entry.path())))
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    if found.is_empty() {
        return vec![PathBuf::from(pattern)];
    }
    found.into_iter().map(|(_, folder)| folder.join(after.trim_start_matches('/'))).collect()
}

/// 17 in `postgresql@17`; 0 for a name without a number, such as `latest`.
fn version_behind(prefix: &str, name: &OsStr) -> Option<u32> {
    let version = name.to_str()?.strip_prefix(prefix)?;
    Some(version.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Programs that answer `--version` as PostgreSQL does, and nothing else.
    fn install(folder: &Path, version: &str) {
        fs::create_dir_all(folder).unwrap();
        for program in PROGRAMS {
            let path = folder.join(program);
            fs::write(&path, format!("#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    #[test]
    fn an_old_postgresql_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        install(folder.path(), "14.9 (Debian 14.9-1)");
        let error = for_new_cluster(Some(folder.path())).unwrap_err().to_string();
        assert!(error.contains("found no PostgreSQL 15 or newer; install"), "{error}");
        assert!(error.contains(&format!("{}: PostgreSQL 14", folder.path().display())), "{error}");
    }

    #[test]
    fn a_setting_without_programs_is_not_passed_over_for_another_place() {
        let folder = tempfile::tempdir().unwrap();
        let error = for_new_cluster(Some(folder.path())).unwrap_err().to_string();
        assert!(error.ends_with(&format!("{}: no initdb", folder.path().display())), "{error}");
    }

    #[test]
    fn data_is_read_by_the_version_that_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("91/bin"), folder.path().join("90/bin"));
        install(&new, "91.1");
        install(&old, "90.7");
        assert_eq!(for_data(Some(&new), Path::new("data"), "90").unwrap(), old);
        assert_eq!(for_data(Some(&new), Path::new("data"), "91").unwrap(), new);
    }

    #[test]
    fn packaged_versions_are_tried_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["pgsql-9", "pgsql-17", "pgsql-16", "other-18"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let pattern = format!("{}/pgsql-*/bin", folder.path().display());
        let expected = ["pgsql-17/bin", "pgsql-16/bin", "pgsql-9/bin"].map(|name| folder.path().join(name));
        assert_eq!(expand(&pattern), expected);
    }

    #[test]
    fn a_pattern_without_a_match_is_still_shown() {
        let error = choose(&expand("/nowhere/pgsql-*/bin"), |_| true).unwrap_err();
        assert_eq!(error, ["/nowhere/pgsql-*/bin: no initdb"]);
    }

    #[test]
    fn the_major_version_is_read_from_releases_and_previews() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_in("postgres (PostgreSQL) 9.6.24"), Some(9));
        assert_eq!(major_in("something else"), None);
    }
}
