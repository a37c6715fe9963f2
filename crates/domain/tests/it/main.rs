//! The parsers and rules of the domain, seen from outside: what is let in, what is refused and in which words.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api_key;
mod bounds;
mod email;
mod entry;
mod id;
mod labels;
mod metric;
mod quantile;
mod sample;
mod scope;
mod step;
mod time;

use std::fmt::Debug;

use jiff::tz::TimeZone;
use proptest::{prelude::*, sample::select};
use tallykeep_domain::{Instant, Rejection};

/// Zones that have something to go wrong with: changes at and around midnight, of half an hour, of two hours, of a
/// day, and an offset that is no whole hour.
const ZONES: [&str; 10] = [
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "America/Toronto",
    "Antarctica/Troll",
    "Africa/Casablanca",
];

/// What a client reads of a refusal: the message and the code.
#[track_caller]
fn refusal<T: Debug, E: Rejection>(result: Result<T, E>) -> (String, &'static str) {
    let error = result.unwrap_err();
    (error.to_string(), error.code())
}

fn zone(name: &str) -> TimeZone {
    tallykeep_domain::parse_time_zone(name).unwrap()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn any_zone() -> impl Strategy<Value = TimeZone> {
    select(&ZONES[..]).prop_map(zone)
}

/// Anywhere on the time line, more often where clocks changed or time ends.
fn any_instant() -> impl Strategy<Value = Instant> {
    const DAYS: i64 = 3 * 86_400_000;
    let changes = [
        "1919-03-31T04:30:00Z",
        "2010-11-07T02:31:00Z",
        "2011-12-30T10:00:00Z",
        "2018-11-04T03:00:00Z",
        "2025-03-30T01:00:00Z",
        "2029-02-18T02:00:00Z",
    ];
    let near_a_change = (select(changes.map(|text| at(text).as_millis()).to_vec()), -DAYS..DAYS);
    prop_oneof![
        4 => Instant::MIN.as_millis()..Instant::END.as_millis(),
        4 => near_a_change.prop_map(|(change, distance)| change + distance),
        1 => Instant::MIN.as_millis()..Instant::MIN.as_millis() + DAYS,
        1 => Instant::END.as_millis() - DAYS..Instant::END.as_millis(),
    ]
    .prop_map(|millis| Instant::from_millis(millis).unwrap())
}
