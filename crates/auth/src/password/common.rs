//! Passwords that are tried first. `common.md` says where the list comes from.

use std::{collections::HashSet, sync::LazyLock};

const LIST: &str = include_str!("common.txt");

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| LIST.lines().collect());

/// Whether `password`, in lower case, is one of them.
pub(super) fn is_common(password: &str) -> bool {
    COMMON.contains(password.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_long_and_holds_nothing_that_another_rule_refuses() {
        assert!(COMMON.len() >= 9_000, "{}", COMMON.len());
        for password in LIST.lines() {
            assert!((10..=256).contains(&password.len()), "{password}");
            assert!(password.is_ascii() && password == password.to_lowercase().trim(), "{password}");
        }
        assert!(LIST.lines().is_sorted());
    }
}
