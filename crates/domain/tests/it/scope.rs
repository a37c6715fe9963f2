//! Scopes.

use proptest::{collection::vec, prelude::*, sample::select};
use tallykeep_domain::{Scope, Scopes};

use crate::refusal;

#[test]
fn scopes_are_read_as_oauth_writes_them() {
    for (text, canonical) in [
        ("", ""),
        ("  ", ""),
        ("metrics:read", "metrics:read"),
        ("metrics:write metrics:read", "metrics:read metrics:write"),
        (" metrics:write\tmetrics:write ", "metrics:write"),
        ("tools:access metrics:read", "metrics:read tools:access"),
    ] {
        assert_eq!(text.parse::<Scopes>().unwrap().to_string(), canonical, "{text:?}");
    }
    assert_eq!(Scopes::all().to_string(), "metrics:read metrics:write tools:access");
    assert!(Scopes::default().is_empty());
}

#[test]
fn an_unknown_scope_refuses_them_all() {
    let long = "m".repeat(10_240);
    for (text, shown) in [
        ("admin", "\"admin\""),
        ("metrics:read admin metrics:write", "\"admin\""),
        ("metrics:read,metrics:write", "\"metrics:read,metrics:write\""),
        ("Metrics:Read", "\"Metrics:Read\""),
        ("metrics:read\0", "\"metrics:read\\0\""),
        ("metrics:read\u{a0}metrics:write", "\"metrics:read\\u{a0}metrics:write\""),
        (&long, &format!("{:?}", &long[..64])),
    ] {
        let expected = format!("{shown} is no scope; expected metrics:read, metrics:write or tools:access");
        assert_eq!(refusal(text.parse::<Scopes>()), (expected, "scope_unknown"), "{text:?}");
    }
    let expected = "\"\" is no scope; expected metrics:read, metrics:write or tools:access";
    assert_eq!(refusal("".parse::<Scope>()), (expected.to_owned(), "scope_unknown"));
}

proptest! {
    #[test]
    fn scopes_are_a_set_whatever_the_order(words in vec(select(&Scope::ALL[..]), 0..6)) {
        let scopes: Scopes = words.iter().copied().collect();
        prop_assert_eq!(scopes.to_string().parse::<Scopes>()?, scopes.clone());
        prop_assert_eq!(words.iter().rev().copied().collect::<Scopes>(), scopes.clone());
        for scope in Scope::ALL {
            prop_assert_eq!(scopes.contains(scope), words.contains(&scope));
            prop_assert_eq!(scopes.iter().filter(|&each| each == scope).count(), usize::from(words.contains(&scope)));
        }
        prop_assert_eq!(scopes.is_empty(), words.is_empty());
    }
}
