//! Steps, and the edges that they cut a range into.

use jiff::{
    Timestamp, Zoned,
    civil::{Time, Weekday, date},
    tz::TimeZone,
};
use proptest::{prelude::*, sample::select};
use tallykeep_domain::{Instant, Rejection, Step, TimeRange};

use crate::{ZONES, any_instant, any_zone, at, refusal, zone};

const DAY: i64 = 86_400_000;

fn step(text: &str) -> Step {
    text.parse().unwrap()
}

fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::new(at(start), at(end)).unwrap()
}

/// The range of `length` milliseconds, cut off at the end of time.
fn range_from(start: Instant, length: i64) -> TimeRange {
    let end = Instant::from_millis(start.as_millis() + length).unwrap_or(Instant::END);
    TimeRange::new(start, end).unwrap()
}

/// The hours that each step of `range` lasts.
fn hours(text: &str, range: TimeRange, zone: &TimeZone) -> Vec<f64> {
    let edges = step(text).edges(range, zone, 1000).unwrap();
    edges.windows(2).map(|edge| (edge[1].as_millis() - edge[0].as_millis()) as f64 / 3_600_000.0).collect()
}

fn local(instant: Instant, zone: &TimeZone) -> Zoned {
    Timestamp::from(instant).to_zoned(zone.clone())
}

#[test]
fn steps_are_written_in_their_greatest_unit() {
    for (text, canonical) in [
        ("1ms", "1ms"),
        ("1500ms", "1500ms"),
        ("1000ms", "1s"),
        ("30s", "30s"),
        ("15m", "15m"),
        ("060s", "1m"),
        ("90m", "90m"),
        ("24h", "24h"),
        ("1000000h", "1000000h"),
        ("1d", "1d"),
        ("10000d", "10000d"),
        ("1000w", "1000w"),
        ("12mo", "12mo"),
        ("1000mo", "1000mo"),
    ] {
        assert_eq!(step(text).to_string(), canonical);
        assert_eq!(step(text), step(canonical));
    }
}

#[test]
fn other_texts_are_no_step() {
    let long = "1".repeat(10_240);
    for (text, shown) in [
        ("", "\"\""),
        ("d", "\"d\""),
        ("15", "\"15\""),
        ("0s", "\"0s\""),
        ("-1d", "\"-1d\""),
        ("+1d", "\"+1d\""),
        ("1.5h", "\"1.5h\""),
        ("1e3s", "\"1e3s\""),
        ("NaNs", "\"NaNs\""),
        ("infs", "\"infs\""),
        ("1 d", "\"1 d\""),
        ("1d ", "\"1d \""),
        ("1d1h", "\"1d1h\""),
        ("1D", "\"1D\""),
        ("1M", "\"1M\""),
        ("1y", "\"1y\""),
        ("1us", "\"1us\""),
        ("1d\0", "\"1d\\0\""),
        ("１d", "\"１d\""),
        ("1000001ms", "\"1000001ms\""),
        ("10001d", "\"10001d\""),
        ("1001w", "\"1001w\""),
        ("1001mo", "\"1001mo\""),
        ("2147483648s", "\"2147483648s\""),
        ("18446744073709551617s", "\"18446744073709551617s\""),
        (&long, &format!("{:?}", &long[..64])),
    ] {
        let expected = format!(
            "{shown} is no step; expected a number and a unit: ms s m h (fixed), d w mo (calendar), such as 15m or 1d"
        );
        assert_eq!(refusal(text.parse::<Step>()), (expected, "step_invalid"));
    }
}

