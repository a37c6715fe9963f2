#![doc = include_str!("../README.md")]

mod docs;
mod page;
mod response;
mod settings;
mod site;
mod unavailable;

pub use page::page_for;
pub use settings::Settings;
pub use unavailable::configure_unavailable;

use actix_web::{middleware::Compress, web};

/// Mounts the API documents at `/docs/`, and the app as the default service: it answers what no other route takes,
/// with a 404 for what is no page either.
pub fn configure(services: &mut web::ServiceConfig) {
    let page = web::to(page::page).wrap(Compress::default());
    services.configure(docs::configure).default_service(page);
}
