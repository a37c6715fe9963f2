//! Pieces: what the samples of one series amount to, hour by hour.
//!
//! A piece ends where an hour of UTC does, and at the midnight of its account where that is not on the hour: in Kathmandu
//! or Adelaide. So hours and local days are both made up of whole pieces, and neither has to be kept beside the other.

use std::ops::Range;

use jiff::{Timestamp, tz::TimeZone};
use tallykeep_domain::{Instant, Step, TimeRange};

use crate::aggregate::sum;

/// In milliseconds. No piece is longer.
pub(crate) const HOUR: i64 = 3_600_000;

/// The samples of a series within one hour, or a part of it that a midnight cut off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// When the piece starts, Unix milliseconds: not its first sample, but the hour or the midnight.
    pub start: i64,
    /// How many samples it has, at least one.
    pub count: i32,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The earliest.
    pub first: f64,
    /// The latest.
    pub last: f64,
    /// How much a counter grew from the first to the last; see [`increase`].
    pub increase: f64,
}

/// How much a counter grew from one sample to the next. One that fell was set back to zero between them.
#[must_use]
pub fn increase(earlier: f64, later: f64) -> f64 {
    if later >= earlier { later - earlier } else { later }
}

impl Piece {
    /// Of samples in the order of time, at least one.
    fn of(start: i64, values: &[f64]) -> Self {
        let (first, last) = (values[0], values[values.len() - 1]);
        Self {
            start,
            count: i32::try_from(values.len()).unwrap_or(i32::MAX),
            sum: sum(values.iter().copied()),
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            first,
            last,
            increase: sum(values.windows(2).map(|pair| increase(pair[0], pair[1]))),
        }
    }

    /// This one and the `later` one of the same series together, which come one after the other.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        Self {
            start: self.start,
            count: self.count.saturating_add(later.count),
            sum: self.sum + later.sum,
            min: self.min.min(later.min),
            max: self.max.max(later.max),
            first: self.first,
            last: later.last,
            increase: self.increase + increase(self.last, later.first) + later.increase,
        }
    }
}

/// Cuts samples, in the order of time, into pieces.
pub(crate) fn cut(times: &[i64], values: &[f64], zone: &TimeZone) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), 0);
    while let Some(&time) = times.get(rest) {
        let (start, end) = bounds(time, zone);
        let within = times[rest..].partition_point(|&time| time < end);
        pieces.push(Piece::of(start, &values[rest..rest + within]));
        rest += within;
    }
    pieces
}

/// Where the piece starts and ends that holds `time`.
pub(crate) fn bounds(time: i64, zone: &TimeZone) -> (i64, i64) {
    let start = time.div_euclid(HOUR) * HOUR;
    let end = start + HOUR;
    midnights(start, end, zone).into_iter().fold((start, end), |(start, end), midnight| {
        if midnight <= time { (start.max(midnight), end) } else { (start, end.min(midnight)) }
    })
}

/// How far each of the pieces of a chunk reaches, whose samples end before `end`. Where a piece ends that another one
/// follows is known. Where the others do is not, if a midnight cut them off: they count as an hour long.
pub(crate) fn reaches(pieces: &[Piece], end: i64) -> impl Iterator<Item = (&Piece, Range<i64>)> {
    let next = pieces.iter().skip(1).map(|next| next.start).chain([end]);
    pieces.iter().zip(next).map(|(piece, next)| (piece, piece.start..next.min(piece.start + HOUR)))
}

/// Whether an hour in which a piece starts is cut otherwise in the one zone than in the other.
pub(crate) fn is_cut_otherwise(start: i64, one: &TimeZone, other: &TimeZone) -> bool {
    let hour = start.div_euclid(HOUR) * HOUR;
    midnights(hour, hour + HOUR, one) != midnights(hour, hour + HOUR, other)
}

/// The local midnights within an hour, without its ends.
fn midnights(start: i64, end: i64, zone: &TimeZone) -> Vec<i64> {
    if !has_midnight_off_the_hour(start, end, zone) {
        return Vec::new();
    }
    let range = Instant::from_millis(start).and_then(|start| Ok((start, Instant::from_millis(end)?)));
    let Ok(Ok(range)) = range.map(|(start, end)| TimeRange::new(start, end)) else { return Vec::new() };
    // No hour touches more than a handful of days, whatever a zone has done to its clocks.
    let edges = Step::DAY.edges(range, zone, 10).unwrap_or_default();
    edges.into_iter().map(Instant::as_millis).filter(|edge| start < *edge && *edge < end).collect()
}

/// Cheap, and true for hardly any hour: only then is the calendar asked.
fn has_midnight_off_the_hour(start: i64, end: i64, zone: &TimeZone) -> bool {
    let offset = |at: i64| Timestamp::from_millisecond(at).map_or(0, |at| zone.to_offset(at).seconds());
    let before = offset(start);
    before % 3_600 != 0 || offset(end) != before
}

#[cfg(test)]
mod tests {
    use tallykeep_domain::parse_time_zone;

    use super::*;

    fn starts(times: &[i64], zone: &str) -> Vec<i64> {
        let values = vec![1.0; times.len()];
        cut(times, &values, &parse_time_zone(zone).unwrap()).iter().map(|piece| piece.start).collect()
    }

    fn at(text: &str) -> i64 {
        text.parse::<Instant>().unwrap().as_millis()
    }

    #[test]
    fn samples_are_cut_at_the_hours() {
        let times = [at("2026-03-01T10:00:00Z"), at("2026-03-01T10:59:59Z"), at("2026-03-01T11:00:00Z")];
        let expected = [at("2026-03-01T10:00:00Z"), at("2026-03-01T11:00:00Z")];
        for zone in ["UTC", "Europe/Berlin", "America/New_York"] {
            assert_eq!(starts(&times, zone), expected, "{zone}");
        }
    }

    #[test]
    fn a_midnight_within_an_hour_cuts_it() {
        // 18:15 in UTC is midnight in Kathmandu.
        let times = [at("2026-03-01T18:10:00Z"), at("2026-03-01T18:20:00Z"), at("2026-03-01T19:10:00Z")];
        let expected = [at("2026-03-01T18:00:00Z"), at("2026-03-01T18:15:00Z"), at("2026-03-01T19:00:00Z")];
        assert_eq!(starts(&times, "Asia/Kathmandu"), expected);
        assert_eq!(starts(&times, "UTC"), [expected[0], expected[2]]);
    }

    #[test]
    fn times_before_1970_are_cut_alike() {
        assert_eq!(starts(&[-1, 0], "UTC"), [-HOUR, 0]);
    }

    #[test]
    fn a_piece_says_what_its_samples_amount_to() {
        let values = [3.0, 5.0, 1.0, 2.0];
        let piece = cut(&[0, 1, 2, 3], &values, &TimeZone::UTC)[0];
        let expected = Piece {
            start: 0,
            count: 4,
            sum: 11.0,
            min: 1.0,
            max: 5.0,
            first: 3.0,
            last: 2.0,
            // Two up, set back and counted to one, one up.
            increase: 4.0,
        };
        assert_eq!(piece, expected);
    }

    #[test]
    fn two_pieces_together_are_the_piece_of_all_their_samples() {
        let (times, values) = ([0, 1, 2, 3, 4], [3.0, 5.0, 1.0, 4.0, 4.0]);
        for at in 1..5 {
            let both = Piece::of(0, &values[..at]).and(Piece::of(0, &values[at..]));
            assert_eq!(both, cut(&times, &values, &TimeZone::UTC)[0], "cut at {at}");
        }
    }
}
