//! Answers in OAuth's own words (RFC 6749 §4.1.2.1, §5.2).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde::Serialize;
use tallykeep_service::Problem;
use utoipa::ToSchema;

/// Why a browser is sent back without a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) error: &'static str,
    pub(crate) description: &'static str,
}

impl Refusal {
    pub(crate) const fn new(error: &'static str, description: &'static str) -> Self {
        Self { error, description }
    }
}

/// Why an application is given nothing: a mistake of its own, or a fault of ours.
#[derive(Debug)]
pub(crate) enum TokenError {
    Refused(Refusal),
    Failed(Problem),
}

impl TokenError {
    /// It has not proved to be who it says (401).
    pub(crate) const UNKNOWN_CLIENT: Self =
        Self::refused("invalid_client", "the client is unknown, or its secret is wrong");
    /// The code or the token is not, or no longer, good; or another client's.
    pub(crate) const BAD_GRANT: Self =
        Self::refused("invalid_grant", "the code or token is not good, or is not this client's");

    pub(crate) const fn refused(error: &'static str, description: &'static str) -> Self {
        Self::Refused(Refusal::new(error, description))
    }
}

impl From<Problem> for TokenError {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<diesel::result::Error> for TokenError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The body of a refusal (RFC 6749 §5.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenErrorBody {
    /// A stable name of the case (RFC 6749 §5.2).
    #[schema(value_type = String, example = "invalid_grant")]
    error: &'static str,
    /// What happened, for people.
    #[schema(value_type = String)]
    error_description: &'static str,
}

/// What an application is answered.
///
/// # Errors
/// A fault of ours, which has the same shape everywhere.
pub(crate) fn respond(result: Result<impl Serialize, TokenError>) -> Result<HttpResponse, Problem> {
    let mut response = match &result {
        Ok(_) => HttpResponse::Ok(),
        Err(TokenError::Refused(Refusal { error: "invalid_client", .. })) => {
            let mut response = HttpResponse::Unauthorized();
            response.insert_header((header::WWW_AUTHENTICATE, r#"Basic realm="tallykeep""#));
            response
        }
        Err(_) => HttpResponse::build(StatusCode::BAD_REQUEST),
    };
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    match result {
        Ok(body) => Ok(response.json(body)),
        Err(TokenError::Refused(Refusal { error, description })) => {
            Ok(response.json(TokenErrorBody { error, error_description: description }))
        }
        Err(TokenError::Failed(problem)) => Err(problem),
    }
}
