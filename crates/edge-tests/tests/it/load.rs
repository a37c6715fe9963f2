//! Clients that write and read without a pause, and know afterwards what they were promised.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use reqwest::Method;
use serde_json::Value;
use tallykeep_test_support::Client;
use tokio::task::JoinSet;

const WRITERS: usize = 3;
/// Samples of a request.
const BATCH: i64 = 10;
/// 2026-01-01T00:00:00Z. Each sample of a writer is a millisecond after the one before.
const BEGIN: i64 = 1_767_225_600_000;

/// Writers and a reader at work.
pub(crate) struct Load {
    client: Client,
    metric: String,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    tasks: JoinSet<Record>,
}

/// What one client was answered.
#[derive(Default)]
struct Record {
    writer: Option<usize>,
    acknowledged: BTreeSet<i64>,
    failures: Vec<String>,
}

/// What became of a load.
pub(crate) struct Report {
    /// How many requests were answered as they should be.
    pub(crate) answered: usize,
    /// What went wrong with the others.
    pub(crate) failures: Vec<String>,
}

impl Load {
    /// Begins to write a metric called `metric` and to read it.
    pub(crate) fn start(client: Client, metric: &str) -> Self {
        let mut load = Self {
            client,
            metric: metric.to_owned(),
            stop: Arc::default(),
            answered: Arc::default(),
            tasks: JoinSet::new(),
        };
        for writer in 0..WRITERS {
            let worker = load.worker();
            load.tasks.spawn(async move { worker.write(writer).await });
        }
        let worker = load.worker();
        load.tasks.spawn(async move { worker.read().await });
        load
    }

    fn worker(&self) -> Worker {
        Worker {
            client: self.client.clone(),
            metric: self.metric.clone(),
            stop: Arc::clone(&self.stop),
            answered: Arc::clone(&self.answered),
        }
    }

    /// How many requests have been answered as they should be.
    pub(crate) fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// Ends it, and reads back what was acknowledged.
    ///
    /// # Panics
    /// When a sample that was acknowledged is not there, or there with another value.
    pub(crate) async fn stop(self) -> Report {
        self.stop.store(true, Ordering::Relaxed);
        let answered = Arc::clone(&self.answered);
        let mut failures = Vec::new();
        for record in self.tasks.join_all().await {
            failures.extend(record.failures);
            let Some(writer) = record.writer else { continue };
            let found = read_back(&self.client, &self.metric, writer, &record.acknowledged).await;
            let lost: Vec<_> =
                record.acknowledged.iter().filter(|n| found.get(n) != Some(&(**n as f64))).collect();
            assert!(
                lost.is_empty(),
                "writer {writer} was promised {} samples: {lost:?} are gone",
                record.acknowledged.len()
            );
        }
        Report { answered: answered.load(Ordering::Relaxed), failures }
    }
}

struct Worker {
    client: Client,
    metric: String,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
}

impl Worker {
    /// Writes batch after batch, each once.
    async fn write(self, writer: usize) -> Record {
        let mut record = Record { writer: Some(writer), ..Record::default() };
        let mut next = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let batch = next..next + BATCH;
            next += BATCH;
            let line = |n: i64| format!("{},writer={writer} value={n} {}\n", self.metric, BEGIN + n);
            let lines: String = batch.clone().map(line).collect();
            let request = self.client.request(Method::POST, "/api/v2/write?precision=ms").body(lines);
            if self.succeeds(request, "write", &mut record).await {
                record.acknowledged.extend(batch);
            }
        }
        record
    }

    /// Reads again and again.
    async fn read(self) -> Record {
        let mut record = Record::default();
        while !self.stop.load(Ordering::Relaxed) {
            let path = format!("/api/v1/series?metric={}", self.metric);
            let request = self.client.request(Method::GET, &path);
            self.succeeds(request, "read", &mut record).await;
        }
        record
    }

    async fn succeeds(&self, request: reqwest::RequestBuilder, what: &str, record: &mut Record) -> bool {
        let failure = match request.send().await {
            Ok(response) if response.status().is_success() => {
                // Read to its end: an answer that breaks off is none.
                match response.bytes().await {
                    Ok(_) => None,
                    Err(error) => Some(format!("{what}: {error:?}")),
                }
            }
            Ok(response) => Some(format!("{what}: {} {:?}", response.status(), response.text().await)),
            Err(error) => Some(format!("{what}: {error:?}")),
        };
        if failure.is_none() {
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
        let succeeded = failure.is_none();
        record.failures.extend(failure);
        succeeded
    }
}

/// The samples of a writer, by their number.
async fn read_back(
    client: &Client,
    metric: &str,
    writer: usize,
    acknowledged: &BTreeSet<i64>,
) -> BTreeMap<i64, f64> {
    const PAGE: i64 = 50_000;
    let mut found = BTreeMap::new();
    let end = acknowledged.last().map_or(0, |last| last + 1);
    for begin in (0..end).step_by(usize::try_from(PAGE).expect("it is small")) {
        let (start, end) = (BEGIN + begin, BEGIN + (begin + PAGE).min(end));
        let path = format!(
            "/api/v1/query?metric={metric}&label=writer%3D{writer}&aggregate=raw&points=100000&start={start}&end={end}"
        );
        let answer = client.get(&path).await.expect(200);
        for point in answer["series"][0]["points"].as_array().into_iter().flatten() {
            let number = |value: &Value| value.as_i64().expect("a time");
            found.insert(number(&point[0]) - BEGIN, point[1].as_f64().expect("a value"));
        }
    }
    found
}
