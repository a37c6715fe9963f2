//! Labels and their canonical form.

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::Index,
};
use tallykeep_domain::{LabelName, Labels, LabelsError, MAX_LABELS};

use crate::refusal;

fn labels(pairs: &[(&str, &str)]) -> Result<Labels, LabelsError> {
    Labels::new(pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())))
}

fn name(text: &str) -> LabelName {
    LabelName::try_from(text.to_owned()).unwrap()
}

fn numbered(count: usize) -> Result<Labels, LabelsError> {
    Labels::new((0..count).map(|n| (format!("label{n}"), n.to_string())))
}

#[test]
fn labels_are_sorted_by_name() {
    let labels = labels(&[("host", "a"), ("core", "1"), ("_zone", "Küche ☕")]).unwrap();
    let pairs: Vec<_> = labels.iter().collect();
    assert_eq!(pairs, [("_zone", "Küche ☕"), ("core", "1"), ("host", "a")]);
    assert_eq!(labels.to_string(), r#"{_zone="Küche ☕",core="1",host="a"}"#);
    assert_eq!(serde_json::to_string(&labels).unwrap(), r#"{"_zone":"Küche ☕","core":"1","host":"a"}"#);
    assert_eq!(labels.get(&name("core")), Some("1"));
    assert_eq!(labels.get(&name("cor")), None);
}

#[test]
fn a_series_without_labels_is_a_series() {
    let none = labels(&[]).unwrap();
    assert!(none.is_empty());
    assert_eq!(none, Labels::default());
    assert_eq!(none.to_string(), "{}");
    assert_eq!(serde_json::to_string(&none).unwrap(), "{}");
}

#[test]
fn a_quote_in_a_value_cannot_end_it() {
    let labels = labels(&[("a", "1\",b=\"2\\")]).unwrap();
    assert_eq!(labels.to_string(), r#"{a="1\",b=\"2\\"}"#);
}

#[test]
fn the_bounds_themselves_are_let_in() {
    assert_eq!(numbered(MAX_LABELS).unwrap().iter().len(), 32);
    assert!(labels(&[(&"n".repeat(128), &"v".repeat(1024))]).is_ok());
}

#[test]
fn other_labels_are_refused_with_their_reason() {
    let long = "x".repeat(10_240);
    let cut = "x".repeat(64);
    for (pairs, message, code) in [
        (&[("", "a")][..], "the label name \"\" is empty", "label_invalid"),
        (&[("\t", "a")], "the label name \"\\t\" is empty", "label_invalid"),
        (
            &[(&long, "a")],
            &format!("the label name \"{cut}\" is 10240 bytes long; the most is 128"),
            "label_invalid",
        ),
        (&[("ho\0st", "a")], "the label name \"ho\\0st\" has a control character at byte 2", "label_invalid"),
        (&[("host ", "a")], "the label name \"host \" begins or ends with white space", "label_invalid"),
        (
            &[("__name__", "a")],
            "the label name \"__name__\" begins with __, which is reserved",
            "label_invalid",
        ),
        (&[("__", "a")], "the label name \"__\" begins with __, which is reserved", "label_invalid"),
        (&[("host", "")], "the value of the label \"host\" is empty", "label_invalid"),
        (
            &[("host", &long)],
            "the value of the label \"host\" is 10240 bytes long; the most is 1024",
            "label_invalid",
        ),
        (
            &[("host", "é\x7f")],
            "the value of the label \"host\" has a control character at byte 2",
            "label_invalid",
        ),
        (
            &[("host", "\u{3000}a")],
            "the value of the label \"host\" begins or ends with white space",
            "label_invalid",
        ),
        (
            &[("host", "a"), ("core", "1"), ("host", "b")],
            "the label \"host\" is given twice",
            "label_duplicate",
        ),
        (&[("host", "a"), ("host", "a")], "the label \"host\" is given twice", "label_duplicate"),
    ] {
        assert_eq!(refusal(labels(pairs)), (message.to_owned(), code), "{pairs:?}");
    }
    let too_many = ("33 labels; the most is 32".to_owned(), "labels_too_many");
    assert_eq!(refusal(numbered(MAX_LABELS + 1)), too_many);
}

#[test]
fn filters_split_at_the_first_equals_sign() {
    let parsed = Labels::parse_all(["query=a=b", "host=x"]).unwrap();
    assert_eq!(parsed, labels(&[("host", "x"), ("query", "a=b")]).unwrap());
}

#[test]
fn filters_of_another_form_are_refused() {
    let long = "x".repeat(10_240);
    for (filter, message) in [
        ("host", "\"host\" is no label; expected name=value"),
        ("", "\"\" is no label; expected name=value"),
        (&long, &format!("\"{}\" is no label; expected name=value", &long[..64])),
        ("=a", "the label name \"\" is empty"),
        ("host=", "the value of the label \"host\" is empty"),
    ] {
        let expected = (message.to_owned(), "label_invalid");
        assert_eq!(refusal(Labels::parse_all(["core=1", filter])), expected, "{filter:?}");
    }
    let twice = ("the label \"a\" is given twice".to_owned(), "label_duplicate");
    assert_eq!(refusal(Labels::parse_all(["a=1", "a=2"])), twice);
}

/// The digests are stored: another algorithm would make every series a new one. Made with Python's hashlib.
#[test]
fn fingerprints_stay_what_they_are() {
    let hex = |labels: &Labels| -> String {
        labels.fingerprint().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    };
    assert_eq!(hex(&Labels::default()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(
        hex(&labels(&[("host", "münchen"), ("core", "1")]).unwrap()),
        "e6f8e63c202730d6129553ba6600b772953706f03d91a788d93fa0ee759a5138"
    );
}

#[test]
fn grouping_keeps_only_the_labels_asked_for() {
    let all = labels(&[("host", "a"), ("core", "1"), ("zone", "z")]).unwrap();
    let kept = all.only(&[name("zone"), name("core"), name("absent"), name("core")]);
    assert_eq!(kept, labels(&[("core", "1"), ("zone", "z")]).unwrap());
    assert_eq!(all.only(&[]), Labels::default());
}

#[test]
fn letters_that_move_between_labels_change_the_fingerprint() {
    let sets = [
        labels(&[("a", "bc")]).unwrap(),
        labels(&[("ab", "c")]).unwrap(),
        labels(&[("a", "b"), ("c", "d")]).unwrap(),
        labels(&[("a", "bcd")]).unwrap(),
        labels(&[("abc", "d")]).unwrap(),
    ];
    for (n, one) in sets.iter().enumerate() {
        assert!(sets[n + 1..].iter().all(|other| other.fingerprint() != one.fingerprint()), "{one}");
    }
}

proptest! {
    #[test]
    fn labels_are_canonical_whatever_the_order(
        pairs in btree_map("[a-zé]{1,4}", "[a-z](\\PC{0,4}x)?", 0..=MAX_LABELS),
        swaps in vec((any::<Index>(), any::<Index>()), 0..64),
    ) {
        let sorted: Vec<_> = pairs.into_iter().collect();
        let mut shuffled = sorted.clone();
        for (a, b) in swaps.iter().filter(|_| !sorted.is_empty()) {
            shuffled.swap(a.index(sorted.len()), b.index(sorted.len()));
        }
        let filters: Vec<_> = shuffled.iter().map(|(name, value)| format!("{name}={value}")).collect();

        let labels = Labels::new(shuffled)?;
        let pairs: Vec<_> = labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        prop_assert_eq!(&pairs, &sorted);
        prop_assert_eq!(labels.fingerprint(), Labels::new(sorted)?.fingerprint());
        prop_assert_eq!(Labels::parse_all(filters.iter().map(String::as_str))?, labels);
    }

    /// So few letters that many of the pairs are equal, or are made of the same letters at other borders.
    #[test]
    fn fingerprints_are_equal_exactly_when_labels_are(
        one in btree_map("[ab]{1,2}", "[ab]{1,2}", 0..3),
        other in btree_map("[ab]{1,2}", "[ab]{1,2}", 0..3),
    ) {
        let (one, other) = (Labels::new(one)?, Labels::new(other)?);
        prop_assert_eq!(one == other, one.fingerprint() == other.fingerprint());
    }
}