#[test]
fn a_day_lasts_as_long_as_the_clocks_of_its_zone_say() {
    for (name, start, end, lengths) in [
        ("UTC", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z", &[24.0, 24.0][..]),
        ("Asia/Kolkata", "2026-03-27T18:30:00Z", "2026-03-29T18:30:00Z", &[24.0, 24.0]),
        ("Europe/Berlin", "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z", &[24.0, 23.0, 24.0]),
        ("Europe/Berlin", "2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z", &[24.0, 25.0, 24.0]),
        ("America/Sao_Paulo", "2018-11-03T03:00:00Z", "2018-11-06T02:00:00Z", &[24.0, 23.0, 24.0]),
        ("America/Sao_Paulo", "2018-02-16T02:00:00Z", "2018-02-19T03:00:00Z", &[24.0, 25.0, 24.0]),
        ("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", &[24.5]),
        ("Australia/Lord_Howe", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z", &[23.5]),
        ("Antarctica/Troll", "2025-03-30T00:00:00Z", "2025-03-30T22:00:00Z", &[22.0]),
    ] {
        assert_eq!(hours("1d", range(start, end), &zone(name)), lengths, "{name} from {start}");
        let fixed = hours("24h", range(start, end), &zone(name));
        assert!(fixed.iter().all(|&hours| hours == 24.0), "{name} from {start}");
    }
}

#[test]
fn a_day_that_its_zone_left_out_is_no_step() {
    let apia = zone("Pacific/Apia");
    let days = range("2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z");
    let edges = step("1d").edges(days, &apia, 2).unwrap();
    let dates: Vec<_> = edges.iter().map(|&edge| local(edge, &apia).date()).collect();
    assert_eq!(dates, [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]);
    assert_eq!(hours("1w", days, &apia), [144.0]);
}

#[test]
fn the_first_step_holds_the_start_where_clocks_change_at_midnight() {
    // From 00:01 back to 23:01: the date falls back behind a midnight that was.
    let edges =
        step("1d").edges(range("2010-11-07T02:40:00Z", "2010-11-07T02:41:00Z"), &zone("America/St_Johns"), 1);
    assert_eq!(edges.unwrap(), [at("2010-11-07T02:30:00Z"), at("2010-11-08T03:30:00Z")]);
    // From 23:30 to 00:30: the day begins at 00:30.
    let edges =
        step("1d").edges(range("1919-03-31T04:40:00Z", "1919-03-31T04:41:00Z"), &zone("America/Toronto"), 1);
    assert_eq!(edges.unwrap(), [at("1919-03-31T04:30:00Z"), at("1919-04-01T04:00:00Z")]);
}

#[test]
fn steps_are_counted_from_their_origin() {
    for (text, start, first) in [
        ("7ms", "1970-01-01T00:00:00.013Z", "1970-01-01T00:00:00.007Z"),
        ("7ms", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.993Z"),
        ("15m", "2026-11-21T08:14:59Z", "2026-11-21T08:00:00Z"),
        ("2d", "1970-01-02T12:00:00Z", "1970-01-01T00:00:00Z"),
        ("2d", "1969-12-31T12:00:00Z", "1969-12-30T00:00:00Z"),
        ("1w", "2026-11-21T08:00:00Z", "2026-11-16T00:00:00Z"),
        ("2w", "1970-01-04T12:00:00Z", "1969-12-22T00:00:00Z"),
        ("3mo", "2026-11-21T08:00:00Z", "2026-10-01T00:00:00Z"),
        ("12mo", "1969-06-01T00:00:00Z", "1969-01-01T00:00:00Z"),
    ] {
        let edges = step(text).edges(range_from(at(start), 1), &zone("UTC"), 1).unwrap();
        assert_eq!(edges[0], at(first), "{text} at {start}");
    }
}

/// The ranges that are cut worst: a single step that a change of the clocks made short, and a millisecond more on
/// both sides.
#[test]
fn a_fitting_step_fits_where_clocks_go_forward() {
    for (text, name, start, end) in [
        ("1d", "Antarctica/Troll", "2025-03-29T23:59:59.999Z", "2025-03-30T22:00:00.001Z"),
        ("1w", "Pacific/Apia", "2011-12-26T09:59:59.999Z", "2012-01-01T10:00:00.001Z"),
    ] {
        let (range, zone) = (range(start, end), zone(name));
        let steps = step(text).edges(range, &zone, 3).unwrap().len() - 1;
        assert_eq!(steps, 3, "{text} in {name}");
        for most in 2..40 {
            let fitting = Step::fitting(range, most);
            assert!(
                fitting.edges(range, &zone, most).is_ok(),
                "{fitting} makes more than {most} points in {name}"
            );
        }
    }
}

/// If the loop ran on to the end of the range, this would never return and would want 75 terabytes.
#[test]
fn a_step_too_fine_for_its_range_is_refused_at_once() {
    for most in [0, 1, 1_000] {
        let expected = format!(
            "a step of 1ms over this range makes more than {most} points; choose a longer step or a shorter range"
        );
        let edges = step("1ms").edges(TimeRange::ALL, &zone("UTC"), most);
        assert_eq!(refusal(edges), (expected, "points_too_many"));
    }
    let edges = step("1d").edges(TimeRange::ALL, &zone("Pacific/Apia"), 100_000);
    assert_eq!(refusal(edges).1, "points_too_many");
}

#[test]
fn the_longest_steps_cover_all_of_time() {
    for name in ZONES {
        for text in
            ["1000000h", "999999h", "10000d", "9999d", "1000w", "997w", "1000mo", "997mo", "12mo", "1mo"]
        {
            check_edges(step(text), TimeRange::ALL, &zone(name), 4_000);
        }
    }
}

/// The zones with names above are those known to be odd; this finds the others.
#[test]
fn edges_hold_at_every_change_of_every_zone() {
    let until: Timestamp = at("2030-01-01T00:00:00Z").into();
    let mut seen = 0;
    for name in jiff::tz::db().available() {
        let zone = TimeZone::get(name.as_str()).unwrap();
        let changes = zone.following(Instant::MIN.into()).map(|change| change.timestamp());
        for change in changes.take_while(|&change| change < until) {
            let after = |millis: i64| Instant::from_millis(change.as_millisecond() + millis).unwrap();
            check_edges(step("1d"), range_from(after(0), 1), &zone, 1);
            check_edges(step("1d"), range_from(after(60_000), 1), &zone, 1);
            check_edges(step("1d"), range_from(after(1_800_000), DAY), &zone, 3);
            seen += 1;
        }
    }
    assert!(seen > 10_000, "only {seen} changes are in the time zone database");
}

fn any_step() -> impl Strategy<Value = Step> {
    let bounded = |most: i32, units: &'static [&'static str]| (1..=most, select(units));
    let small = bounded(40, &["ms", "s", "m", "h", "d", "w", "mo"]);
    let fixed = bounded(1_000_000, &["ms", "s", "m", "h"]);
    let calendar = bounded(1_000, &["d", "w", "mo"]);
    prop_oneof![2 => small, 1 => fixed, 1 => calendar]
        .prop_map(|(number, unit)| step(&format!("{number}{unit}")))
}

/// A step and a range that it cuts into some hundred pieces at most.
fn any_steps() -> impl Strategy<Value = (Step, TimeRange)> {
    (any_step(), any_instant(), 0.0..100.0_f64).prop_map(|(step, start, count)| {
        let length = match step {
            Step::Millis { 0: millis, .. } => millis,
            Step::Days { 0: n, .. } => i64::from(n) * DAY,
            Step::Weeks { 0: n, .. } => i64::from(n) * 7 * DAY,
            Step::Months { 0: n, .. } => i64::from(n) * 30 * DAY,
        };
        (step, range_from(start, 1 + (length as f64 * count) as i64))
    })
}

/// Holds the edges to all that is promised of them, and returns them.
#[track_caller]
fn check_edges(step: Step, range: TimeRange, zone: &TimeZone, most: usize) -> Vec<Instant> {
    let edges = step.edges(range, zone, most).unwrap();
    let case = || format!("{step} in {zone:?} over {range:?}: {edges:?}");
    assert!(edges.is_sorted_by(|earlier, later| earlier < later), "{}", case());
    assert!(edges[0] <= range.start() && range.start() < edges[1], "{}", case());
    let last = edges.len() - 1;
    assert!(edges[last - 1] < range.end() && range.end() <= edges[last], "{}", case());
    for &edge in edges.iter().filter(|&&edge| Instant::MIN < edge && edge < Instant::END) {
        match step {
            Step::Millis { 0: length, .. } => assert_eq!(edge.as_millis() % length, 0, "{}", case()),
            Step::Days { .. } | Step::Weeks { .. } | Step::Months { .. } => {
                assert!(starts_a_day(edge, zone), "{edge} {}", case());
            }
        }
    }
    edges
}

/// Whether `edge` is local midnight or the end of a gap over it.
fn starts_a_day(edge: Instant, zone: &TimeZone) -> bool {
    let before = local(Instant::from_millis(edge.as_millis() - 1).unwrap(), zone);
    let edge = local(edge, zone);
    let gap = edge.offset() > before.offset();
    before.date() < edge.date() && (edge.time() == Time::midnight() || gap)
}

proptest! {
    #[test]
    fn a_step_reads_back_from_its_text(step in any_step()) {
        prop_assert_eq!(step.to_string().parse::<Step>()?, step);
    }

    #[test]
    fn edges_cover_the_range_and_no_more((step, range) in any_steps(), zone in any_zone()) {
        let edges = check_edges(step, range, &zone, 200);
        let steps = edges.len() - 1;
        prop_assert_eq!(step.edges(range, &zone, steps), Ok(edges));
        prop_assert!(step.edges(range, &zone, steps - 1).is_err());
    }

    #[test]
    fn weeks_begin_on_mondays_and_months_on_their_first((step, range) in any_steps(), zone in any_zone()) {
        let edges = step.edges(range, &zone, 200)?;
        for &edge in edges.iter().filter(|&&edge| Instant::MIN < edge && edge < Instant::END) {
            let date = local(edge, &zone).date();
            match step {
                Step::Weeks { .. } => prop_assert_eq!(date.weekday(), Weekday::Monday),
                Step::Months { .. } => prop_assert_eq!(date.day(), 1),
                Step::Millis { .. } | Step::Days { .. } => {}
            }
        }
    }

    #[test]
    fn a_part_of_a_range_has_the_same_edges(
        (step, range) in any_steps(),
        zone in any_zone(),
        cut in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let length = (range.end().as_millis() - range.start().as_millis()) as f64;
        let point = |share: f64| Instant::from_millis(range.start().as_millis() + (length * share) as i64).unwrap();
        let (start, end) = (point(cut.0.min(cut.1)), point(cut.0.max(cut.1)));
        prop_assume!(start < end);

        let whole = step.edges(range, &zone, 200)?;
        let part = step.edges(TimeRange::new(start, end)?, &zone, 200)?;
        let from = whole.iter().position(|edge| *edge == part[0]).expect("the first edge is one of the whole range's");
        prop_assert_eq!(&whole[from..from + part.len()], &part);
    }

    #[test]
    fn a_fitting_step_makes_as_many_points_as_asked_for_or_somewhat_fewer(
        start in any_instant(),
        exponent in 0.0..30.0_f64,
        zone in any_zone(),
        most in prop_oneof![2..40_usize, 40..3_000_usize],
    ) {
        let range = range_from(start, exponent.exp() as i64);
        let step = Step::fitting(range, most);
        let points = step.edges(range, &zone, most)?.len() - 1;
        // From one step to the next it is a factor of seven at most, from days to weeks; nothing is finer than 1 s.
        prop_assert!(step.to_string() == "1s" || points * 8 + 3 >= most, "{points} points of {step} for {most}");
    }

    #[test]
    fn no_instant_and_no_step_is_too_extreme(
        step in any_step(),
        start in any_instant(),
        zone in any_zone(),
        most in 0..100_usize,
    ) {
        for range in [range_from(start, 1), TimeRange::new(start, Instant::END)?, TimeRange::ALL] {
            match step.edges(range, &zone, most) {
                Ok(edges) => prop_assert!(edges.len() <= most + 1),
                Err(error) => prop_assert_eq!(error.code(), "points_too_many"),
            }
        }
    }
}
