//! Dates and notes of entries.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use tallykeep_domain::{EntryDate, Instant, MAX_NOTE_CHARS, Note};

use crate::{any_instant, any_zone, at, refusal, zone};

fn day(text: &str) -> EntryDate {
    text.parse().unwrap()
}

/// The instant a millisecond before.
fn just_before(instant: Instant) -> Instant {
    Instant::from_millis(instant.as_millis() - 1).unwrap()
}

#[test]
fn dates_are_calendar_days() {
    for text in ["1900-01-02", "1970-01-01", "2024-02-29", "2026-11-21", "2199-12-30"] {
        assert_eq!(day(text).to_string(), text);
        assert_eq!(serde_json::to_value(day(text)).unwrap(), text);
    }
    assert_eq!(day("2026-11-21").as_date(), date(2026, 11, 21));
    assert_eq!((day("1900-01-02"), day("2199-12-30")), (EntryDate::MIN, EntryDate::MAX));
}

#[test]
fn other_texts_are_no_date() {
    let long = "1".repeat(10_240);
    for (text, shown) in [
        ("", "\"\""),
        ("2026-02-30", "\"2026-02-30\""),
        ("2026-02-29", "\"2026-02-29\""),
        ("2026-13-01", "\"2026-13-01\""),
        ("2026-00-00", "\"2026-00-00\""),
        ("2026-2-3", "\"2026-2-3\""),
        ("20261121", "\"20261121\""),
        ("21.11.2026", "\"21.11.2026\""),
        ("2026-W47-6", "\"2026-W47-6\""),
        ("2026-11-21T08:00:00Z", "\"2026-11-21T08:00:00Z\""),
        ("2026-11-21 ", "\"2026-11-21 \""),
        ("20261121[]", "\"20261121[]\""),
        ("２026-1-1", "\"２026-1-1\""),
        ("2026-11-2\0", "\"2026-11-2\\0\""),
        ("300000-01-01", "\"300000-01-01\""),
        (&long, &format!("{:?}", &long[..64])),
    ] {
        let expected = format!("{shown} is no date; expected YYYY-MM-DD");
        assert_eq!(refusal(text.parse::<EntryDate>()), (expected, "date_invalid"));
    }
}

#[test]
fn days_out_of_range_are_refused() {
    for text in ["0000-01-01", "0001-01-01", "1900-01-01", "2199-12-31", "9999-12-31"] {
        let expected = (format!("the date {text} is outside 1900-01-02 to 2199-12-30"), "date_out_of_range");
        assert_eq!(refusal(text.parse::<EntryDate>()), expected);
        assert_eq!(refusal(EntryDate::try_from(text.parse::<Date>().unwrap())), expected);
    }
}

#[test]
fn a_day_starts_at_midnight_or_where_the_gap_over_midnight_ends() {
    for (text, name, start) in [
        ("2026-11-21", "UTC", "2026-11-21T00:00:00Z"),
        ("2026-11-21", "Europe/Berlin", "2026-11-20T23:00:00Z"),
        ("2026-11-21", "Asia/Kolkata", "2026-11-20T18:30:00Z"),
        // Clocks went from 00:00 to 01:00.
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),
        // From 23:30 to 00:30.
        ("1919-03-31", "America/Toronto", "1919-03-31T04:30:00Z"),
        // From 00:01 back to 23:01: the first of two midnights.
        ("2010-11-07", "America/St_Johns", "2010-11-07T02:30:00Z"),
        // Left out: the day after begins at once.
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z"),
    ] {
        assert_eq!(day(text).start_in(&zone(name)), at(start), "{text} in {name}");
    }
}

#[test]
fn the_first_and_the_last_day_are_whole_in_every_time_zone() {
    for name in jiff::tz::db().available() {
        let zone = jiff::tz::TimeZone::get(name.as_str()).unwrap();
        assert!(EntryDate::MIN.start_in(&zone) > Instant::MIN, "{name}");
        let next = date(2199, 12, 31).to_zoned(zone).unwrap();
        assert!(next.timestamp() < Instant::END.into(), "{name}");
    }
}

#[test]
fn notes_are_free_text() {
    let longest = "é".repeat(MAX_NOTE_CHARS);
    for text in ["", "Slept badly.\r\n\tTea at 3 ☕\n", &longest] {
        let note = Note::try_from(text.to_owned()).unwrap();
        assert_eq!(note.as_str(), text);
        assert_eq!(serde_json::to_value(&note).unwrap(), text);
    }
}

#[test]
fn notes_too_long_or_with_control_characters_are_refused() {
    let control = "the note has a control character other than tab and line breaks";
    for (text, message) in [
        ("é".repeat(MAX_NOTE_CHARS + 1), "the note has 10001 characters; the most is 10000"),
        ("\0".repeat(10_240), "the note has 10240 characters; the most is 10000"),
        ("\0".to_owned(), control),
        ("red \x1b[31m".to_owned(), control),
        ("next\u{85}line".to_owned(), control),
    ] {
        assert_eq!(refusal(Note::try_from(text)), (message.to_owned(), "note_invalid"));
    }
}

proptest! {
    #[test]
    fn a_date_reads_back_from_its_text(days in 0..109_570_i32) {
        let date = EntryDate::MIN.as_date().saturating_add(jiff::Span::new().days(days)).min(EntryDate::MAX.as_date());
        let date = EntryDate::try_from(date)?;
        prop_assert_eq!(date.to_string().parse::<EntryDate>()?, date);
    }

    #[test]
    fn a_day_starts_with_its_first_millisecond(instant in any_instant(), zone in any_zone()) {
        let day = EntryDate::of(instant, &zone);
        let start = day.start_in(&zone);
        prop_assert_eq!(EntryDate::of(start, &zone), day);
        // The first day stands for those before it too.
        if day > EntryDate::MIN {
            prop_assert!(EntryDate::of(just_before(start), &zone) < day);
            prop_assert!(start <= instant, "{day} starts at {start}, after {instant}");
        }
    }
}
