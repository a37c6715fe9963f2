//! What a person answers.

use actix_web::{HttpResponse, http::StatusCode, http::header, post, web};
use serde::Deserialize;
use tallykeep_service::{Json, Problem, Problems, Visitor};
use utoipa::ToSchema;

use crate::{
    State,
    provider::{AuthorizationRequest, Refusal, Reply, Wish, issue_code},
    routes::oauth2::OnwardResponse,
    session::SignedIn,
};

/// The question, and the answer to it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentAnswer {
    /// The parameters that the application sent to `/auth/oauth2/authorize`.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    request: AuthorizationRequest,
    /// Whether it may know what it asks for.
    allow: bool,
}

/// Lets an application know what it asks for, or not. Either way the browser goes back to it. What is allowed is
/// remembered, and not asked for again.
#[utoipa::path(
    tag = "openid connect",
    responses((status = 200, body = OnwardResponse), Problems),
    security(("session" = []))
)]
#[post("/auth/oauth2/consent")]
pub(crate) async fn answer_consent_question(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    body: Json<ConsentAnswer>,
) -> Result<HttpResponse, Problem> {
    let ConsentAnswer { request, allow } = body.into_inner();
    let reply = Reply::prove(&state, &request).await?;
    let wish = Wish::parse(&request).map_err(|refusal| {
        Problem::new(StatusCode::BAD_REQUEST, "authorization_request_invalid", refusal.description)
    })?;
    let url = if allow {
        issue_code(&state, &reply, wish, &caller, true, visitor).await?
    } else {
        reply.refusal(Refusal::new("access_denied", "the person does not want it"))
    };
    let onward = OnwardResponse { location: url.into() };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(onward))
}
