//! What a proxy shows in place of a service that is down, and of all of them during maintenance.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::StatusCode, http::header, web};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use tallykeep_service::Problem;

use crate::{
    page::accepts_html,
    response::{self, reads},
};

/// When the page looks again, in seconds.
const RETRY_AFTER: &str = "10";
const STYLE: &str = "body{margin:0;min-height:100vh;display:grid;place-items:center;\
     font:1rem/1.5 system-ui,sans-serif}main{max-width:26rem;padding:1.5rem}h1{font-size:1.625rem;margin:0}";

static PAGE: LazyLock<String> = LazyLock::new(|| include_str!("unavailable.html").replace("{style}", STYLE));

/// Nothing but the one style, which the page brings along: whatever else it asked for would be down as well.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'; base-uri 'none'")
});

/// Answers everything with 503: a browser that opens an address by a page, everybody else by a problem.
pub fn configure_unavailable(services: &mut web::ServiceConfig) {
    services.default_service(web::to(answer));
}

async fn answer(request: HttpRequest) -> Result<HttpResponse, Problem> {
    if reads(&request) && accepts_html(&request) {
        return Ok(page());
    }
    Err(Problem::unavailable(
        "service_unavailable",
        "this part of Tallykeep is not running right now; try again soon",
    ))
}

fn page() -> HttpResponse {
    response::secure(&mut HttpResponseBuilder::new(StatusCode::SERVICE_UNAVAILABLE), &POLICY)
        .insert_header((header::RETRY_AFTER, RETRY_AFTER))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(PAGE.as_str())
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        body::to_bytes,
        http::Method,
        test::{TestRequest, call_service, init_service},
    };

    use super::*;

    async fn ask(request: TestRequest) -> (StatusCode, header::HeaderMap, String) {
        let app = init_service(App::new().configure(configure_unavailable)).await;
        let answer = call_service(&app, request.to_request()).await;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = to_bytes(answer.into_body()).await.unwrap();
        (status, headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn a_person_gets_a_page_that_looks_again() {
        let request = TestRequest::with_uri("/metric?name=mood").insert_header((header::ACCEPT, "text/html"));
        let (status, headers, body) = ask(request).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(headers.get(header::RETRY_AFTER).unwrap(), RETRY_AFTER);
        assert_eq!(headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
        assert!(body.contains("Back soon") && body.contains(STYLE), "{body}");
        let style = BASE64_STANDARD.encode(Sha256::digest(STYLE));
        assert!(headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap().contains(&style));
    }

    #[actix_web::test]
    async fn a_program_gets_a_problem_whatever_it_asks_for() {
        for (method, path) in [(Method::GET, "/api/v1/query"), (Method::POST, "/write"), (Method::PUT, "/")] {
            let request = TestRequest::with_uri(path).method(method).insert_header((header::ACCEPT, "*/*"));
            let (status, headers, _) = ask(request).await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(headers.contains_key(header::RETRY_AFTER), "{path}");
        }
    }
}
