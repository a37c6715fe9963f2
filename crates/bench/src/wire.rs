//! Just enough HTTP for many small requests: a client that does more would be what is measured.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::Context;

use crate::load::{Load, Pressure, on_each};

/// A request as it goes over the wire. Its server is at `address`.
pub(crate) struct Post<'a> {
    /// As `host:port`.
    pub(crate) address: &'a str,
    pub(crate) path: &'a str,
    /// The API key.
    pub(crate) key: &'a str,
}

/// As [`crate::load::run`], with `body` for the bodies, which are JSON.
pub(crate) fn run(
    pressure: &Pressure,
    post: &Post<'_>,
    body: impl Fn(usize) -> String + Sync,
) -> anyhow::Result<Load> {
    let begin = Instant::now();
    let until = begin + Duration::from_secs(pressure.seconds);
    let next = AtomicUsize::new(0);
    let connection = || -> anyhow::Result<Vec<Duration>> {
        let mut stream = BufReader::new(TcpStream::connect(post.address)?);
        stream.get_ref().set_nodelay(true)?;
        let mut latencies = Vec::new();
        while Instant::now() < until {
            let request = post.with(&body(next.fetch_add(1, Ordering::Relaxed)));
            let sent = Instant::now();
            stream.get_mut().write_all(request.as_bytes())?;
            read_success(&mut stream)?;
            latencies.push(sent.elapsed());
        }
        Ok(latencies)
    };
    let parts = on_each(pressure.connections, connection)?;
    Ok(Load::of(parts, begin.elapsed()))
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

/// Reads an answer to its end. Tallykeep's always say how long they are.
fn read_success(stream: &mut impl BufRead) -> anyhow::Result<()> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    anyhow::ensure!(line.starts_with("HTTP/1.1 2"), "answered {line:?}");
    let mut length = None;
    while line != "\r\n" {
        line.clear();
        anyhow::ensure!(stream.read_line(&mut line)? > 0, "the connection ended within an answer");
        let value =
            line.to_ascii_lowercase().strip_prefix("content-length:").map(|value| value.trim().parse());
        length = value.transpose()?.or(length);
    }
    let mut body = vec![0; length.context("an answer does not say how long it is")?];
    stream.read_exact(&mut body)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_to_its_end_and_no_further() {
        let two = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx: y\r\n\r\n{}HTTP/1.1 503 Away\r\n\r\n";
        let mut stream = two.as_bytes();
        read_success(&mut stream).unwrap();
        assert!(read_success(&mut stream).unwrap_err().to_string().contains("503"));
    }
}
