//! What the crate serves, as it goes over the wire.
#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use tallykeep_service::{Health, Server};
use tallykeep_test_support::{Served, http_settings};
use utoipa_actix_web::service_config::ServiceConfig;

/// A document that is there whether or not the app was built.
const PATH: &str = "/docs/openapi/auth.json";

#[test]
fn after_a_file_that_has_not_changed_the_connection_goes_on() {
    let served = Served::start(Server::bind(http_settings(), Health::default(), None).unwrap(), || mount);
    for encoding in ["identity", "gzip"] {
        let common = format!("Host: localhost\r\nAccept-Encoding: {encoding}\r\n");
        let answers = exchange(
            &served.url,
            &format!(
                "GET {PATH} HTTP/1.1\r\n{common}If-None-Match: *\r\n\r\n\
                 GET {PATH} HTTP/1.1\r\n{common}Connection: close\r\n\r\n"
            ),
        );
        let (first, second) = answers.split_once("\r\n\r\n").unwrap();
        assert!(first.starts_with("HTTP/1.1 304 "), "{encoding}: {first}");
        assert!(second.starts_with("HTTP/1.1 200 "), "{encoding}: {second:.200}");
        let first = first.to_lowercase();
        assert!(first.contains("\r\netag:"), "{encoding}: {first}");
        for name in ["content-type", "content-encoding", "transfer-encoding"] {
            assert!(!first.contains(&format!("\r\n{name}:")), "{encoding}: {first}");
        }
    }
}

fn mount(services: &mut ServiceConfig) {
    services.map(|services| services.configure(tallykeep_web::configure));
}

/// Sends `requests` over one connection and answers all that comes back until the server hangs up.
fn exchange(url: &str, requests: &str) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.write_all(requests.as_bytes()).unwrap();
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).unwrap();
    String::from_utf8_lossy(&answers).into_owned()
}
