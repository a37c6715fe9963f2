//! What was answered with 2xx outlives a crash.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tallykeep_test_support::Client;
use tokio::{
    sync::mpsc::{self, UnboundedSender},
    task::JoinSet,
};

use crate::process::DataFolder;

const ROUNDS: u64 = 12;
const CLIENTS: usize = 4;
const LINES: i64 = 50;
/// 2026-01-01T00:00:00Z. Each sample of a client is a millisecond after the one before.
const BEGIN: i64 = 1_767_225_600_000;

#[tokio::test]
async fn no_acknowledged_sample_is_lost_or_doubled_by_kill_9() {
    let folder = DataFolder::new();
    let mut writers: Vec<_> = (0..CLIENTS).map(Writer::new).collect();
    let mut key = String::new();
    for round in 0..ROUNDS {
        let process = folder.start();
        if round == 0 {
            let ada = process.register("ada@example.org").await;
            key = ada.create_key(&["metrics:read", "metrics:write"]).await;
        }
        let client = process.stranger().with_token(&key);
        check(&client, &writers, round).await;
        let (answered, mut answers) = mpsc::unbounded_channel();
        let mut load = JoinSet::new();
        for writer in writers.drain(..) {
            load.spawn(writer.write_until_cut(client.clone(), answered.clone()));
        }
        for _ in 0..any_number(round) {
            answers.recv().await.expect("the load goes on");
        }
        match round % 3 {
            0 => drop(process.kill_9()),
            1 => {
                drop(process.kill_9());
                folder.kill_postgres();
            }
            _ => {
                folder.kill_postgres();
                drop(process.kill_9());
            }
        }
        writers = load.join_all().await;
    }
    let process = folder.start();
    check(&process.stranger().with_token(&key), &writers, ROUNDS).await;
    process.terminate();
    let kept: usize = writers.iter().map(|writer| writer.acknowledged.len()).sum();
    assert!(kept >= usize::try_from(ROUNDS * LINES.unsigned_abs()).unwrap(), "only {kept} samples were sent");
}

/// A client with a series of its own.
struct Writer {
    name: usize,
    next: i64,
    acknowledged: BTreeSet<i64>,
    /// Sent, and not answered: may be there or not.
    uncertain: BTreeSet<i64>,
}

impl Writer {
    fn new(name: usize) -> Self {
        Self { name, next: 0, acknowledged: BTreeSet::new(), uncertain: BTreeSet::new() }
    }

    /// Sends batch after batch until the connection breaks. Begins with what was not answered last time, as a device
    /// would.
    async fn write_until_cut(mut self, client: Client, answered: UnboundedSender<()>) -> Self {
        loop {
            let mut batch = self.uncertain.clone();
            if batch.is_empty() {
                batch.extend(self.next..self.next + LINES);
                self.next += LINES;
            }
            self.uncertain.clone_from(&batch);
            let lines: String = batch.iter().map(|n| self.line(*n)).collect();
            let request = client.request(reqwest::Method::POST, "/api/v2/write?precision=ms").body(lines);
            match request.send().await {
                Ok(response) if response.status().is_success() => {
                    self.acknowledged.append(&mut self.uncertain);
                    // The test has counted enough.
                    let _ = answered.send(());
                }
                Ok(response) => assert_eq!(response.status(), 503, "{:?}", response.text().await),
                Err(_) => return self,
            }
        }
    }

    fn line(&self, n: i64) -> String {
        format!("load,client={} value={n} {}\n", self.name, BEGIN + n)
    }
}

/// Reads everything back.
async fn check(client: &Client, writers: &[Writer], round: u64) {
    for writer in writers.iter().filter(|writer| writer.next > 0) {
        let path = format!(
            "/api/v1/query?metric=load&label=client%3D{}&start={BEGIN}&end={}",
            writer.name,
            BEGIN + writer.next
        );
        let raw = client.get(&format!("{path}&aggregate=raw&points=100000")).await.expect(200);
        let points = points(&raw);
        let found: BTreeMap<i64, f64> = points.iter().copied().collect();
        let context = format!("round {round}, client {}", writer.name);
        assert_eq!(found.len(), points.len(), "{context}: a sample is there twice");
        for n in &writer.acknowledged {
            assert_eq!(found.get(&(BEGIN + n)), Some(&(*n as f64)), "{context}: a sample was lost");
        }
        let known = writer.acknowledged.len() + writer.uncertain.len();
        assert!(found.len() <= known, "{context}: {} samples of {known}", found.len());
        let counted = client.get(&format!("{path}&aggregate=count&step=1d&time_zone=UTC")).await.expect(200);
        let counted = self::points(&counted).first().map_or(0.0, |(_, count)| *count);
        assert_eq!(counted, found.len() as f64, "{context}");
    }
}

fn points(answer: &Value) -> Vec<(i64, f64)> {
    let points = answer["series"][0]["points"].as_array().cloned().unwrap_or_default();
    points.iter().map(|point| (point[0].as_i64().unwrap(), point[1].as_f64().unwrap())).collect()
}

/// How many answers a round waits for before it kills: 1 to 60, another number in every run.
fn any_number(round: u64) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    1 + RandomState::new().hash_one(round) % 60
}
