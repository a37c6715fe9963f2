//! What a client is told when samples cannot be read.

use actix_web::http::StatusCode;
use tallykeep_service::Problem;
use tallykeep_store::ReadError;

/// The problem of a question that the store could not answer.
pub(crate) fn read_problem(error: ReadError) -> Problem {
    match error {
        ReadError::Database(error) => error.into(),
        ReadError::TooMany(_) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "range_too_large", error.to_string())
        }
        ReadError::TooManyPoints(_) => {
            Problem::new(StatusCode::BAD_REQUEST, "points_too_many", error.to_string())
        }
        ReadError::Damaged { .. } | ReadError::DamagedChunk { .. } => Problem::internal(error),
    }
}
