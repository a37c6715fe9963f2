//! Instants, ranges and time zones.

use jiff::Timestamp;
use proptest::prelude::*;
use tallykeep_domain::{EntryDate, Instant, TimeRange, parse_time_zone};

use crate::{any_instant, any_zone, at, refusal};

#[test]
fn instants_are_read_from_rfc_3339_and_from_milliseconds() {
    for (text, millis) in [
        ("0", 0),
        ("-1", -1),
        ("1795248000123", 1_795_248_000_123),
        ("2026-11-21T08:00:00Z", 1_795_248_000_000),
        ("2026-11-21T08:00:00.123Z", 1_795_248_000_123),
        ("2026-11-21t09:00:00+01:00", 1_795_248_000_000),
        ("2026-11-21 03:30:00-04:30", 1_795_248_000_000),
        ("2016-12-31T23:59:60Z", 1_483_228_799_000),
        ("1900-01-01T00:00:00Z", Instant::MIN.as_millis()),
        ("2199-12-31T23:59:59.999Z", Instant::END.as_millis() - 1),
    ] {
        assert_eq!(at(text).as_millis(), millis, "{text:?}");
    }
    assert_eq!(serde_json::to_value(at("2026-11-21T08:00:00Z")).unwrap(), 1_795_248_000_000_i64);
}

#[test]
fn parts_of_a_millisecond_are_cut_off_on_both_sides_of_1970() {
    for (text, cut) in [
        ("2026-11-21T08:00:00.123999999Z", "2026-11-21T08:00:00.123Z"),
        ("1970-01-01T00:00:00.0009Z", "1970-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.9995Z", "1969-12-31T23:59:59.999Z"),
        ("1955-05-05T05:05:05.123456789Z", "1955-05-05T05:05:05.123Z"),
        ("2199-12-31T23:59:59.999999999Z", "2199-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(at(text).to_string(), cut, "{text:?}");
    }
}

#[test]
fn times_out_of_range_are_refused_with_a_hint_at_the_unit() {
    for text in [
        "0001-01-01T00:00:00Z",
        "1899-12-31T23:59:59Z",
        "1899-12-31T23:59:59.9999Z",
        "1900-01-01T00:00:00+00:01",
        "2200-01-01T00:00:00Z",
        // Microseconds and nanoseconds as milliseconds.
        "1795248000000000",
        "1795248000000000000",
        "-9223372036854775808",
        "9223372036854775807",
    ] {
        let expected = format!("the time {text} is outside 1900-01-01 to 2200-01-01; is its unit right?");
        assert_eq!(refusal(text.parse::<Instant>()), (expected, "timestamp_out_of_range"));
    }
}

#[test]
fn other_texts_are_no_time() {
    let long = "8".repeat(10_240);
    for (text, shown) in [
        ("", "\"\""),
        (" 0", "\" 0\""),
        ("yesterday", "\"yesterday\""),
        ("1e3", "\"1e3\""),
        ("0.5", "\"0.5\""),
        ("NaN", "\"NaN\""),
        ("２", "\"２\""),
        ("2026-11-21", "\"2026-11-21\""),
        ("2026-11-21T08:00:00", "\"2026-11-21T08:00:00\""),
        ("2026-02-30T00:00:00Z", "\"2026-02-30T00:00:00Z\""),
        ("2026-11-21T25:00:00Z", "\"2026-11-21T25:00:00Z\""),
        ("300000-01-01T00:00:00Z", "\"300000-01-01T00:00:00Z\""),
        ("+300000-01-01T00:00:00Z", "\"+300000-01-01T00:00:00Z\""),
        ("2026-11-21T08:00:00Z\0", "\"2026-11-21T08:00:00Z\\0\""),
        (&long, &format!("{:?}", &long[..64])),
    ] {
        let expected = format!(
            "{shown} is no time; expected RFC 3339, such as 2026-11-21T08:00:00Z, or Unix milliseconds"
        );
        assert_eq!(refusal(text.parse::<Instant>()), (expected, "timestamp_invalid"));
    }
}

#[test]
fn the_present_is_in_range() {
    assert!(TimeRange::ALL.contains(Instant::now()));
}

#[test]
fn a_range_holds_its_start_and_not_its_end() {
    let range = TimeRange::new(at("0"), at("2")).unwrap();
    let held: Vec<_> = ["-1", "0", "1", "2"].into_iter().filter(|text| range.contains(at(text))).collect();
    assert_eq!(held, ["0", "1"]);
    assert!(!TimeRange::ALL.contains(Instant::END));
}

#[test]
fn a_range_that_holds_nothing_is_refused() {
    for (start, end) in [("1", "1"), ("86400000", "0")] {
        let (start, end) = (at(start), at(end));
        let expected = format!("the range ends ({end}) before or where it starts ({start})");
        assert_eq!(refusal(TimeRange::new(start, end)), (expected, "range_empty"));
    }
}

#[test]
fn time_zones_have_iana_names() {
    for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+12", "Asia/Calcutta"] {
        assert_eq!(parse_time_zone(name).unwrap().iana_name(), Some(name));
    }
    assert_eq!(parse_time_zone("europe/berlin").unwrap().iana_name(), Some("Europe/Berlin"));
}

