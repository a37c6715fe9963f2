//! Requests that no client library would send.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::Value;

use crate::{compose::required, stack::Stack};

const PATIENCE: Duration = Duration::from_secs(10);

/// An answer, as it came.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl RawAnswer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no answer of HTTP: {text:?}"));
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut values = lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        values.next().unwrap_or_default().trim()
    }

    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Sends the lines of a request, each without its end, and answers all that comes back. `Host` is sent unless a line says
/// it, and the connection is to be closed unless a line says something of it.
pub(crate) fn exchange(stack: &Stack, request_line: &str, headers: &[String]) -> RawAnswer {
    let has =
        |name: &str| headers.iter().any(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
    let mut request = format!("{request_line}\r\n");
    if !has("host") {
        request += &format!("Host: {}\r\n", stack.host());
    }
    if !has("connection") {
        request += "Connection: close\r\n";
    }
    for line in headers {
        request += &format!("{line}\r\n");
    }
    send(stack.host(), stack.is_secure(), &(request + "\r\n"))
}

/// Sends `request` to `host`, over TLS or in the clear, and answers all that comes back until the other side hangs up.
pub(crate) fn send(host: &str, is_secure: bool, request: &str) -> RawAnswer {
    let stream = TcpStream::connect(host).expect("something listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket has a timeout");
    let received = if is_secure { converse(tls(stream), request) } else { converse(stream, request) };
    RawAnswer::parse(&String::from_utf8_lossy(&received))
}

fn converse(mut stream: impl Read + Write, request: &str) -> Vec<u8> {
    stream.write_all(request.as_bytes()).expect("the request goes out");
    let mut received = Vec::new();
    match stream.read_to_end(&mut received) {
        // A server that has refused a request may hang up without a word of farewell.
        Err(error) if received.is_empty() || !hung_up(error.kind()) => panic!("{error}: {request}"),
        _ => received,
    }
}

fn hung_up(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset)
}

fn tls(stream: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
    let authority = CertificateDer::from_pem_file(required("EDGE_CA_FILE")).expect("the runner made it");
    let mut roots = RootCertStore::empty();
    roots.add(authority).expect("it is an authority");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("it is a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("the configuration is whole");
    StreamOwned::new(connection, stream)
}
