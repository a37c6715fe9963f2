//! The text of API keys. The checksum was made independently, by Python's zlib.

use proptest::prelude::*;
use tallykeep_domain::{ApiKeySecret, Rejection};

#[test]
fn a_key_has_the_form_that_scanners_look_for() {
    let key = ApiKeySecret::from_random(0..=247);
    assert_eq!(key.expose(), "tk_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp");
    assert_eq!(key.prefix(), "tk_01234");
}

#[test]
fn a_key_shows_only_its_prefix_to_a_log() {
    let key = ApiKeySecret::from_random(0..=247);
    assert_eq!(format!("{key:?}"), "ApiKeySecret(tk_01234…)");
}

#[test]
fn texts_of_another_form_are_no_key() {
    let good = ApiKeySecret::from_random(0..=247).expose().to_owned();
    let texts =
        ["", "tk_", &good[3..], &good[..good.len() - 1], &format!("{good}0"), &good.to_uppercase(), "tk_é"];
    for text in texts {
        let error = text.parse::<ApiKeySecret>().unwrap_err();
        assert_eq!(error.code(), "api_key_malformed", "{text:?}");
    }
}

proptest! {
    #[test]
    fn a_key_is_read_back(random in prop::collection::vec(any::<u8>(), 128)) {
        let key = ApiKeySecret::from_random(random);
        prop_assert!(ApiKeySecret::is_meant(key.expose()));
        prop_assert_eq!(key.expose().parse::<ApiKeySecret>(), Ok(key));
    }

    #[test]
    fn one_wrong_character_is_noticed(
        random in prop::collection::vec(any::<u8>(), 128),
        at in 3_usize..39,
        with in "[0-9A-Za-z]",
    ) {
        let key = ApiKeySecret::from_random(random).expose().to_owned();
        let mut mistyped = key.clone();
        mistyped.replace_range(at..=at, &with);
        prop_assert_eq!(mistyped.parse::<ApiKeySecret>().is_ok(), mistyped == key);
    }
}
