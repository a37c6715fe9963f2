//! What a request is told that cannot be understood.

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_service::Problem;
use tallykeep_test_support::{Answer, Client, Served};

use crate::{
    app::{self, BODY_LIMIT},
    raw,
};

fn client(served: &Served) -> Client {
    Client::new(&served.url)
}

async fn post_json(client: &Client, body: impl Into<reqwest::Body>) -> Answer {
    let request = client.request(Method::POST, "/things").header("content-type", "application/json");
    Client::send(request.body(body)).await
}

#[actix_web::test]
async fn what_is_right_is_taken() {
    let served = app::start();
    let answer = client(&served).post("/things", &json!({"count": 7})).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "7"));
    assert!(!answer.header("x-request-id").is_empty());
}

#[actix_web::test]
async fn a_route_that_is_not_there_is_a_problem() {
    let served = app::start();
    for path in ["/nothing", "/things/1/2", "/%2e%2e/etc/passwd", "//things/1", "/THINGS/1"] {
        client(&served).get(path).await.expect_problem(404, "route_not_found");
    }
    client(&served).delete("/nothing").await.expect_problem(404, "route_not_found");
}

#[actix_web::test]
async fn another_method_than_those_of_a_path_is_a_problem_that_names_them() {
    let served = app::start();
    for (method, path, allowed) in [
        ("DELETE", "/things", "POST"),
        ("GET", "/things", "POST"),
        ("HEAD", "/things", "POST"),
        ("OPTIONS", "/things", "POST"),
        ("TRACE", "/things", "POST"),
        ("PROPFIND", "/things", "POST"),
        ("POST", "/things/7", "GET, HEAD"),
        ("PUT", "/things/what-is-no-number", "GET, HEAD"),
        ("GET", "/things/count", "POST"),
        ("HEAD", "/things/count", "POST"),
        ("POST", "/livez", "GET, HEAD"),
    ] {
        let answer = Client::send(client(&served).request(method.parse().unwrap(), path)).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, allowed), "{method} {path}");
        if method != "HEAD" {
            answer.expect_problem(405, "method_not_allowed");
        }
    }
}

