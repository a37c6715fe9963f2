//! The made-up year: how a day feels follows from how the night was, weekends differ, and summers are warm.

use std::{collections::BTreeMap, f64::consts::TAU, fmt::Write};

use jiff::{SignedDuration, Timestamp, ToSpan, Zoned, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

const DAYS: i64 = 365;
/// Well below what one request may hold.
const DAYS_IN_A_BODY: usize = 14;

/// The metrics that a person fills in, and titles for those that devices send.
pub(super) const METRICS: &[&str] = &[
    r#"{"name": "mood", "title": "Mood", "kind": "scale"}"#,
    r#"{"name": "energy", "title": "Energy", "kind": "scale"}"#,
    r#"{"name": "sleep", "title": "Sleep", "unit": "h", "kind": "gauge", "minimum": 0, "maximum": 24}"#,
    r#"{"name": "reading", "title": "Pages read", "unit": "pages", "kind": "delta", "minimum": 0}"#,
    r#"{"name": "meditated", "title": "Meditated", "kind": "boolean"}"#,
    r#"{"name": "weight", "title": "Weight", "unit": "kg"}"#,
    r#"{"name": "steps", "title": "Steps", "unit": "steps", "kind": "delta"}"#,
    r#"{"name": "heart_rate", "title": "Heart rate", "unit": "1/min"}"#,
    r#"{"name": "temperature", "title": "Room temperature", "unit": "°C"}"#,
];

/// What was filled in on each day up to `today`. Now and then a day was missed.
pub(super) fn entries(today: Date) -> Vec<(Date, Value)> {
    let mut chance = Chance(7);
    let mut entries = Vec::new();
    for date in days(today) {
        let weekend = f64::from(u8::from(date.weekday().to_monday_zero_offset() >= 5));
        let sleep = tenths(7.1 + weekend * 0.8 + chance.normal() * 0.9).clamp(3.0, 11.0);
        let lift = (sleep - 7.2) * 0.9 + weekend * 0.6 + summer(date) * 0.8;
        let mood = (6.2 + lift + chance.normal()).round().clamp(0.0, 10.0);
        let energy = (5.8 + lift * 1.1 + chance.normal()).round().clamp(0.0, 10.0);
        let reading = (chance.normal() * 14.0 + 18.0).round().max(0.0);
        let meditated = f64::from(u8::from(chance.uniform() < 0.45));
        if chance.uniform() < 0.04 {
            continue;
        }
        let values: BTreeMap<_, _> = [
            ("sleep", sleep),
            ("mood", mood),
            ("energy", energy),
            ("reading", reading),
            ("meditated", meditated),
        ]
        .into();
        let note = (mood >= 9.0).then_some("A very good day.");
        entries.push((date, json!({"values": values, "note": note})));
    }
    entries
}

/// What devices sent up to `now`, as line protocol with time stamps in milliseconds: a body for some days each.
pub(super) fn lines(now: &Zoned) -> Vec<String> {
    let mut chance = Chance(11);
    let dates: Vec<_> = days(now.date()).collect();
    let mut bodies = Vec::new();
    for (index, dates) in dates.chunks(DAYS_IN_A_BODY).enumerate() {
        let mut lines = String::new();
        for (day, date) in dates.iter().enumerate() {
            let progress = (index * DAYS_IN_A_BODY + day) as f64 / DAYS as f64;
            let day = Day { start: midnight(*date, now.time_zone()), end: now.timestamp() };
            day.write(&mut lines, summer(*date), progress, &mut chance);
        }
        bodies.push(lines);
    }
    bodies
}

/// The last year up to `today`, day by day.
fn days(today: Date) -> impl Iterator<Item = Date> {
    (0..DAYS).rev().map(move |back| today.saturating_sub(back.days()))
}

/// A day that devices measure, from its midnight to `end` if that comes first.
struct Day {
    start: Timestamp,
    end: Timestamp,
}

impl Day {
    fn write(&self, lines: &mut String, summer: f64, progress: f64, chance: &mut Chance) {
        self.line(lines, "weight", tenths(74.5 - 3.0 * progress + chance.normal() * 0.35), 7 * 60);
        for minute in (0..24 * 60).step_by(5) {
            let rate = 54.0 + 20.0 * activity(minute) + chance.normal() * 4.0;
            self.line(lines, "heart_rate", rate.round(), minute);
        }
        for minute in (0..24 * 60).step_by(15) {
            for (room, base) in [("bedroom", 19.5), ("study", 21.5), ("kitchen", 22.0)] {
                let warmth = base + summer * 2.5 + activity(minute) * 0.8 + chance.normal() * 0.2;
                self.line(lines, &format!("temperature,room={room}"), tenths(warmth), minute);
            }
        }
        for minute in (0..24 * 60).step_by(60) {
            let steps = activity(minute) * 650.0 * (1.0 + 0.5 * chance.normal());
            self.line(lines, "steps", steps.round().max(0.0), minute);
        }
    }

    fn line(&self, lines: &mut String, series: &str, value: f64, minute: i64) {
        let at = self.start + SignedDuration::from_mins(minute);
        if at <= self.end {
            // Writing to a String cannot fail.
            let _ = writeln!(lines, "{series} value={value} {}", at.as_millisecond());
        }
    }
}

/// The first instant of a day that a clock of this time shows.
fn midnight(date: Date, zone: &TimeZone) -> Timestamp {
    // Only dates at the ends of the calendar, thousands of years away, have no midnight.
    date.to_zoned(zone.clone()).map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp())
}

/// How much somebody moves who sleeps from eleven to seven: 0 at night to 1 in the early afternoon.
fn activity(minute: i64) -> f64 {
    let awake = (minute as f64 / 60.0 - 7.0) / 16.0;
    if (0.0..1.0).contains(&awake) { (TAU * awake / 2.0).sin().sqrt() } else { 0.0 }
}

/// 1 in the middle of July, −1 in the middle of January: the northern year.
fn summer(date: Date) -> f64 {
    (TAU * (f64::from(date.day_of_year()) - 197.0) / 365.0).cos()
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The same numbers on every run: a picture of the demo can be compared with an earlier one. (`SplitMix64`.)
struct Chance(u64);

impl Chance {
    /// Evenly from 0 up to 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About the normal distribution, as the sum of twelve even ones.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}