#[test]
fn other_names_are_no_time_zone() {
    let long = "E".repeat(10_240);
    for (name, shown) in [
        ("", "\"\""),
        ("Europe", "\"Europe\""),
        ("Europe/Berlin ", "\"Europe/Berlin \""),
        ("Europe/Berlin\0", "\"Europe/Berlin\\0\""),
        ("Mars/Olympus_Mons", "\"Mars/Olympus_Mons\""),
        ("CEST", "\"CEST\""),
        ("+01:00", "\"+01:00\""),
        ("UTC+1", "\"UTC+1\""),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "\"CET-1CEST,M3.5.0,M10.5.0/3\""),
        ("right/Europe/Berlin", "\"right/Europe/Berlin\""),
        ("../../etc/passwd", "\"../../etc/passwd\""),
        // What they name differs from machine to machine, or is nothing at all.
        ("localtime", "\"localtime\""),
        ("LocalTime", "\"LocalTime\""),
        ("posixrules", "\"posixrules\""),
        ("Etc/Unknown", "\"Etc/Unknown\""),
        (&long, &format!("{:?}", &long[..64])),
    ] {
        let expected = format!("{shown} is no time zone; expected an IANA name such as Europe/Berlin or UTC");
        assert_eq!(refusal(parse_time_zone(name)), (expected, "time_zone_unknown"));
    }
}

#[test]
fn the_end_of_time_can_be_shown_and_counted() {
    assert_eq!(Instant::END.to_string(), "2200-01-01T00:00:00Z");
    for name in crate::ZONES {
        assert_eq!(EntryDate::of(Instant::END, &crate::zone(name)), EntryDate::MAX);
        assert_eq!(EntryDate::of(Instant::MIN, &crate::zone(name)), EntryDate::MIN);
    }
}

proptest! {
    #[test]
    fn an_instant_reads_back_from_both_of_its_forms(instant in any_instant(), zone in any_zone()) {
        prop_assert_eq!(instant.to_string().parse::<Instant>()?, instant);
        prop_assert_eq!(instant.as_millis().to_string().parse::<Instant>()?, instant);
        prop_assert_eq!(Timestamp::from(instant).as_millisecond(), instant.as_millis());

        // RFC 3339 writes offsets in whole minutes; those of 1900 had seconds.
        let local = Timestamp::from(instant).to_zoned(zone);
        if local.offset().seconds() % 60 == 0 {
            let text = local.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
            prop_assert_eq!(text.parse::<Instant>()?, instant);
        }
    }

    #[test]
    fn any_text_is_answered(text in "[0-9TZ:+.\\[\\]é-]{0,70}") {
        if let Ok(instant) = text.parse::<Instant>() {
            prop_assert!(TimeRange::ALL.contains(instant));
        }
    }
}
