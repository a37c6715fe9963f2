//! What every answer of this crate carries: headers against misuse, and a validator.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        Method,
        header::{self, EntityTag, Header, IfNoneMatch},
    },
};
use rust_embed::EmbeddedFile;
use tallykeep_service::hex;

/// Nothing but what this server sends: the app has no inline script and no inline style.
pub(crate) const APP_POLICY: &str = "default-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/// How a browser may keep an answer.
#[derive(Clone, Copy)]
pub(crate) enum Caching {
    /// For good: its name has a hash of its content.
    Immutable,
    /// It must ask each time whether it has changed.
    Revalidate,
}

impl Caching {
    const fn directive(self) -> &'static str {
        match self {
            Self::Immutable => "public, max-age=31536000, immutable",
            Self::Revalidate => "no-cache",
        }
    }
}

/// A file, or 304 when the browser has it.
pub(crate) fn file(request: &HttpRequest, path: &str, file: EmbeddedFile, caching: Caching) -> HttpResponse {
    // Weak, because the same file may go out compressed.
    let tag = EntityTag::new_weak(hex(&file.metadata.sha256_hash()[..16]));
    let unchanged = has(request, &tag);
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    secure(&mut response, APP_POLICY)
        .insert_header(header::ETag(tag))
        .insert_header((header::CACHE_CONTROL, caching.directive()));
    if unchanged {
        return response.finish();
    }
    response.content_type(content_type(path)).body(file.data.into_owned())
}

/// Adds the headers that tell a browser what an answer may not do.
pub(crate) fn secure<'a>(response: &'a mut HttpResponseBuilder, policy: &str) -> &'a mut HttpResponseBuilder {
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "strict-origin-when-cross-origin"))
        .insert_header(("Cross-Origin-Opener-Policy", "same-origin"))
        .insert_header(("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"))
}

/// Whether the path is asked for reading.
pub(crate) fn reads(request: &HttpRequest) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

fn has(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|other| other.weak_eq(tag)),
        Err(_) => false,
    }
}

/// The media type of what a build of the app consists of.
fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
