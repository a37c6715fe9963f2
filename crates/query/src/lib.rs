#![doc = include_str!("../README.md")]

mod problem;
mod routes;
mod settings;
mod state;

use utoipa::openapi::OpenApi;

pub use routes::configure;
pub use settings::{QuerySettings, Settings};
pub use state::State;

/// The document of the routes.
#[must_use]
pub fn openapi() -> OpenApi {
    tallykeep_service::openapi(
        "Tallykeep query",
        "Everything that comes out: series, points, entries.",
        routes::mount,
    )
}
