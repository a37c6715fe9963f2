//! Sending bodies over several connections for a while.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use reqwest::blocking::Client;

use crate::samples::Samples;

/// What the load met.
pub(crate) struct Load {
    /// Samples a second that were answered 2xx.
    pub(crate) rate: f64,
    /// How long each request took, sorted.
    latencies: Vec<Duration>,
}

impl Load {
    /// The latency that the share `share` of requests stayed within, in milliseconds.
    pub(crate) fn latency_ms(&self, share: f64) -> f64 {
        let place = (self.latencies.len() as f64 * share) as usize;
        let latency = self.latencies.get(place.min(self.latencies.len().saturating_sub(1)));
        latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

/// Sends the bodies in turn to `url`, each connection one at a time.
pub(crate) fn run(
    samples: &Samples,
    url: &str,
    key: &str,
    seconds: u64,
    connections: usize,
) -> anyhow::Result<Load> {
    let begin = Instant::now();
    let until = begin + Duration::from_secs(seconds);
    let next = AtomicUsize::new(0);
    let connection = || -> anyhow::Result<Vec<Duration>> {
        let client = Client::builder().no_proxy().build()?;
        let mut latencies = Vec::new();
        while Instant::now() < until {
            let body = &samples.bodies[next.fetch_add(1, Ordering::Relaxed) % samples.bodies.len()];
            let sent = Instant::now();
            client.post(url).bearer_auth(key).body(body.clone()).send()?.error_for_status()?;
            latencies.push(sent.elapsed());
        }
        Ok(latencies)
    };
    let parts = thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(connection)).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().map_err(|_| anyhow!("a sender panicked"))?
        };
        threads.into_iter().map(join).collect::<anyhow::Result<Vec<_>>>()
    })?;
    let elapsed = begin.elapsed().as_secs_f64();
    let mut latencies: Vec<_> = parts.into_iter().flatten().collect();
    latencies.sort_unstable();
    Ok(Load { rate: (latencies.len() * Samples::IN_A_BODY) as f64 / elapsed, latencies })
}
