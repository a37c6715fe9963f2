//! Words that somebody who wants to get into one account tries first: those of the account, and this product's name.

use tallykeep_domain::EmailAddress;

const PRODUCT: &str = "tallykeep";
/// A shorter word is found by chance in many a good password.
const SHORTEST: usize = 3;

/// Whether `password`, in lower case, is nothing but words of the account at `address`, digits and punctuation.
pub(super) fn is_predictable(password: &str, address: &EmailAddress) -> bool {
    let mut rest = password.to_owned();
    for word in words(address) {
        rest = rest.replace(&word, "");
    }
    rest.len() < password.len() && !rest.chars().any(char::is_alphabetic)
}

/// The words, the longest first, so that none takes a piece out of another.
fn words(address: &EmailAddress) -> Vec<String> {
    let address = address.as_str().to_lowercase();
    let halves = address.split('@');
    let pieces = address.split(|c: char| !c.is_alphanumeric());
    let mut words: Vec<_> = halves
        .chain(pieces)
        .chain([PRODUCT])
        .filter(|word| word.chars().count() >= SHORTEST && word.chars().any(char::is_alphabetic))
        .map(str::to_owned)
        .collect();
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_predictable_for(address: &str, password: &str) -> bool {
        is_predictable(password, &address.parse().unwrap())
    }

    #[test]
    fn words_of_the_account_with_digits_and_punctuation_are_predictable() {
        for password in [
            "tallykeep!",
            "tallykeep2026",
            "1815-lovelace",
            "ada.lovelace",
            "ada.lovelace@example.org",
            "example.org.1",
            "adalovelace1",
            "!!ada!!1815!!",
            "lovelaceada2026",
            "tallykeeptallykeep",
            "exampleada.",
        ] {
            assert!(is_predictable_for("ada.lovelace@example.org", password), "{password}");
        }
    }

    #[test]
    fn anything_more_than_that_is_not() {
        for password in
            ["tallykeeper1", "canada-2026-", "the analytical engine", "lovelace and babbage", "73516094281"]
        {
            assert!(!is_predictable_for("ada.lovelace@example.org", password), "{password}");
        }
    }

    #[test]
    fn a_short_word_or_a_number_in_the_address_makes_nothing_predictable() {
        assert!(!is_predictable_for("x@a.io", "x1x2x3x4x5x6"));
        assert!(!is_predictable_for("735@example.org", "73516094281"));
    }
}
