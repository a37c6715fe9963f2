//! How PostgreSQL is installed on this system.

use std::fs;

/// A sentence that tells the operator what to install: the given major version, or the system's usual one.
pub(crate) fn advice(major: Option<&str>) -> String {
    if cfg!(target_os = "macos") {
        return run(&format!("brew install postgresql@{}", major.unwrap_or("17")));
    }
    advice_for(&fs::read_to_string("/etc/os-release").unwrap_or_default(), major)
}

/// `os_release` is the text of os-release(5).
fn advice_for(os_release: &str, major: Option<&str>) -> String {
    families(os_release).into_iter().find_map(|family| command(&family, major)).map_or_else(
        || {
            let version = major.unwrap_or("15 or newer");
            format!("install the PostgreSQL server, version {version}, with this system's package manager")
        },
        |command| run(&command),
    )
}

fn run(command: &str) -> String {
    format!("install it with `{command}`")
}

/// The system's own name first, then those it descends from, nearest first.
fn families(os_release: &str) -> Vec<String> {
    let value = |key: &str| {
        os_release
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap_or_default()
            .trim_matches(['"', '\''])
    };
    value("ID=").split_whitespace().chain(value("ID_LIKE=").split_whitespace()).map(str::to_owned).collect()
}

fn command(family: &str, major: Option<&str>) -> Option<String> {
    let command = match (family, major) {
        ("debian" | "ubuntu", None) => "apt-get install postgresql".to_owned(),
        ("debian" | "ubuntu", Some(major)) => format!("apt-get install postgresql-{major}"),
        ("fedora" | "rhel" | "centos", None) => "dnf install postgresql-server".to_owned(),
        ("fedora" | "rhel" | "centos", Some(major)) => format!("dnf install postgresql{major}-server"),
        ("alpine", None) => "apk add postgresql".to_owned(),
        ("alpine", Some(major)) => format!("apk add postgresql{major}"),
        ("arch", None) => "pacman -S postgresql".to_owned(),
        // Arch keeps exactly one older version.
        ("arch", Some(_)) => "pacman -S postgresql-old-upgrade".to_owned(),
        ("suse" | "opensuse", None) => "zypper install postgresql-server".to_owned(),
        ("suse" | "opensuse", Some(major)) => format!("zypper install postgresql{major}-server"),
        _ => return None,
    };
    Some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(os_release: &str, newest: &str, fifteen: &str) {
        assert_eq!(advice_for(os_release, None), format!("install it with `{newest}`"));
        assert_eq!(advice_for(os_release, Some("15")), format!("install it with `{fifteen}`"));
    }

    #[test]
    fn each_system_is_told_its_own_command() {
        check("NAME=\"Debian\"\nID=debian\n", "apt-get install postgresql", "apt-get install postgresql-15");
        check("ID=fedora\n", "dnf install postgresql-server", "dnf install postgresql15-server");
        check("ID=alpine\n", "apk add postgresql", "apk add postgresql15");
        check("ID=arch\n", "pacman -S postgresql", "pacman -S postgresql-old-upgrade");
        check(
            "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n",
            "zypper install postgresql-server",
            "zypper install postgresql15-server",
        );
    }

    #[test]
    fn a_derived_system_is_told_the_command_of_its_family() {
        check(
            "ID_LIKE=\"ubuntu debian\"\nID=linuxmint\n",
            "apt-get install postgresql",
            "apt-get install postgresql-15",
        );
        check(
            "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n",
            "dnf install postgresql-server",
            "dnf install postgresql15-server",
        );
    }

    #[test]
    fn an_unknown_system_is_told_the_version() {
        assert!(advice_for("ID=nixos\n", None).contains("version 15 or newer"));
        assert!(advice_for("", Some("16")).contains("version 16"));
    }
}
