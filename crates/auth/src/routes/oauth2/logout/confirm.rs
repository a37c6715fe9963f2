//! The person wants to sign out, too.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Json, Problem, Problems, Visitor};

use super::end_session;
use crate::{
    State,
    provider::{EndSessionRequest, Farewell},
    routes::oauth2::OnwardResponse,
    session::{SignedIn, removal_cookie},
};

/// Signs out, once the person was asked. The body holds the parameters that the application sent.
#[utoipa::path(
    tag = "openid connect",
    responses((status = 200, body = OnwardResponse), Problems),
    security(("session" = []))
)]
#[post("/auth/oauth2/logout")]
pub(crate) async fn confirm_log_out(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    body: Json<EndSessionRequest>,
) -> Result<HttpResponse, Problem> {
    let farewell = Farewell::parse(&state, &body).await?;
    end_session(&state, &caller, visitor).await?;
    let onward = OnwardResponse { location: farewell.to().to_string() };
    Ok(HttpResponse::Ok().cookie(removal_cookie(&state)).json(onward))
}
