//! What a sign-in waits for.

use actix_web::{HttpResponse, get, http::header, web};
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_service::{Problem, Problems};
use utoipa::ToSchema;

use crate::{
    State, routes::sign_in::PendingSignInResponse, second_factor::find_enrolled, session::PendingSignIn,
};

/// A sign-in under way.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInUnderWay {
    /// The address of who signs in.
    email: String,
    /// When it has to be begun anew.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    #[serde(flatten)]
    wanted: PendingSignInResponse,
}

/// The sign-in that this browser has begun, and what it waits for.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = SignInUnderWay), Problems),
    security(("pending_sign_in" = []))
)]
#[get("/auth/pending-sign-in")]
pub(crate) async fn find_pending_sign_in(
    state: web::Data<State>,
    pending: PendingSignIn,
) -> Result<HttpResponse, Problem> {
    let factors = find_enrolled(&state, pending.account.id).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(SignInUnderWay {
        email: pending.account.email,
        expires_at: pending.expires_at,
        wanted: PendingSignInResponse::new(factors),
    }))
}
