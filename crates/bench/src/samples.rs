//! What is sent: bodies of 5,000 samples over 1,000 series, every time stamp new.

use std::fmt::Write;

const BODIES: i64 = 200;
const SERIES: i64 = 1_000;
const STEPS_IN_A_BODY: i64 = 5;
const STEP_SECONDS: i64 = 10;
const START: i64 = 1_760_000_000;

/// The same samples in the forms that both sides take.
pub(crate) struct Samples {
    /// Line protocol.
    pub(crate) bodies: Vec<String>,
    /// `series,time,value`, for `COPY`.
    pub(crate) rows: String,
}

impl Samples {
    /// How many samples a body holds.
    pub(crate) const IN_A_BODY: usize = (SERIES * STEPS_IN_A_BODY) as usize;

    pub(crate) fn generate() -> Self {
        let (mut bodies, mut rows) = (Vec::new(), String::new());
        for body in 0..BODIES {
            let mut lines = String::new();
            for step in body * STEPS_IN_A_BODY..(body + 1) * STEPS_IN_A_BODY {
                for series in 0..SERIES {
                    add(&mut lines, &mut rows, series, START + step * STEP_SECONDS);
                }
            }
            bodies.push(lines);
        }
        Self { bodies, rows }
    }

    /// How many samples there are.
    pub(crate) fn count(&self) -> usize {
        self.bodies.len() * Self::IN_A_BODY
    }
}

fn add(lines: &mut String, rows: &mut String, series: i64, seconds: i64) {
    // Scattered like measured values, and the same on every run.
    let value = 15.0 + ((series * 7_919 + seconds * 31) % 10_007) as f64 / 1_000.0;
    let (host, core) = (series % 100, series / 100);
    // Writing to a String cannot fail.
    let _ = writeln!(lines, "cpu,host=h{host},core=c{core} usage={value:.3} {seconds}000000000");
    let _ = writeln!(rows, "{series},{seconds},{value:.3}");
}
