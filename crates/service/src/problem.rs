//! Errors as clients see them: problem details (RFC 9457) with a stable `code` and the request id.
//!
//! A handler returns a [`Problem`]. Its body is written by [`render`], a middleware, because only there is the request
//! id at hand; the same middleware gives the framework's own rejections the same shape, and logs the cause of a
//! fault, once.

use std::{collections::BTreeMap, error::Error, fmt};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
};
use serde::Serialize;
use tallykeep_domain::Rejection;
use tracing_actix_web::RequestId;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

use crate::methods::Methods;

/// How long a client is asked to wait when the database or another service is away, or there is no room now.
const RETRY_AFTER_SECONDS: u32 = 2;

/// Why a request was not done.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<ItemError>,
    header: Option<Header>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What its status says in a header; no status has two.
#[derive(Debug)]
enum Header {
    RetryAfter(u32),
    Challenge(&'static str),
    Allow(Box<str>),
}

/// What was wrong with one item of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ItemError {
    /// Which item, from 0.
    pub index: usize,
    /// A stable name of the case.
    #[schema(value_type = String, example = "value_not_finite")]
    pub code: &'static str,
    /// What was wrong, in words.
    pub detail: String,
}

/// The body of every answer that is not a success (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody<'a> {
    /// A URI reference that names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'static str,
    /// The status in words.
    #[schema(value_type = String, example = "Not Found")]
    pub title: &'a str,
    /// The status code.
    #[schema(example = 404)]
    pub status: u16,
    /// A stable name of the case, for programs.
    #[schema(value_type = String, example = "metric_not_found")]
    pub code: &'a str,
    /// What happened, for people.
    #[schema(value_type = String)]
    pub detail: &'a str,
    /// Names the request in the logs.
    pub request_id: String,
    /// What was wrong with single items of a list.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<ItemError>, required = false)]
    pub errors: &'a [ItemError],
}

impl Problem {
    /// A problem with that status and code.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { status, code, detail, errors: Vec::new(), header: None, source: None }
    }

    /// 400: a path, query or header that the domain refuses.
    #[expect(clippy::needless_pass_by_value, reason = "takes what `map_err` hands over")]
    pub fn bad_request(rejection: impl Rejection) -> Self {
        Self::new(StatusCode::BAD_REQUEST, rejection.code(), rejection.to_string())
    }

    /// 422: a value in a well-formed body that the domain refuses.
    #[expect(clippy::needless_pass_by_value, reason = "takes what `map_err` hands over")]
    pub fn unprocessable(rejection: impl Rejection) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, rejection.code(), rejection.to_string())
    }

    /// 401: no credential, or one that is not (or no longer) good. `challenge` goes into `WWW-Authenticate`.
    pub fn unauthorized(code: &'static str, detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, code, detail);
        Self { header: Some(Header::Challenge(r#"Bearer realm="tallykeep""#)), ..problem }
    }

    /// 403: a good credential that may not do this.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404: nothing of that name, or nothing that this caller may know of.
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 404: nothing is mounted there; 405 where there is something for another method.
    #[must_use]
    pub fn no_route(request: &HttpRequest) -> Self {
        let detail = format!("there is no {} {}", request.method(), request.path());
        let Some(methods) = Methods::allowed(request) else {
            return Self::not_found("route_not_found", detail);
        };
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
        Self { header: Some(Header::Allow(methods.into())), ..problem }
    }

    /// 404: the account has no metric that is called so, or identified so.
    #[must_use]
    pub fn metric_not_found(what: &str) -> Self {
        Self::not_found("metric_not_found", format!("there is no metric {what:?}"))
    }

    /// 409: the request is fine but for what is there already.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 429: the client asked too often, and may again after `seconds`.
    #[must_use]
    pub fn too_many_requests(seconds: u32) -> Self {
        let detail = format!("there were too many requests from this address; try again in {seconds} s");
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
        Self { header: Some(Header::RetryAfter(seconds)), ..problem }
    }

    /// 429: the account holds its share of what all accounts use together, and may have more soon.
    pub fn share_exceeded(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "share_exceeded", detail);
        Self { header: Some(Header::RetryAfter(RETRY_AFTER_SECONDS)), ..problem }
    }

    /// 503: something this service needs is away; the same request may succeed later.
    pub fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        Self { header: Some(Header::RetryAfter(RETRY_AFTER_SECONDS)), ..problem }
    }

    /// 500: a fault of ours. The cause is logged and never shown.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on the server")
            .caused_by(source)
    }

    /// Adds what lies behind it, for the log.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Adds what was wrong with single items.
    #[must_use]
    pub fn with_errors(self, errors: Vec<ItemError>) -> Self {
        Self { errors, ..self }
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable name of the case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What happened, for people.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The answer but for its body: status and the headers that go with it.
    #[must_use]
    pub fn response_builder(&self) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(self.status);
        match &self.header {
            None => {}
            Some(Header::RetryAfter(seconds)) => {
                response.insert_header((header::RETRY_AFTER, seconds.to_string()));
            }
            Some(Header::Challenge(challenge)) => {
                response.insert_header((header::WWW_AUTHENTICATE, *challenge));
            }
            Some(Header::Allow(methods)) => {
                response.insert_header((header::ALLOW, methods.as_ref()));
            }
        }
        if self.status == StatusCode::REQUEST_TIMEOUT {
            // The rest of the request is not waited for.
            response.force_close();
        }
        response
    }

    /// Logs it when it is a fault. Every answer has a line of its own in the log; this adds the cause. What has none,
    /// such as a refusal while the service stops, is no fault.
    pub fn log(&self) {
        if let Some(source) = self.source.as_deref().filter(|_| self.status.is_server_error()) {
            let cause = chain(source);
            tracing::error!(code = self.code, detail = self.detail, cause, "request_failed");
        }
    }

    fn respond(&self, request_id: String) -> HttpResponse {
        let body = ProblemBody {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            request_id,
            errors: &self.errors,
        };
        self.response_builder()
            .content_type("application/problem+json")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(serde_json::to_string(&body).unwrap_or_default())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Without a body: a middleware writes it, where the request id is at hand.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.response_builder().finish()
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        match &error {
            Diesel::NotFound => Self::not_found("not_found", "there is no such thing"),
            Diesel::DatabaseError(
                DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction,
                _,
            )
            | Diesel::BrokenTransactionManager => Self::database_away(error),
            Diesel::DatabaseError(_, info) if means_away(info.message()) => Self::database_away(error),
            Diesel::DatabaseError(_, info) if means_full(info.message()) => Self::storage_full(error),
            _ => Self::internal(error),
        }
    }
}

