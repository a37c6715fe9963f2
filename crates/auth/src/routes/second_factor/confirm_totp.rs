//! Showing that an app makes the right codes.

use actix_web::{HttpResponse, post, web};
use serde::Serialize;
use tallykeep_service::{Json, Problem, Problems, Visitor};
use utoipa::ToSchema;

use super::CodeRequest;
use crate::{
    State,
    routes::sign_in::with_cookies,
    second_factor::{Enrolled, confirm_totp},
    session::Claimant,
};

/// The app counts from now on.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpEnrolledResponse {
    /// Ten codes to write down, if there were none before. They are shown this once.
    recovery_codes: Option<Vec<String>>,
}

/// Lets the app count whose code this is, in the place of one that did before. Every other session ends; this browser is
/// signed in with two factors.
#[utoipa::path(
    tag = "account",
    responses((status = 200, body = TotpEnrolledResponse, description = "It counts."), Problems),
    security(("pending_sign_in" = []), ("session" = []))
)]
#[post("/auth/second-factors/totp/confirm")]
pub(crate) async fn confirm_totp_enrolment(
    state: web::Data<State>,
    claimant: Claimant,
    visitor: Visitor,
    body: Json<CodeRequest>,
) -> Result<HttpResponse, Problem> {
    claimant.refuse_unless_recent()?;
    let Enrolled { opened, recovery_codes } =
        confirm_totp(&state, visitor, claimant, body.into_inner().code).await?;
    Ok(with_cookies(HttpResponse::Ok(), opened.cookies).json(TotpEnrolledResponse { recovery_codes }))
}
