//! Receiving a body that may be compressed.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use reqwest::Method;
use tallykeep_test_support::{Answer, Client};

use crate::app::{self, BODY_LIMIT};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

async fn send(url: &str, encoding: &str, body: Vec<u8>) -> Answer {
    let request = Client::new(url).request(Method::POST, "/body").header("content-encoding", encoding);
    Client::send(request.body(body)).await
}

#[actix_web::test]
async fn a_compressed_body_is_unpacked() {
    let served = app::start();
    for encoding in ["gzip", "GZIP"] {
        let answer = send(&served.url, encoding, gzip(&[b'x'; 1000])).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "1000"), "{encoding}");
    }
    assert_eq!(send(&served.url, "identity", vec![b'x'; 10]).await.body, "10");
}

#[actix_web::test]
async fn a_gzip_bomb_is_refused() {
    let served = app::start();
    let bomb = gzip(&vec![0; 50 << 20]);
    assert!(bomb.len() < BODY_LIMIT, "{}", bomb.len());
    send(&served.url, "gzip", bomb).await.expect_problem(413, "body_too_large");
}

#[actix_web::test]
async fn a_body_of_one_byte_too_much_is_refused() {
    let served = app::start();
    let (exact, over) = (vec![b'x'; BODY_LIMIT], vec![b'x'; BODY_LIMIT + 1]);
    assert_eq!(send(&served.url, "gzip", gzip(&exact)).await.status, 200);
    send(&served.url, "gzip", gzip(&over)).await.expect_problem(413, "body_too_large");
    send(&served.url, "identity", over).await.expect_problem(413, "body_too_large");
}

#[actix_web::test]
async fn a_damaged_or_shortened_gzip_body_is_refused() {
    let served = app::start();
    let good = gzip(b"a body that is long enough to be cut in the middle of it");
    let mut damaged = good.clone();
    damaged[good.len() - 6] ^= 1;
    for body in [damaged, good[..good.len() - 1].to_vec(), good[..20].to_vec(), b"no gzip at all".to_vec()] {
        send(&served.url, "gzip", body).await.expect_problem(400, "body_unreadable");
    }
}

#[actix_web::test]
async fn another_encoding_is_refused() {
    let served = app::start();
    for encoding in ["br", "zstd", "deflate", "gzip, gzip", "x"] {
        send(&served.url, encoding, b"x".to_vec()).await.expect_problem(400, "encoding_unsupported");
    }
}
