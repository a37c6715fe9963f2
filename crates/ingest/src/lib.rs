#![doc = include_str!("../README.md")]

mod catalogue;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod intake;
mod jobs;
pub mod line_protocol;
mod meters;
mod routes;
mod series_cache;
mod settings;
mod state;

use utoipa::openapi::OpenApi;

pub use jobs::start_jobs;
pub use routes::configure;
pub use settings::{IngestSettings, Settings};
pub use state::State;

/// The document of the routes.
#[must_use]
pub fn openapi() -> OpenApi {
    tallykeep_service::openapi(
        "Tallykeep ingest",
        "Everything that goes in: metrics, samples, entries.",
        routes::mount,
    )
}
