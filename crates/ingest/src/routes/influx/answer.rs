//! Answers in the shapes that clients of InfluxDB expect.

use actix_web::{HttpResponse, http::StatusCode};
use serde::Serialize;
use tallykeep_service::Problem;
use utoipa::ToSchema;

/// Whose shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    V2,
}

/// An error of InfluxDB 1.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorV1 {
    /// What was wrong.
    error: String,
}

/// An error of InfluxDB 2.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorV2 {
    /// The kind of error.
    #[schema(value_type = String, example = "invalid")]
    code: &'static str,
    /// What was wrong.
    message: String,
}

/// 204, or the problem as the client understands it.
pub(crate) fn answer(version: Version, result: Result<(), Problem>) -> HttpResponse {
    let Err(problem) = result else { return HttpResponse::NoContent().finish() };
    problem.log();
    let message = problem.to_string();
    match version {
        Version::V1 => problem.response_builder().json(ErrorV1 { error: message }),
        Version::V2 => problem.response_builder().json(ErrorV2 { code: code(problem.status()), message }),
    }
}

/// The words of InfluxDB's API for a status.
fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "unauthorized",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not found",
        StatusCode::PAYLOAD_TOO_LARGE => "request too large",
        StatusCode::UNPROCESSABLE_ENTITY => "unprocessable entity",
        StatusCode::TOO_MANY_REQUESTS => "too many requests",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        status if status.is_server_error() => "internal error",
        _ => "invalid",
    }
}
