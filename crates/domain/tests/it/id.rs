//! Identifiers.

use tallykeep_domain::{AccountId, ApiKeyId, InvitationId, MetricId, SessionId};

use crate::refusal;

const EXAMPLE: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

#[test]
fn new_identifiers_are_version_7_and_in_order() {
    let ids: Vec<_> = (0..10_000).map(|_| AccountId::generate()).collect();
    assert!(ids.is_sorted_by(|earlier, later| earlier < later));
    assert!(ids.iter().all(|id| id.as_uuid().get_version_num() == 7));
}

#[test]
fn identifiers_read_back_from_text_and_json() {
    for text in [EXAMPLE, &EXAMPLE.to_uppercase(), &EXAMPLE.replace('-', "")] {
        let id: MetricId = text.parse().unwrap();
        assert_eq!(id.to_string(), EXAMPLE);
        assert_eq!(MetricId::from(id.as_uuid()), id);
        assert_eq!(serde_json::to_value(id).unwrap(), EXAMPLE);
        assert_eq!(serde_json::from_value::<MetricId>(text.into()).unwrap(), id);
    }
}

#[test]
fn other_texts_are_refused_with_the_kind_of_identifier() {
    let long = "0".repeat(10_240);
    for (text, shown) in [
        ("", "\"\""),
        ("1", "\"1\""),
        (&EXAMPLE[1..], "\"190163d-8694-739b-aea5-966c26f8ad91\""),
        ("0190163d-8694-739b-aea5-966c26f8ad9g", "\"0190163d-8694-739b-aea5-966c26f8ad9g\""),
        ("0190163d\0", "\"0190163d\\0\""),
        ("' OR 1=1", "\"' OR 1=1\""),
        (&long, &format!("{:?}", &long[..64])),
    ] {
        let expected =
            |kind: &str| (format!("{shown} is no {kind} identifier; expected a UUID"), "id_invalid");
        assert_eq!(refusal(text.parse::<AccountId>()), expected("account"));
        assert_eq!(refusal(text.parse::<SessionId>()), expected("session"));
        assert_eq!(refusal(text.parse::<ApiKeyId>()), expected("API key"));
        assert_eq!(refusal(text.parse::<InvitationId>()), expected("invitation"));
        assert_eq!(refusal(text.parse::<MetricId>()), expected("metric"));
    }
}
