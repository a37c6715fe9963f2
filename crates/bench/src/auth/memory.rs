//! How much memory the service takes. Linux tells.

use std::{fs, thread};

use anyhow::{Context, anyhow};

use super::{
    met,
    service::{HASHING_PARALLELISM, Service},
    sign_in,
};

/// What the idle service should stay within, in MB.
const IDLE_GOAL: f64 = 20.0;
/// What one Argon2 verification takes, in KiB.
const ARGON2_KIB: u64 = 19_456;
const SIGN_INS: usize = 100;
/// What each of them may take besides, for its connection and its request, in KiB.
const REQUEST_KIB: u64 = 100;
const BYTES_IN_KIB: f64 = 1_024.0;
const BYTES_IN_MB: f64 = 1_000_000.0;

/// Prints what it takes before its first request.
pub(super) fn idle(service: &Service) -> anyhow::Result<()> {
    let mb = megabytes(resident(service, "VmRSS")?);
    println!("idle memory           {mb:>8.1} MB  goal {IDLE_GOAL}: {}", met(mb <= IDLE_GOAL));
    Ok(())
}

/// Prints how much more it takes at the most while many sign in at once, beside what so many hashes need as may run.
pub(super) fn parallel_sign_ins(service: &Service) -> anyhow::Result<()> {
    let before = resident(service, "VmRSS")?;
    // From here on it counts its peak anew (proc(5)).
    fs::write(format!("/proc/{}/clear_refs", service.process.id()), "5")?;
    let taken = thread::scope(|scope| {
        let threads: Vec<_> = (0..SIGN_INS).map(|_| scope.spawn(|| sign_in::once(service))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, anyhow::Result<bool>>| {
            thread.join().map_err(|_| anyhow!("a client panicked"))?
        };
        threads.into_iter().map(join).collect::<anyhow::Result<Vec<_>>>()
    })?;
    let taken = taken.into_iter().filter(|taken| *taken).count();
    let growth = megabytes(resident(service, "VmHWM")?.saturating_sub(before));
    let bound = megabytes(HASHING_PARALLELISM * ARGON2_KIB + SIGN_INS as u64 * REQUEST_KIB);
    println!(
        "{SIGN_INS} sign-ins at once  {growth:>8.1} MB more at the peak, {taken} taken and the others asked to come again, \
         goal {HASHING_PARALLELISM} hashes and the requests, {bound:.1}: {}",
        met(growth <= bound)
    );
    Ok(())
}

/// The figure `name` of its status, in KiB.
fn resident(service: &Service, name: &str) -> anyhow::Result<u64> {
    let path = format!("/proc/{}/status", service.process.id());
    let status = fs::read_to_string(path).context("memory can be measured on Linux only")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.and_then(|text| text.trim().strip_suffix(" kB")).context("no such figure")?;
    Ok(kib.parse()?)
}

fn megabytes(kib: u64) -> f64 {
    kib as f64 * BYTES_IN_KIB / BYTES_IN_MB
}
