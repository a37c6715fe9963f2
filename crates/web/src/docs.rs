//! Swagger UI over the three committed OpenAPI documents.

use std::sync::{Arc, LazyLock};

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, ContentEncoding},
    middleware::Compress,
    web,
};
use rust_embed::RustEmbed;
use tallykeep_service::Problem;
use utoipa_swagger_ui::{Config, Url};

use crate::response::{self, Caching};

/// The documents, each with the name that readers choose it by and its place below `/docs/`.
const DOCUMENTS: [(&str, &str); 3] = [
    ("Accounts and keys", "openapi/auth.json"),
    ("What goes in", "openapi/ingest.json"),
    ("What comes out", "openapi/query.json"),
];

/// Swagger UI sets styles in its markup.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

#[derive(RustEmbed)]
#[folder = "../../openapi"]
#[prefix = "openapi/"]
#[allow_missing = true]
struct Documents;

static SETTINGS: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let urls = DOCUMENTS.map(|(name, path)| Url::new(name, path));
    // Without "none" the reader's browser would send the document to a validator elsewhere.
    Arc::new(Config::new(urls).validator_url("none"))
});

/// Mounts `/docs/`.
pub(crate) fn configure(services: &mut web::ServiceConfig) {
    services.service(web::redirect("/docs", "/docs/").permanent()).service(docs);
}

/// Serves Swagger UI and the documents.
#[get("/docs/{path:.*}", wrap = "Compress::default()")]
async fn docs(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    if let Some(document) = Documents::get(&path) {
        return Ok(response::file(&request, &path, document, Caching::Revalidate));
    }
    let file = utoipa_swagger_ui::serve(&path, Arc::clone(&SETTINGS))
        .map_err(|error| Problem::internal(error.to_string()))?
        .ok_or_else(|| Problem::not_found("route_not_found", format!("there is no /docs/{path}")))?;
    let mut response = HttpResponse::Ok();
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, ContentEncoding::Gzip));
    }
    Ok(response::secure(&mut response, POLICY).content_type(file.content_type).body(file.bytes.into_owned()))
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        http::StatusCode,
        test::{TestRequest, call_service, init_service, read_body},
    };

    use super::*;

    async fn get(path: &str) -> (StatusCode, String, String) {
        let app = init_service(App::new().configure(configure)).await;
        let response = call_service(&app, TestRequest::with_uri(path).to_request()).await;
        let location =
            response.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
        let status = response.status();
        let body = read_body(response).await;
        (status, location.unwrap_or_default(), String::from_utf8_lossy(&body).into_owned())
    }

    #[actix_web::test]
    async fn the_documents_can_be_browsed() {
        let (status, _, body) = get("/docs/").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("swagger-ui"));
    }

    #[actix_web::test]
    async fn each_document_is_on_offer() {
        let (_, _, body) = get("/docs/swagger-initializer.js").await;
        for (name, path) in DOCUMENTS {
            assert!(body.contains(name) && body.contains(path), "{name}");
        }
    }

    #[actix_web::test]
    async fn the_address_without_its_slash_leads_there() {
        let (status, location, _) = get("/docs").await;
        assert_eq!((status, location.as_str()), (StatusCode::PERMANENT_REDIRECT, "/docs/"));
    }

    #[actix_web::test]
    async fn an_unknown_file_is_not_found() {
        assert_eq!(get("/docs/nothing.js").await.0, StatusCode::NOT_FOUND);
        assert_eq!(get("/docs/openapi/../Cargo.toml").await.0, StatusCode::NOT_FOUND);
    }

    #[actix_web::test]
    async fn each_document_arrives_compressed() {
        let app = init_service(App::new().configure(configure)).await;
        for (_, path) in DOCUMENTS {
            let request = TestRequest::with_uri(&format!("/docs/{path}"))
                .insert_header((header::ACCEPT_ENCODING, "gzip"))
                .to_request();
            let response = call_service(&app, request).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers().get(header::CONTENT_ENCODING).unwrap(), "gzip", "{path}");
            assert_eq!(read_body(response).await[..2], [0x1f, 0x8b], "{path}");
        }
    }
}
