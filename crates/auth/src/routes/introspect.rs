//! What a credential is worth, for the other services.

use actix_web::{HttpMessage, HttpRequest, post, web};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tallykeep_service::{Credential, IntrospectionResponse, Problem, Problems, Routine};
use utoipa::ToSchema;

use crate::State;

/// A credential to judge (RFC 7662 §2.1).
#[derive(Deserialize, ToSchema)]
pub(crate) struct IntrospectionRequest {
    /// The API key.
    #[schema(value_type = String)]
    token: SecretString,
}

/// What an API key is worth (RFC 7662). Only services ask, each with a credential of its own.
#[utoipa::path(
    tag = "internal",
    request_body(content = IntrospectionRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = IntrospectionResponse), Problems),
    security(("bearer" = []))
)]
#[post("/internal/introspect")]
pub(crate) async fn introspect_token(
    request: HttpRequest,
    state: web::Data<State>,
    body: web::Form<IntrospectionRequest>,
) -> Result<web::Json<IntrospectionResponse>, Problem> {
    identify_service(&state, &request)?;
    let grant = state.introspect_api_key(body.token.expose_secret()).await?;
    request.extensions_mut().insert(Routine);
    Ok(web::Json(grant.as_ref().into()))
}

/// The name of the service that sends `request`, by its credential.
///
/// # Errors
/// 401 for anybody else.
pub(crate) fn identify_service<'a>(state: &'a State, request: &HttpRequest) -> Result<&'a str, Problem> {
    let credential = Credential::from_request(request)?;
    let presented = credential.as_ref().map(Credential::expose).unwrap_or_default().as_bytes();
    let matches =
        |known: &SecretString| verify_slices_are_equal(known.expose_secret().as_bytes(), presented).is_ok();
    // Every known credential is compared, so that the time does not tell which one came close.
    let services = state.introspection_credentials.iter();
    let found = services.fold(None, |found, (name, known)| matches(known).then_some(name.as_str()).or(found));
    found.ok_or_else(|| {
        Problem::unauthorized("service_credential_invalid", "this is for services of this installation only")
    })
}
