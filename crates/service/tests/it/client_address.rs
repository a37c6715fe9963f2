//! Whom the service takes for its client.

use actix_web::test;
use tallykeep_service::{Health, HttpSettings};
use tallykeep_test_support::{Client, http_settings};

use crate::app;

async fn address(trusted: &str, forwarded: &str) -> String {
    let trusted_proxies = trusted.split_whitespace().map(|network| network.parse().unwrap()).collect();
    let served = app::serve(HttpSettings { trusted_proxies, ..http_settings() }, Health::default());
    let client = Client::new(&served.url)
        .with_header("x-forwarded-for", forwarded)
        .with_header("forwarded", "for=192.0.2.1")
        .with_header("x-real-ip", "192.0.2.2");
    client.get("/address").await.body
}

#[test]
async fn a_stranger_is_not_believed() {
    assert_eq!(address("", "198.51.100.7").await, "127.0.0.1");
    assert_eq!(address("10.0.0.0/8", "198.51.100.7").await, "127.0.0.1");
}

#[test]
async fn a_trusted_proxy_is_believed_and_what_lies_before_it_is_not() {
    assert_eq!(address("127.0.0.0/8", "1.2.3.4, 198.51.100.7").await, "198.51.100.7");
    assert_eq!(address("127.0.0.0/8 10.0.0.0/8", "1.2.3.4, 198.51.100.7, 10.0.0.9").await, "198.51.100.7");
}

#[test]
async fn what_a_proxy_writes_that_is_no_address_is_ignored() {
    assert_eq!(address("127.0.0.0/8", "localhost").await, "127.0.0.1");
}
