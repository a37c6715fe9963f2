//! What a person is asked.

use actix_web::{get, http::StatusCode, web};
use serde::Serialize;
use tallykeep_domain::ClientId;
use tallykeep_service::{Problem, Problems, Query};
use utoipa::ToSchema;

use crate::{
    State,
    provider::{AuthorizationRequest, Reply, Wish},
    session::SignedIn,
};

/// An application, and what it asks to know.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentQuestion {
    /// The application's identifier.
    #[schema(value_type = String, format = Uuid)]
    client_id: ClientId,
    /// What an administrator called it.
    #[schema(example = "Wiki")]
    name: String,
    /// The host that the person is sent back to.
    #[schema(example = "wiki.example.org")]
    host: String,
    /// What it asks for: words among `openid`, `profile`, `email`, `groups` and `offline_access`.
    scopes: Vec<&'static str>,
}

/// What the person is asked to let an application know. The parameters are those that the application sent.
#[utoipa::path(
    tag = "openid connect",
    params(AuthorizationRequest),
    responses((status = 200, body = ConsentQuestion), Problems),
    security(("session" = []))
)]
#[get("/auth/oauth2/consent")]
pub(crate) async fn find_consent_question(
    state: web::Data<State>,
    _: SignedIn,
    Query(request): Query<AuthorizationRequest>,
) -> Result<web::Json<ConsentQuestion>, Problem> {
    let reply = Reply::prove(&state, &request).await?;
    let wish = Wish::parse(&request).map_err(|refusal| {
        Problem::new(StatusCode::BAD_REQUEST, "authorization_request_invalid", refusal.description)
    })?;
    Ok(web::Json(ConsentQuestion {
        client_id: reply.client.id,
        host: reply.host().to_owned(),
        scopes: wish.scopes.words(),
        name: reply.client.name,
    }))
}
