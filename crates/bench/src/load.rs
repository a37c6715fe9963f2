//! Sending requests over several connections for a while.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use reqwest::{
    blocking::{Client, RequestBuilder},
    redirect::Policy,
};

/// For how long, and over how many connections.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Pressure {
    /// How many rounds.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: usize,
    /// How long each side is loaded in a round, in seconds.
    #[arg(long, default_value_t = 8)]
    pub(crate) seconds: u64,
    /// How many connections send at once.
    #[arg(long, default_value_t = 8)]
    pub(crate) connections: usize,
}

/// What the load met.
pub(crate) struct Load {
    /// Requests a second that were answered 2xx.
    pub(crate) rate: f64,
    /// How long each request took, sorted.
    latencies: Vec<Duration>,
}

impl Load {
    pub(crate) fn of(latencies: Vec<Vec<Duration>>, elapsed: Duration) -> Self {
        let mut latencies: Vec<_> = latencies.into_iter().flatten().collect();
        latencies.sort_unstable();
        Self { rate: latencies.len() as f64 / elapsed.as_secs_f64(), latencies }
    }

    /// The latency that the share `share` of requests stayed within, in milliseconds.
    pub(crate) fn latency_ms(&self, share: f64) -> f64 {
        let place = (self.latencies.len() as f64 * share) as usize;
        let latency = self.latencies.get(place.min(self.latencies.len().saturating_sub(1)));
        latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

/// Sends what `request` makes of a client and a number that counts up, each connection one at a time. Ends with the
/// first answer that is not 2xx.
pub(crate) fn run(
    pressure: &Pressure,
    request: impl Fn(&Client, usize) -> RequestBuilder + Sync,
) -> anyhow::Result<Load> {
    let clients = clients(pressure.connections)?;
    let begin = Instant::now();
    let until = begin + Duration::from_secs(pressure.seconds);
    let next = AtomicUsize::new(0);
    let connection = |client: Client| -> anyhow::Result<Vec<Duration>> {
        let mut latencies = Vec::new();
        while Instant::now() < until {
            let request = request(&client, next.fetch_add(1, Ordering::Relaxed));
            let sent = Instant::now();
            let answer = request.send()?.error_for_status()?;
            anyhow::ensure!(answer.status().is_success(), "answered {}", answer.status());
            answer.bytes()?;
            latencies.push(sent.elapsed());
        }
        Ok(latencies)
    };
    let parts = on_each(clients, connection)?;
    Ok(Load::of(parts, begin.elapsed()))
}

/// Sends `rate` requests a second for so many `seconds`, whether those before are answered or not, as long as one of the
/// `connections` is free. A latency is counted from when its request was due: that of one which waited for a connection
/// holds the wait. Ends with the first answer that is not 2xx.
pub(crate) fn at_rate(
    rate: f64,
    seconds: u64,
    connections: usize,
    request: impl Fn(&Client, usize) -> RequestBuilder + Sync,
) -> anyhow::Result<Load> {
    let clients = clients(connections)?;
    let (begin, next) = (Instant::now(), AtomicUsize::new(0));
    let connection = |client: Client| -> anyhow::Result<Vec<Duration>> {
        let mut latencies = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let due = Duration::from_secs_f64(number as f64 / rate);
            if due > Duration::from_secs(seconds) {
                return Ok(latencies);
            }
            // Made before it is due: what that takes is not the server's.
            let request = request(&client, number);
            while let Some(left) = due.checked_sub(begin.elapsed()) {
                thread::park_timeout(left);
            }
            let answer = request.send()?.error_for_status()?;
            anyhow::ensure!(answer.status().is_success(), "answered {}", answer.status());
            answer.bytes()?;
            latencies.push(begin.elapsed() - due);
        }
    };
    let parts = on_each(clients, connection)?;
    Ok(Load::of(parts, begin.elapsed()))
}

/// One for each connection. To make one takes a while, which belongs to no request.
fn clients(count: usize) -> anyhow::Result<Vec<Client>> {
    // A redirect to a sign-in page would be answered 2xx too.
    let client = || Client::builder().no_proxy().redirect(Policy::none()).build();
    Ok((0..count).map(|_| client()).collect::<Result<_, _>>()?)
}

/// Does `work` on a thread for each of `parts`, at once.
pub(crate) fn on_each<P: Send, T: Send>(
    parts: Vec<P>,
    work: impl Fn(P) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<Vec<T>> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || work(part))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().map_err(|_| anyhow!("a sender panicked"))?
        };
        threads.into_iter().map(join).collect()
    })
}
