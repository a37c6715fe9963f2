//! Requests that no client library would send.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
};

/// Sends `bytes`, hangs up on the sending side, and answers all that comes back.
pub(crate) fn exchange(url: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.write_all(bytes).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    receive(stream)
}

/// Sends `bytes` and answers all that comes back until the server hangs up.
pub(crate) fn exchange_open(url: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.write_all(bytes).unwrap();
    receive(stream)
}

fn receive(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
