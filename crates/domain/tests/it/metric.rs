//! Names, kinds and titles of metrics.

use std::{fmt::Debug, str::FromStr};

use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use tallykeep_domain::{Aggregation, MetricKind, MetricName};

use crate::refusal;

#[test]
fn names_keep_every_byte() {
    let longest = "é".repeat(100);
    for name in ["mood", "°C", "%", "sensor.living room temperature", "__name__", "体重", &longest] {
        let parsed: MetricName = name.parse().unwrap();
        assert_eq!(parsed.as_str(), name);
        assert_eq!(serde_json::to_value(&parsed).unwrap(), name);
    }
}

#[test]
fn other_names_are_refused_with_their_reason() {
    for (name, message) in [
        ("", "the metric name is empty"),
        (" \n\u{2003}", "the metric name is empty"),
        (&"a".repeat(201), "the metric name is 201 bytes long; the most is 200"),
        (&"é".repeat(101), "the metric name is 202 bytes long; the most is 200"),
        (&"a".repeat(10_240), "the metric name is 10240 bytes long; the most is 200"),
        ("mood\0", "the metric name has a control character at byte 4"),
        ("°\x1b[31m", "the metric name has a control character at byte 2"),
        ("mood\u{85}swing", "the metric name has a control character at byte 4"),
        (" mood", "the metric name begins or ends with white space"),
        ("mood\u{a0}", "the metric name begins or ends with white space"),
    ] {
        let expected = (message.to_owned(), "metric_name_invalid");
        assert_eq!(refusal(name.parse::<MetricName>()), expected, "{name:?}");
        assert_eq!(refusal(MetricName::try_from(name.to_owned())), expected, "{name:?}");
    }
}

#[test]
fn words_are_the_same_in_text_and_in_json() {
    fn check<T: Copy + ToString + FromStr<Err: Debug> + Serialize + DeserializeOwned + PartialEq + Debug>(
        all: &[T],
        words: &[&str],
    ) {
        assert_eq!(all.iter().map(T::to_string).collect::<Vec<_>>(), words);
        for &value in all {
            let word = value.to_string();
            assert_eq!(word.parse::<T>().unwrap(), value);
            assert_eq!(serde_json::to_value(value).unwrap(), *word);
            assert_eq!(serde_json::from_value::<T>(word.into()).unwrap(), value);
        }
    }
    check(MetricKind::ALL, &["gauge", "counter", "delta", "scale", "boolean", "duration"]);
    check(Aggregation::ALL, &["avg", "min", "max", "sum", "count", "last", "increase", "rate"]);
}

#[test]
fn other_words_are_refused_with_the_list_of_words() {
    let long = "g".repeat(10_240);
    for (word, shown) in
        [("", ""), ("Gauge", "Gauge"), ("gauge ", "gauge "), ("sum", "sum"), (&long, &long[..64])]
    {
        let expected = format!(
            "{shown:?} is no metric kind; expected one of gauge counter delta scale boolean duration"
        );
        assert_eq!(refusal(word.parse::<MetricKind>()), (expected, "word_unknown"));
    }
    let expected = "\"a\\u{1b}vg\" is no aggregation; expected one of avg min max sum count last \
        increase rate";
    assert_eq!(refusal("a\x1bvg".parse::<Aggregation>()), (expected.to_owned(), "word_unknown"));
}

#[test]
fn only_changes_and_spans_are_summed_unasked() {
    let summed: Vec<_> = MetricKind::ALL
        .iter()
        .filter(|kind| kind.default_aggregation() == Aggregation::Sum)
        .map(|kind| kind.as_str())
        .collect();
    assert_eq!(summed, ["delta", "duration"]);
    assert_eq!(MetricKind::Counter.default_aggregation(), Aggregation::Increase);
    assert_eq!(MetricKind::Boolean.default_aggregation(), Aggregation::Avg);
}

#[test]
fn only_running_totals_grow_and_they_are_not_summed() {
    for &kind in MetricKind::ALL {
        let counter = kind == MetricKind::Counter;
        for &aggregation in Aggregation::ALL {
            let expected = match aggregation {
                Aggregation::Sum => !counter,
                Aggregation::Increase | Aggregation::Rate => counter,
                _ => true,
            };
            assert_eq!(kind.check(aggregation).is_ok(), expected, "{aggregation} of a {kind}");
        }
        assert_eq!(kind.check(kind.default_aggregation()), Ok(()));
    }
    let expected = ("rate is for counters, and this is a gauge".to_owned(), "aggregation_unsuitable");
    assert_eq!(refusal(MetricKind::Gauge.check(Aggregation::Rate)), expected);
}

proptest! {
    #[test]
    fn a_name_reads_back_from_its_text(name in "[\\PC]{1,60}") {
        if let Ok(parsed) = name.parse::<MetricName>() {
            prop_assert_eq!(parsed.to_string(), name.clone());
        } else {
            prop_assert!(name.trim() != name || name.len() > MetricName::MAX_BYTES, "{name:?}");
        }
    }
}