/// The answers that every operation may give besides its own: problems.
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let answer = |description: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
            ResponseBuilder::new()
                .description(description)
                .content("application/problem+json", content)
                .build()
                .into()
        };
        BTreeMap::from([
            ("4XX".to_owned(), answer("The request is wrong, or may not be done; `code` says why.")),
            (
                "5XX".to_owned(),
                answer("The service could not do it; 503 with `Retry-After` may succeed later."),
            ),
        ])
    }
}

impl Problem {
    /// 503 for a database that cannot be reached.
    pub fn database_away(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::unavailable("database_unavailable", "the database cannot be reached; try again soon")
            .caused_by(source)
    }

    /// 507 for a database whose disk is full. Nothing was done.
    fn storage_full(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "the disk of the database is full; nothing was written";
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "storage_full", detail).caused_by(source)
    }
}

/// PostgreSQL says that it is going away in a message only; libpq hands the SQLSTATE to nobody once the connection is
/// gone.
fn means_away(message: &str) -> bool {
    const SIGNS: [&str; 7] = [
        "deadlock detected",
        "due to statement timeout",
        "terminating connection",
        "server closed the connection",
        "the database system is",
        "connection to server",
        "no connection to the server",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

/// `disk_full` (53100), of which Diesel hands on the message only.
fn means_full(message: &str) -> bool {
    ["No space left on device", "could not extend file"].iter().any(|sign| message.contains(sign))
}

fn chain(error: &(dyn Error + Send + Sync + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// Writes the body of every answer that is an error: a [`Problem`], or what the framework rejects by itself. A handler
/// whose clients expect another shape answers with a response instead.
pub(crate) async fn render(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody + 'static>>, actix_web::Error> {
    let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let response = next.call(request).await?;
    let Some(error) = response.response().error() else { return Ok(response.map_into_left_body()) };
    let rejected;
    let problem = match error.as_error::<Problem>() {
        Some(problem) => problem,
        None => {
            rejected = rejection(response.status(), error);
            &rejected
        }
    };
    problem.log();
    let mut rendered = problem.respond(request_id);
    // What a middleware has added on the way goes along, such as which pages may read the answer.
    let mut headers = response.headers().clone();
    for (name, value) in rendered.headers() {
        headers.insert(name.clone(), value.clone());
    }
    *rendered.headers_mut() = headers;
    Ok(response.into_response(rendered).map_into_right_body())
}

fn rejection(status: StatusCode, error: &actix_web::Error) -> Problem {
    if status.is_server_error() {
        return Problem::internal(error.to_string());
    }
    Problem::new(status, "request_invalid", error.to_string())
}
