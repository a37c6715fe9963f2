//! Sending all of a measurement as fast as it is taken, to have something to measure with.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::anyhow;
use reqwest::blocking::{Client, RequestBuilder};

use super::data::{LINES, Measurement};

/// Few, so that a machine with two cores does not drown in them.
const CONNECTIONS: usize = 4;

/// Sends the samples that are counted as `samples`, in whole bodies but for the last; `request` makes a request of one.
pub(super) fn send_all(
    measurement: Measurement,
    samples: Range<usize>,
    request: impl Fn(&Client, Vec<u8>) -> RequestBuilder + Sync,
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(samples.start / LINES);
    let connection = || -> anyhow::Result<()> {
        let client = Client::builder().no_proxy().timeout(None).build()?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= Measurement::bodies(samples.end) {
                return Ok(());
            }
            request(&client, measurement.body(number, samples.end)).send()?.error_for_status()?.bytes()?;
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(connection)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow!("a sender panicked"))?)
    })
}
