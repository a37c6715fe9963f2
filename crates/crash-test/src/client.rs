//! The API, as a device and as a chart use it.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    ops::Range,
    time::Duration,
};

use anyhow::Context;
use reqwest::{
    StatusCode,
    blocking::{Client, RequestBuilder},
    header,
};
use serde_json::{Value, json};

use crate::{
    model::Outcome,
    workload::{Kind, Operation},
};

/// What takes longer hangs.
const BOUND: Duration = Duration::from_secs(60);
/// As many as a query gives at most.
const POINTS: &str = "100000";

/// A client with the API key of one account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    http: Client,
    number: usize,
    key: String,
}

/// A series as clients name it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeriesName {
    /// Which decides its metric.
    pub(crate) kind: Kind,
    /// The value of its label `writer`.
    pub(crate) writer: usize,
}

/// What became of a request, and whether the connection holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    pub(crate) connected: bool,
}

impl Account {
    /// Registers the account and makes its key.
    pub(crate) fn register(url: &str, number: usize) -> anyhow::Result<Self> {
        let http = Client::builder().no_proxy().timeout(BOUND).build()?;
        let account = json!({"email": format!("account{number}@localhost"), "password": "only for this run"});
        let answer = http.post(format!("{url}/auth/register")).json(&account).send()?.error_for_status()?;
        let cookie = answer.headers().get(header::SET_COOKIE).context("no session was opened")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let key: Value = http
            .post(format!("{url}/auth/api-keys"))
            .header(header::COOKIE, cookie)
            .header("Sec-Fetch-Site", "same-origin")
            .json(&json!({"name": "crash test", "scopes": ["metrics:read", "metrics:write"]}))
            .send()?
            .error_for_status()?
            .json()?;
        let key = key["key"].as_str().context("no key was made")?.to_owned();
        Ok(Self { http, number, key })
    }

    /// Which one it is.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Sends `operation`, and waits for what becomes of it.
    ///
    /// # Errors
    /// When it is answered as nothing that is sent here may be.
    pub(crate) fn send(&self, url: &str, name: SeriesName, operation: &Operation) -> anyhow::Result<Answer> {
        let request = match operation {
            Operation::Write { json: false, samples } => {
                self.http.post(format!("{url}/api/v2/write?precision=ms")).body(lines(name, samples))
            }
            Operation::Write { json: true, samples } => {
                self.http.post(format!("{url}/api/v1/samples")).json(&body(name, samples))
            }
            Operation::Delete(range) => {
                self.http.delete(format!("{url}/api/v1/samples")).query(&name.query(range))
            }
        };
        let answer = match self.authorised(request).send() {
            Ok(answer) => answer,
            Err(error) if error.is_timeout() => return Err(error).context("a request hangs"),
            Err(_) => return Ok(Answer { outcome: Outcome::Unknown, connected: false }),
        };
        let outcome = match answer.status() {
            status if status.is_success() => Outcome::Done,
            StatusCode::INSUFFICIENT_STORAGE => Outcome::Refused,
            StatusCode::SERVICE_UNAVAILABLE => Outcome::Unknown,
            status => anyhow::bail!("a request was answered {status}: {}", answer.text().unwrap_or_default()),
        };
        Ok(Answer { outcome, connected: true })
    }

    /// All samples of a series.
    ///
    /// # Errors
    /// When it is answered anything but 200, or holds a time twice.
    pub(crate) fn samples(&self, url: &str, name: SeriesName) -> anyhow::Result<BTreeMap<i64, f64>> {
        self.points(url, name, &[("aggregate", "raw"), ("points", POINTS)])
    }

    /// One point of each UTC day.
    ///
    /// # Errors
    /// As [`Self::samples`].
    pub(crate) fn days(
        &self,
        url: &str,
        name: SeriesName,
        aggregate: &str,
    ) -> anyhow::Result<BTreeMap<i64, f64>> {
        let days = [("aggregate", aggregate), ("points", POINTS), ("step", "1d"), ("time_zone", "UTC")];
        self.points(url, name, &days)
    }

    fn points(
        &self,
        url: &str,
        name: SeriesName,
        how: &[(&str, &str)],
    ) -> anyhow::Result<BTreeMap<i64, f64>> {
        let request = self.http.get(format!("{url}/api/v1/query"));
        let request = request.query(&name.query(&name.kind.range())).query(how);
        let answer = self.authorised(request).send()?;
        let status = answer.status();
        let text = answer.text()?;
        // A metric that nobody has sent to yet.
        if status == StatusCode::NOT_FOUND {
            return Ok(BTreeMap::new());
        }
        anyhow::ensure!(status.is_success(), "a query was answered {status}: {text}");
        let answer: Value = serde_json::from_str(&text)?;
        let points = answer["series"][0]["points"].as_array().map_or(&[][..], Vec::as_slice);
        let pair = |point: &Value| point[0].as_i64().zip(point[1].as_f64());
        let found: Option<BTreeMap<i64, f64>> = points.iter().map(pair).collect();
        let found = found.with_context(|| format!("a point is no pair of numbers: {text:.200}"))?;
        anyhow::ensure!(found.len() == points.len(), "a time is there twice");
        Ok(found)
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.key)
    }
}

impl SeriesName {
    fn query(self, range: &Range<i64>) -> [(&'static str, String); 4] {
        [
            ("metric", self.kind.metric().to_owned()),
            ("label", format!("writer={}", self.writer)),
            ("start", range.start.to_string()),
            ("end", range.end.to_string()),
        ]
    }
}

impl fmt::Display for SeriesName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{{writer={}}}", self.kind.metric(), self.writer)
    }
}

fn lines(name: SeriesName, samples: &[(i64, f64)]) -> String {
    let mut lines = String::new();
    for (time, value) in samples {
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{},writer={} value={value} {time}", name.kind.metric(), name.writer);
    }
    lines
}

fn body(name: SeriesName, samples: &[(i64, f64)]) -> Value {
    let writer = name.writer.to_string();
    let sample = |(time, value): &(i64, f64)| json!({"metric": name.kind.metric(), "labels": {"writer": writer}, "timestamp": time, "value": value});
    json!({"samples": samples.iter().map(sample).collect::<Vec<_>>()})
}