#[actix_web::test]
async fn head_is_answered_as_get_without_the_body() {
    let served = app::start();
    for (path, status) in [("/things/77", 200), ("/things/x", 400), ("/livez", 200), ("/nothing", 404)] {
        let get = client(&served).get(path).await;
        let head = Client::send(client(&served).request(Method::HEAD, path)).await;
        assert_eq!((get.status.as_u16(), head.status.as_u16()), (status, status), "{path}");
        for name in ["content-length", "content-type", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
        assert_eq!((head.body.as_str(), get.body.is_empty()), ("", false), "{path}");
    }
}

#[actix_web::test]
async fn every_request_has_an_id_of_its_own_that_the_client_cannot_choose() {
    let served = app::start();
    let client = client(&served).with_header("x-request-id", "chosen");
    let (one, other) = (client.get("/nothing").await, client.get("/nothing").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
    assert!(!one.body.contains("chosen"));
}

#[actix_web::test]
async fn a_body_that_is_no_json_is_a_problem() {
    let served = app::start();
    for body in ["", "{", "count=7", "{\"count\": NaN}", "{\"count\": 7} {}", "\u{feff}{\"count\": 7}"] {
        post_json(&client(&served), body).await.expect_problem(400, "json_malformed");
    }
    let deep = "[".repeat(100_000);
    post_json(&client(&served), format!("{{\"count\": {deep}")).await.expect_problem(422, "body_invalid");
    let bytes: &[u8] = b"{\"count\xff\": 7}";
    post_json(&client(&served), bytes).await.expect_problem(400, "json_malformed");
}

#[actix_web::test]
async fn a_body_of_the_wrong_shape_is_a_problem_that_says_where() {
    let served = app::start();
    for body in [
        json!({"count": "7"}),
        json!({"count": -1}),
        json!({"count": 7.5}),
        json!({"count": 1e10}),
        json!({"count": null}),
        json!({}),
        json!(7),
        json!(null),
        json!([]),
        json!([7]),
        json!([{"count": 7}]),
    ] {
        let problem = client(&served).post("/things", &body).await.expect_problem(422, "body_invalid");
        assert!(problem["detail"].as_str().unwrap().contains("line 1"), "{problem}");
    }
}

#[actix_web::test]
async fn an_unknown_or_repeated_field_is_a_problem_that_names_it() {
    let served = app::start();
    for (body, named) in
        [(r#"{"count": 7, "cuont": 7}"#, "cuont"), (r#"{"count": 7, "count": 8}"#, "duplicate field `count`")]
    {
        let problem = post_json(&client(&served), body).await.expect_problem(422, "body_invalid");
        assert!(problem["detail"].as_str().unwrap().contains(named), "{problem}");
    }
}

#[actix_web::test]
async fn json_under_another_content_type_is_refused() {
    let served = app::start();
    let request = || client(&served).request(Method::POST, "/things");
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "json",
        "text/json",
        "application/problem+json",
        "application/json; charset=utf-16",
        "text/plain, application/json",
    ] {
        let answer = Client::send(request().header("content-type", kind).body(r#"{"count": 7}"#)).await;
        answer.expect_problem(415, "media_type_unsupported");
    }
    let answer = Client::send(request().body(r#"{"count": 7}"#)).await;
    answer.expect_problem(415, "media_type_unsupported");
    for kind in ["application/json; charset=UTF-8", "APPLICATION/JSON"] {
        let answer = Client::send(request().header("content-type", kind).body(r#"{"count": 7}"#)).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "7"), "{kind}");
    }
}

#[actix_web::test]
async fn json_is_taken_up_to_a_mebibyte_and_not_packed() {
    let served = app::start();
    let padded = |length: usize| format!("{}{{\"count\": 7}}", " ".repeat(length - 12));
    assert_eq!(post_json(&client(&served), padded(1 << 20)).await.body, "7");
    post_json(&client(&served), padded((1 << 20) + 1)).await.expect_problem(413, "body_too_large");
    let packed = client(&served).with_header("content-encoding", "gzip");
    post_json(&packed, r#"{"count": 7}"#).await.expect_problem(400, "encoding_unsupported");
}

#[actix_web::test]
async fn json_that_announces_too_much_is_refused_before_it_arrives() {
    let served = app::start();
    let head = "POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1048577\r\n\r\n";
    assert_raw_problem(&raw::exchange_open(&served.url, head.as_bytes()), 413, "body_too_large");
}

#[actix_web::test]
async fn json_that_turns_out_too_long_is_refused() {
    let served = app::start();
    let mut request = b"POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
        transfer-encoding: chunked\r\n\r\n100001\r\n"
        .to_vec();
    request.resize(request.len() + 0x10_0001, b' ');
    assert_raw_problem(&raw::exchange(&served.url, &request), 413, "body_too_large");
}

#[actix_web::test]
async fn a_path_that_does_not_parse_is_a_problem() {
    let served = app::start();
    for path in ["/things/seven", "/things/-1", "/things/4294967296", "/things/%00", "/things/%ff"] {
        client(&served).get(path).await.expect_problem(400, "path_invalid");
    }
}

#[actix_web::test]
async fn a_query_string_that_does_not_fit_is_a_problem() {
    let served = app::start();
    for query in ["limit=", "limit=many", "limit=-1", "limit=1&limit=2", "limti=1"] {
        client(&served).get(&format!("/search?{query}")).await.expect_problem(400, "query_invalid");
    }
    let answer = client(&served).get("/search?label=a&limit=1&label=b").await;
    assert_eq!(answer.body, r#"Some(1) ["a", "b"]"#);
}

#[actix_web::test]
async fn a_body_that_is_cut_off_is_a_problem() {
    let served = app::start();
    let request = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 30\r\n\r\n{{"
        )
    };
    for path in ["/things", "/body"] {
        let answer = raw::exchange(&served.url, request(path).as_bytes());
        assert_raw_problem(&answer, 400, "body_unreadable");
    }
}

#[actix_web::test]
async fn headers_that_are_too_long_are_refused() {
    let served = app::start();
    let mut request = b"GET /search HTTP/1.1\r\nhost: x\r\nx-long: ".to_vec();
    request.resize(128 * 1024, b'x');
    let answer = raw::exchange_open(&served.url, &request);
    // The framework answers before there is a request, so there is nothing that a problem could name.
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[actix_web::test]
async fn what_is_no_http_is_refused() {
    let served = app::start();
    for request in [
        "HELLO\r\n\r\n",
        "GET /search\x01 HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET /search HTTP/1.1\r\nhost: x\r\nbroken header\r\n\r\n",
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        let answer = raw::exchange(&served.url, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{request:?} gave {answer:?}");
    }
}

#[actix_web::test]
async fn a_fault_does_not_show_its_cause() {
    let served = app::start();
    for path in ["/fault", "/framework-fault"] {
        let answer = client(&served).get(path).await;
        answer.expect_problem(500, "internal");
        assert!(!answer.body.contains("hunter2"), "{}", answer.body);
    }
}

#[actix_web::test]
async fn a_problem_is_not_kept_by_caches() {
    let served = app::start();
    assert_eq!(client(&served).get("/nothing").await.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn a_problem_has_the_headers_that_every_answer_has() {
    let served = app::start();
    for path in ["/nothing", "/things/none"] {
        let answer = client(&served).get(path).await;
        assert!(answer.status.is_client_error(), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}

#[actix_web::test]
async fn no_other_site_may_read_answers() {
    let served = app::start();
    let evil = client(&served).with_header("origin", "https://evil.example");
    let answer = evil.post("/things", &json!({"count": 7})).await;
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
    let asked = evil.with_header("access-control-request-method", "POST");
    let preflight = Client::send(asked.request(Method::OPTIONS, "/things")).await;
    preflight.expect_problem(405, "method_not_allowed");
    assert!(preflight.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
}

#[actix_web::test]
async fn the_limit_of_a_route_is_its_own() {
    let served = app::start();
    let answer = client(&served).post_bytes("/body", vec![b'x'; BODY_LIMIT]).await;
    assert_eq!(answer.body, BODY_LIMIT.to_string());
}

/// As [`Answer::expect_problem`], for an answer as it came over the wire.
#[track_caller]
fn assert_raw_problem(answer: &str, status: u16, code: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(head.contains("content-type: application/problem+json"), "{answer}");
    let problem: Value = serde_json::from_str(body).unwrap();
    assert_eq!(problem["code"], code, "{answer}");
    let id = problem["request_id"].as_str().unwrap();
    assert!(head.contains(&format!("x-request-id: {id}")), "{answer}");
}

#[test]
fn a_connection_that_breaks_under_a_statement_is_the_database_being_away() {
    use diesel::result::{DatabaseErrorKind, Error};
    for (kind, message) in [
        (DatabaseErrorKind::UnableToSendCommand, "could not send data to server: Broken pipe"),
        (DatabaseErrorKind::ClosedConnection, "server closed the connection unexpectedly"),
        (DatabaseErrorKind::Unknown, "terminating connection due to administrator command"),
        (DatabaseErrorKind::SerializationFailure, "could not serialize access due to concurrent update"),
        (DatabaseErrorKind::Unknown, "deadlock detected"),
    ] {
        let problem = Problem::from(Error::DatabaseError(kind, Box::new(message.to_owned())));
        assert_eq!(problem.status(), 503, "{message}");
        assert!(problem.response_builder().finish().headers().contains_key("retry-after"), "{message}");
    }
    let other = Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new("relation is missing".to_owned()));
    assert_eq!(Problem::from(other).status(), 500);
}

#[test]
fn a_disk_that_is_full_is_told_from_a_fault() {
    use diesel::result::{DatabaseErrorKind, Error};
    for message in [
        "could not extend file \"base/16384/16500\": No space left on device",
        "could not extend file \"base/16384/16500\": wrote only 4096 of 8192 bytes at block 7",
    ] {
        let error = Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()));
        let problem = Problem::from(error);
        assert_eq!((problem.status().as_u16(), problem.code()), (507, "storage_full"), "{message}");
    }
}
