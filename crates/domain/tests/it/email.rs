//! E-mail addresses.

use proptest::prelude::*;
use tallykeep_domain::EmailAddress;

use crate::refusal;

const SHAPE: &str = "the e-mail address needs one @ with a name before it and a domain behind it";
const TOO_LONG: &str = "the e-mail address is longer than 254 bytes";
const DOTS: &str = "the part before the @ is longer than 64 bytes, or has a dot at an end or two in a row";

fn parse(text: &str) -> Result<EmailAddress, tallykeep_domain::EmailAddressError> {
    text.parse()
}

#[test]
fn addresses_become_ascii_lower_case() {
    let longest_local = "a".repeat(64);
    for (text, canonical) in [
        ("ada@example.org", "ada@example.org"),
        (" Ada.Lovelace@Example.ORG\n", "ada.lovelace@example.org"),
        ("ada+tallykeep@example.org", "ada+tallykeep@example.org"),
        ("!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"),
        ("root@localhost", "root@localhost"),
        ("ada@192.0.2.1", "ada@192.0.2.1"),
        ("ada@XN--MNCHEN-3YA.de", "ada@xn--mnchen-3ya.de"),
        (&format!("{longest_local}@a.de"), &format!("{longest_local}@a.de")),
    ] {
        assert_eq!(parse(text).unwrap().as_str(), canonical, "{text:?}");
    }
}

#[test]
fn other_texts_are_refused_with_their_reason() {
    let in_local_part =
        |wrong: &str| format!("the e-mail address has {wrong} before the @, which is not allowed there");
    let no_domain = |domain: &str| format!("{domain} is no domain name");
    let long_label = "a".repeat(64);
    for (text, message) in [
        ("", SHAPE),
        (" \t", SHAPE),
        ("ada", SHAPE),
        ("@", SHAPE),
        ("@example.org", SHAPE),
        ("ada@", SHAPE),
        ("ada@@example.org", SHAPE),
        ("ada@example.org@example.org", SHAPE),
        ("ada@example.org\r\nBcc: eve@example.org", SHAPE),
        (&"a".repeat(10_240), TOO_LONG),
        (&format!("ada@{}.de", "a.".repeat(125)), TOO_LONG),
        ("äda@example.org", &in_local_part("'ä'")),
        // The Kelvin sign becomes an ordinary k in Unicode's lower case.
        ("\u{212a}ate@example.org", &in_local_part("'\u{212a}'")),
        ("ada lovelace@example.org", &in_local_part("' '")),
        ("a\0da@example.org", &in_local_part("'\\0'")),
        ("\"ada\"@example.org", &in_local_part("'\"'")),
        ("ada(comment)@example.org", &in_local_part("'('")),
        (".ada@example.org", DOTS),
        ("ada.@example.org", DOTS),
        ("ada..lovelace@example.org", DOTS),
        (&format!("{long_label}a@example.org"), DOTS),
        ("ada@example.org.", &no_domain("\"example.org.\"")),
        ("ada@.example.org", &no_domain("\".example.org\"")),
        ("ada@example..org", &no_domain("\"example..org\"")),
        ("ada@-example.org", &no_domain("\"-example.org\"")),
        ("ada@example-.org", &no_domain("\"example-.org\"")),
        ("ada@exa mple.org", &no_domain("\"exa mple.org\"")),
        ("ada@exam\x07ple.org", &no_domain("\"exam\\u{7}ple.org\"")),
        ("ada@münchen.de", &no_domain("\"münchen.de\"")),
        ("ada@[192.0.2.1]", &no_domain("\"[192.0.2.1]\"")),
        (&format!("ada@{long_label}.de"), &no_domain(&format!("\"{long_label}.de\""))),
    ] {
        assert_eq!(refusal(parse(text)), (message.to_owned(), "email_invalid"), "{text:?}");
    }
}

proptest! {
    #[test]
    fn every_spelling_of_an_address_is_one_address(
        local in "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\\.[a-zA-Z0-9_+-]{1,20}){0,2}",
        domain in "[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]{1,20}){0,3}",
        padding in "[ \\t\\r\\n]{0,2}",
    ) {
        let text = format!("{local}@{domain}");
        let address = parse(&text)?;
        prop_assert_eq!(address.as_str(), text.to_ascii_lowercase());
        prop_assert_eq!(parse(&address.to_string())?, address.clone());
        prop_assert_eq!(parse(&format!("{padding}{}{padding}", text.to_ascii_uppercase()))?, address);
    }

    #[test]
    fn what_is_let_in_is_in_canonical_form(text in "[aA.@ \\-éK\\x00]{0,9}") {
        if let Ok(address) = parse(&text) {
            let canonical = address.as_str();
            prop_assert!(canonical.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase()), "{canonical:?}");
            prop_assert_eq!(canonical.matches('@').count(), 1);
            prop_assert_eq!(parse(canonical)?, address.clone());
        }
    }
}
