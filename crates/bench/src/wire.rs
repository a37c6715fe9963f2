//! Just enough HTTP for many small requests: a client that does more would be what is measured.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::Context;
use futures_util::future::try_join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Builder,
};

use crate::load::{Load, Pressure, on_each};

/// As `pgbench` has where this is compared with it.
const THREADS: usize = 2;
/// More than any answer has here.
const MOST_BYTES: usize = 64 << 10;

/// A request as it goes over the wire. Its server is at `address`.
pub(crate) struct Post<'a> {
    /// As `host:port`.
    pub(crate) address: &'a str,
    pub(crate) path: &'a str,
    /// The API key.
    pub(crate) key: &'a str,
}

/// As [`crate::load::run`], with `body` for the bodies, which are JSON. A thread has many connections, and wakes once for
/// all answers that are there.
pub(crate) fn run(
    pressure: &Pressure,
    post: &Post<'_>,
    body: impl Fn(usize) -> String + Sync,
) -> anyhow::Result<Load> {
    let begin = Instant::now();
    let until = begin + Duration::from_secs(pressure.seconds);
    let next = AtomicUsize::new(0);
    let connection = async || -> anyhow::Result<Vec<Duration>> {
        let mut stream = TcpStream::connect(post.address).await?;
        stream.set_nodelay(true)?;
        let (mut latencies, mut answer) = (Vec::new(), Vec::new());
        while Instant::now() < until {
            let request = post.with(&body(next.fetch_add(1, Ordering::Relaxed)));
            let sent = Instant::now();
            stream.write_all(request.as_bytes()).await?;
            read_success(&mut stream, &mut answer).await?;
            latencies.push(sent.elapsed());
        }
        Ok(latencies)
    };
    let share = |thread| (pressure.connections + thread) / THREADS;
    let parts = on_each((0..THREADS).map(share).collect(), |connections| {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        runtime.block_on(try_join_all((0..connections).map(|_| connection())))
    })?;
    Ok(Load::of(parts.concat(), begin.elapsed()))
}

impl Post<'_> {
    fn with(&self, body: &str) -> String {
        let Self { address, path, key } = self;
        format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// Reads an answer to its end. Tallykeep's always say how long they are. `bytes` is room to read into.
async fn read_success(stream: &mut (impl AsyncReadExt + Unpin), bytes: &mut Vec<u8>) -> anyhow::Result<()> {
    bytes.clear();
    loop {
        if let Some(length) = length(bytes)? {
            anyhow::ensure!(bytes.len() <= length, "there is more than one answer");
            if bytes.len() == length {
                anyhow::ensure!(
                    bytes.starts_with(b"HTTP/1.1 2"),
                    "answered {}",
                    String::from_utf8_lossy(bytes)
                );
                return Ok(());
            }
        }
        anyhow::ensure!(bytes.len() < MOST_BYTES, "an answer is too long");
        anyhow::ensure!(stream.read_buf(bytes).await? > 0, "the connection ended within an answer");
    }
}

/// How long an answer is that begins with `bytes`, as soon as all of its head is there.
fn length(bytes: &[u8]) -> anyhow::Result<Option<usize>> {
    const END: &[u8] = b"\r\n\r\n";
    let Some(head) = bytes.windows(END.len()).position(|window| window == END) else { return Ok(None) };
    let lines = std::str::from_utf8(&bytes[..head])?.lines();
    let mut lengths = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    let body = lengths.next().context("an answer does not say how long it is")??;
    Ok(Some(head + END.len() + body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_to_its_end_and_no_further() {
        let read = |mut stream: &[u8]| {
            let runtime = Builder::new_current_thread().build().unwrap();
            runtime.block_on(read_success(&mut stream, &mut Vec::new()))
        };
        assert!(read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx: y\r\n\r\n{}").is_ok());
        for (answer, error) in [
            (&b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}"[..], "ended within"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}", "more than one"),
            (b"HTTP/1.1 200 OK\r\n\r\n{}", "how long"),
            (b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n", "503"),
        ] {
            assert!(read(answer).unwrap_err().to_string().contains(error), "{error}");
        }
    }
}
