//! How samples are written.

use std::io;

use actix_web::http::header::Accept;
use serde::{Deserialize, Serialize};
use tallykeep_database::models::Series;
use tallykeep_domain::Labels;
use utoipa::ToSchema;

/// How many samples a line of NDJSON holds: so many that the line's names weigh nothing, and so few that a reader who
/// takes it line by line needs little memory.
const SAMPLES_A_LINE: usize = 8_192;

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// Lines of JSON, each with columns of times and values.
    Ndjson,
    /// A line for each sample (RFC 4180).
    Csv,
}

/// A line of NDJSON.
#[derive(Serialize)]
struct Line<'a> {
    metric: &'a str,
    labels: &'a Labels,
    timestamps: &'a [i64],
    values: &'a [f64],
}

impl Format {
    /// What a client prefers that says what it accepts.
    pub(super) fn preferred(accept: Option<&Accept>) -> Self {
        let named = |media_type: &str| match media_type {
            "text/csv" => Some(Self::Csv),
            "application/x-ndjson" => Some(Self::Ndjson),
            _ => None,
        };
        let ranked = accept.map(Accept::ranked).unwrap_or_default();
        ranked.iter().find_map(|media_type| named(media_type.essence_str())).unwrap_or(Self::Ndjson)
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// What stands above the first sample.
    pub(super) const fn head(self) -> &'static str {
        match self {
            Self::Ndjson => "",
            Self::Csv => "metric,labels,timestamp,value\n",
        }
    }

    /// Writes samples of `series` behind `text`.
    pub(super) fn write(
        self,
        text: &mut Vec<u8>,
        series: &Series,
        times: &[i64],
        values: &[f64],
    ) -> io::Result<()> {
        match self {
            Self::Ndjson => write_lines(text, series, times, values),
            Self::Csv => write_rows(text, series, times, values),
        }
    }
}

fn write_lines(text: &mut Vec<u8>, series: &Series, times: &[i64], values: &[f64]) -> io::Result<()> {
    let Series { metric, labels, .. } = series;
    for (timestamps, values) in times.chunks(SAMPLES_A_LINE).zip(values.chunks(SAMPLES_A_LINE)) {
        serde_json::to_writer(&mut *text, &Line { metric, labels, timestamps, values })?;
        text.push(b'\n');
    }
    Ok(())
}

/// The labels of a row are a JSON object in one column: which labels there are differs from series to series.
fn write_rows(text: &mut Vec<u8>, series: &Series, times: &[i64], values: &[f64]) -> io::Result<()> {
    let labels = serde_json::to_string(&series.labels)?;
    let mut rows = csv::WriterBuilder::new().has_headers(false).from_writer(text);
    for (time, value) in times.iter().zip(values) {
        rows.serialize((&series.metric, &labels, time, value))?;
    }
    rows.flush()
}
