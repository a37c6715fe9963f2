//! Three of each service over one database.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tallykeep_database::ServiceRole;
use tallykeep_domain::AccountId;
use tallykeep_test_support::{Client, SignedIn, TestApp, TestDatabase};
use tokio::task::JoinSet;

const REPLICAS: usize = 3;
const WRITERS: u64 = 3;
const STEPS: usize = 40;
/// 2026-01-01T00:00:00Z. What is written lies within some minutes of it.
const BEGIN: i64 = 1_767_225_600_000;
const SECONDS: i64 = 300;

#[tokio::test]
async fn whatever_replica_was_written_to_each_of_them_reads_it_at_once() {
    let app = TestApp::start();
    let replicas: Vec<_> = (1..REPLICAS).map(|_| app.replica()).collect();
    let ada = app.register("ada@example.org").await;
    let machine = ada.machine(&["metrics:read", "metrics:write"]).await;
    let urls = [&app.url].into_iter().chain(replicas.iter().map(|replica| &replica.url));
    let clients: Vec<_> = urls.map(|url| machine.at(url)).collect();
    let workers = Workers::start(&app.database, account(&ada).await);
    let mut writers = JoinSet::new();
    for seed in 0..WRITERS {
        writers.spawn(Writer::new(seed, clients.clone()).write_and_read());
    }
    writers.join_all().await;
    let rounds = workers.stop();
    assert!(rounds > REPLICAS, "the workers have compacted {rounds} times");
}

async fn account(person: &SignedIn) -> AccountId {
    person.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().parse().unwrap()
}

/// As many workers at once, each without a pause. They stop with the test.
struct Workers {
    stop: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<usize>>,
}

impl Workers {
    fn start(database: &TestDatabase, account: AccountId) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let worker = |_| {
            let (mut connection, stop) = (database.connect(ServiceRole::Worker), Arc::clone(&stop));
            thread::spawn(move || {
                let mut rounds = 0;
                while !stop.load(Ordering::Relaxed) {
                    let round = tallykeep_store::compact(&mut connection, account).unwrap();
                    rounds += usize::from(round.is_some_and(|round| round.segments > 0));
                }
                rounds
            })
        };
        let threads = (0..REPLICAS).map(worker).collect();
        Self { stop, threads }
    }

    /// Answers how many rounds have found something.
    fn stop(mut self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.drain(..).map(|thread| thread.join().unwrap()).sum()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Somebody who writes, writes over and deletes in a series of its own, and in one that all write to at times of its own,
/// each time by any replica.
struct Writer {
    id: u64,
    clients: Vec<Client>,
    rng: fastrand::Rng,
    /// By metric and time, what has to be there.
    own: BTreeMap<i64, f64>,
    shared: BTreeMap<i64, f64>,
}

impl Writer {
    fn new(id: u64, clients: Vec<Client>) -> Self {
        Self { id, clients, rng: fastrand::Rng::with_seed(id), own: BTreeMap::new(), shared: BTreeMap::new() }
    }

    async fn write_and_read(mut self) {
        for step in 0..STEPS {
            if step % 5 == 4 {
                self.delete().await;
            } else {
                self.write(step).await;
            }
            let label = format!("writer={}", self.id);
            assert_eq!(self.read("own", &label).await, self.own, "writer {} at step {step}", self.id);
            let mut shared = self.read("shared", "of=all").await;
            let mine = |time: &i64| u64::try_from((time - BEGIN) / 1_000).unwrap() % WRITERS == self.id;
            shared.retain(|time, _| mine(time));
            assert_eq!(shared, self.shared, "writer {} at step {step}", self.id);
        }
    }

    fn any_replica(&mut self) -> Client {
        let place = self.rng.usize(..self.clients.len());
        self.clients[place].clone()
    }

    async fn write(&mut self, step: usize) {
        let mut lines = String::new();
        for _ in 0..20 {
            let (second, value) = (self.rng.i64(0..SECONDS), self.rng.i32(..1_000));
            let own = BEGIN + second * 1_000;
            let shared = BEGIN + (second * WRITERS as i64 + self.id as i64) * 1_000;
            self.own.insert(own, f64::from(value));
            self.shared.insert(shared, f64::from(value));
            lines += &format!("own,writer={} value={value} {own}\n", self.id);
            lines += &format!("shared,of=all value={value} {shared}\n");
            // One that is new to all, at the same time.
            lines += &format!("made,step={step} value=1 {own}\n");
        }
        self.any_replica().post_bytes("/write?precision=ms", lines).await.expect(204);
    }

    async fn delete(&mut self) {
        let start = BEGIN + self.rng.i64(0..SECONDS) * 1_000;
        let end = start + 60_000;
        let path = format!("/api/v1/samples?metric=own&label=writer%3D{}&start={start}&end={end}", self.id);
        self.any_replica().delete(&path).await.expect(200);
        self.own.retain(|time, _| !(start..end).contains(time));
    }

    /// Every sample of a series.
    async fn read(&mut self, metric: &str, label: &str) -> BTreeMap<i64, f64> {
        let label = label.replace('=', "%3D");
        let end = BEGIN + SECONDS * WRITERS as i64 * 1_000;
        let path = format!(
            "/api/v1/query?metric={metric}&label={label}&aggregate=raw&points=100000&start={BEGIN}&end={end}"
        );
        let answer = self.any_replica().get(&path).await.expect(200);
        let points = answer["series"][0]["points"].as_array().cloned().unwrap_or_default();
        points.iter().map(|point| (point[0].as_i64().unwrap(), point[1].as_f64().unwrap())).collect()
    }
}
