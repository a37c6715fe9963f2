//! The app: its files, and its one page for every address that a person may open.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use tallykeep_service::Problem;

use crate::{
    response::{self, Caching},
    site::Site,
};

/// Below these lives an API: whoever asks there wants no page, and is told the truth.
const API_PREFIXES: [&str; 5] = ["/api/", "/auth/", "/internal/", "/.well-known/", "/docs/"];
/// Files here have a hash of their content in their names.
const HASHED: &str = "assets/";

/// The answer to `request` when it asks for a file of the app or for one of its pages; `None` when for neither.
///
/// It is 503 when the app was not built into this binary.
pub fn page_for(request: &HttpRequest) -> Option<HttpResponse> {
    answer(Site::APP, request)
}

/// Serves the app; 404 for what is neither a file nor a page of it.
pub(crate) async fn page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    page_for(&request).ok_or_else(|| Problem::no_route(&request))
}

fn answer(site: Site, request: &HttpRequest) -> Option<HttpResponse> {
    if !response::reads(request) {
        return None;
    }
    let path = request.path().trim_start_matches('/');
    if let Some(file) = site.file(path) {
        let caching = if path.starts_with(HASHED) { Caching::Immutable } else { Caching::Revalidate };
        return Some(response::file(request, path, file, caching));
    }
    is_page(request).then(|| index(site, request))
}

fn index(site: Site, request: &HttpRequest) -> HttpResponse {
    const INDEX: &str = "index.html";
    match site.file(INDEX) {
        Some(file) => response::file(request, INDEX, file, Caching::Revalidate),
        None => unbuilt(),
    }
}

fn unbuilt() -> HttpResponse {
    response::secure(&mut HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE), response::APP_POLICY)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(
            "The web app is not part of this build. Run `npm ci && npm run build` in web/ and build again; \
             the API works without it, see /docs/.\n",
        )
}

/// Whether a person opened an address that the app may know.
fn is_page(request: &HttpRequest) -> bool {
    let path = request.path();
    if path == "/" {
        return true;
    }
    let below_api = API_PREFIXES.iter().any(|prefix| path.starts_with(prefix));
    let names_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    !below_api && !names_file && accepts_html(request)
}

/// Said by browsers for an address that a person opened, and by nothing else that asks here.
pub(crate) fn accepts_html(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        body::to_bytes,
        http::Method,
        test::{TestRequest, call_service, init_service},
    };
    use rust_embed::RustEmbed;

    use super::*;

    #[derive(RustEmbed)]
    #[folder = "tests/site"]
    struct Built;

    #[derive(RustEmbed)]
    #[folder = "tests/no-such-folder"]
    #[allow_missing = true]
    struct Unbuilt;

    const BROWSER: (header::HeaderName, &str) = (header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");

    fn open(path: &str) -> Option<HttpResponse> {
        answer(Site::of::<Built>(), &TestRequest::with_uri(path).insert_header(BROWSER).to_http_request())
    }

    fn header_of(response: &HttpResponse, name: impl header::AsHeaderName) -> &str {
        response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    async fn text(response: HttpResponse) -> String {
        String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap()
    }

    #[actix_web::test]
    async fn every_address_of_a_person_opens_the_page() {
        for path in ["/", "/keys", "/register?invitation=x", "/metric?name=disk.used", "/a/b"] {
            let response = open(path).unwrap_or_else(|| panic!("{path} is a page"));
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header_of(&response, header::CONTENT_TYPE), "text/html; charset=utf-8", "{path}");
            assert_eq!(header_of(&response, header::CACHE_CONTROL), "no-cache", "{path}");
            assert!(text(response).await.contains("<title>A page</title>"), "{path}");
        }
    }

    #[actix_web::test]
    async fn the_api_and_missing_files_are_no_pages() {
        for path in
            ["/api/v1/nothing", "/auth/nothing", "/internal/x", "/.well-known/x", "/docs/x", "/robots.txt"]
        {
            assert!(open(path).is_none(), "{path}");
        }
        assert!(open("/assets/gone-1a2b3c.js").is_none());
    }

    #[actix_web::test]
    async fn only_browsers_get_the_page_for_an_unknown_address() {
        let machine = TestRequest::with_uri("/keys").insert_header((header::ACCEPT, "*/*"));
        assert!(answer(Site::of::<Built>(), &machine.to_http_request()).is_none());
        let sender = TestRequest::with_uri("/keys").method(Method::POST).insert_header(BROWSER);
        assert!(answer(Site::of::<Built>(), &sender.to_http_request()).is_none());
    }

    #[actix_web::test]
    async fn a_file_with_a_hash_is_kept_for_good() {
        let response = open("/assets/app-1a2b3c.js").unwrap();
        assert_eq!(header_of(&response, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(header_of(&response, header::CONTENT_TYPE), "text/javascript; charset=utf-8");
    }

    #[actix_web::test]
    async fn a_browser_that_has_the_file_is_told_so() {
        let first = open("/favicon.svg").unwrap();
        let tag = header_of(&first, header::ETAG);
        let again = TestRequest::with_uri("/favicon.svg").insert_header((header::IF_NONE_MATCH, tag));
        let second = answer(Site::of::<Built>(), &again.to_http_request()).unwrap();
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header_of(&second, header::ETAG), tag);
        assert_eq!(text(second).await, "");

        let stale = TestRequest::with_uri("/favicon.svg").insert_header((header::IF_NONE_MATCH, "W/\"old\""));
        let fresh = answer(Site::of::<Built>(), &stale.to_http_request()).unwrap();
        assert_eq!(fresh.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn every_answer_has_the_headers_against_misuse() {
        let answers = [open("/"), open("/assets/app-1a2b3c.js"), Some(unbuilt())];
        for response in answers.into_iter().map(Option::unwrap) {
            let policy = header_of(&response, header::CONTENT_SECURITY_POLICY);
            assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(header_of(&response, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
            assert_eq!(header_of(&response, header::REFERRER_POLICY), "strict-origin-when-cross-origin");
            assert_eq!(header_of(&response, "Cross-Origin-Opener-Policy"), "same-origin");
            assert!(header_of(&response, "Permissions-Policy").contains("camera=()"));
        }
    }

    #[actix_web::test]
    async fn nothing_outside_of_the_folder_is_reachable() {
        for path in [
            "/../secret.txt",
            "/assets/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/assets/..%2f..%2fsecret.txt",
        ] {
            assert!(open(path).is_none(), "{path}");
        }
    }

    #[actix_web::test]
    async fn mounted_it_answers_what_no_other_route_takes() {
        let app = init_service(App::new().configure(crate::configure)).await;
        let home = TestRequest::with_uri("/").insert_header(BROWSER).to_request();
        assert!(call_service(&app, home).await.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        let unknown = TestRequest::with_uri("/api/v1/nothing").insert_header(BROWSER).to_request();
        assert_eq!(call_service(&app, unknown).await.status(), StatusCode::NOT_FOUND);
    }

    #[actix_web::test]
    async fn without_a_built_app_the_page_says_what_to_run() {
        let request = TestRequest::with_uri("/").insert_header(BROWSER).to_http_request();
        let response = answer(Site::of::<Unbuilt>(), &request).unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(text(response).await.contains("npm ci && npm run build"));
    }
}
