//! What is sent: line protocol of series whose values scatter like measured ones.

use std::io::Write;

use fastrand::Rng;

/// 2025-01-01T00:00:00Z.
pub(super) const START: i64 = 1_735_689_600;
/// From one sample of a series to the next, in seconds.
pub(super) const INTERVAL: i64 = 10;
/// How many samples a full body holds.
pub(super) const LINES: usize = 5_000;
/// Behind the seconds, so that they are nanoseconds.
const NANOSECONDS: &str = "000000000\n";
/// All time stamps of these years have as many.
const SECONDS_DIGITS: usize = 10;

/// A measurement with so many series, each with a sample every ten seconds. Samples are counted through: first one of
/// each series, then the next of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measurement {
    /// Its metric is `<name>_usage`.
    pub(super) name: &'static str,
    pub(super) series: usize,
}

impl Measurement {
    /// The body `number`: at most [`LINES`] samples, and none past the first `samples` of all.
    pub(super) fn body(self, number: usize, samples: usize) -> Vec<u8> {
        let mut rng = Rng::with_seed(number as u64);
        let mut body = Vec::with_capacity(LINES * 64);
        for place in number * LINES..samples.min((number + 1) * LINES) {
            let series = place % self.series;
            let (host, core) = (series / 10, series % 10);
            let (value, seconds) = (normal(&mut rng), self.seconds(place));
            // Writing to a Vec cannot fail.
            let _ = write!(
                body,
                "{},host=h{host},core=c{core} usage={value:.3} {seconds}{NANOSECONDS}",
                self.name
            );
        }
        body
    }

    /// The time of the sample that is counted as `place`.
    pub(super) fn seconds(self, place: usize) -> i64 {
        START + i64::try_from(place / self.series).unwrap_or_default() * INTERVAL
    }

    /// How many bodies hold that many samples.
    pub(super) fn bodies(samples: usize) -> usize {
        samples.div_ceil(LINES)
    }
}

/// Around 20, with a deviation of 3 (Box and Muller).
fn normal(rng: &mut Rng) -> f64 {
    let (radius, angle) = ((-2.0 * (1.0 - rng.f64()).ln()).sqrt(), std::f64::consts::TAU * rng.f64());
    20.0 + 3.0 * radius * angle.cos()
}

/// Bodies that are made before the clock runs, and of which each is sent again and again with new time stamps.
pub(super) struct Prepared {
    measurement: Measurement,
    bodies: Vec<Vec<u8>>,
}

impl Prepared {
    /// How many there are at least: enough that their values do not repeat soon.
    const BODIES: usize = 64;

    pub(super) fn new(measurement: Measurement) -> Self {
        // As many as it takes until the same series stand in the same lines again.
        let rounds = measurement.series.div_ceil(LINES);
        let count = Self::BODIES.next_multiple_of(rounds);
        Self { measurement, bodies: (0..count).map(|number| measurement.body(number, usize::MAX)).collect() }
    }

    /// The body `number`, with the time stamps that are its own.
    pub(super) fn body(&self, number: usize) -> Vec<u8> {
        let mut body = self.bodies[number % self.bodies.len()].clone();
        let mut place = number * LINES;
        let mut start = 0;
        while let Some(length) = body[start..].iter().position(|byte| *byte == b'\n') {
            let end = start + length + 1 - NANOSECONDS.len();
            let seconds = self.measurement.seconds(place).to_string();
            body[end - SECONDS_DIGITS..end].copy_from_slice(seconds.as_bytes());
            (start, place) = (start + length + 1, place + 1);
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prepared_body_has_the_time_stamps_of_its_place() {
        for series in [1, 1_000, 20_000] {
            let measurement = Measurement { name: "cpu", series };
            let prepared = Prepared::new(measurement);
            let number = 7 * prepared.bodies.len() + 3;
            let times = |body: Vec<u8>| {
                let text = String::from_utf8(body).unwrap();
                let series = |line: &str| line.split(' ').next().map(str::to_owned);
                let time = |line: &str| line.rsplit(' ').next().map(str::to_owned);
                text.lines().map(|line| (series(line), time(line))).collect::<Vec<_>>()
            };
            assert_eq!(times(prepared.body(number)), times(measurement.body(number, usize::MAX)));
        }
    }

    #[test]
    fn the_last_body_ends_with_the_last_sample() {
        let measurement = Measurement { name: "cpu", series: 10 };
        let lines =
            |number| measurement.body(number, LINES + 7).iter().filter(|byte| **byte == b'\n').count();
        assert_eq!((Measurement::bodies(LINES + 7), lines(0), lines(1)), (2, LINES, 7));
    }
}
