//! A code of the app as the second factor.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Json, Problem, Problems, Visitor};

use super::CodeRequest;
use crate::{
    State,
    routes::{account::AccountResponse, sign_in::respond},
    second_factor::{Code, give},
    session::Claimant,
};

/// Takes a code of the app that makes codes. A sign-in that waits for it is complete then; a session is one of two factors.
///
/// A code is good once, and no earlier one after it. Whoever fails too often is locked out as by wrong passwords, and the
/// right code then fails alike.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = AccountResponse, description = "Signed in with two factors."), Problems),
    security(("pending_sign_in" = []), ("session" = []))
)]
#[post("/auth/second-factor/totp")]
pub(crate) async fn give_totp(
    state: web::Data<State>,
    claimant: Claimant,
    visitor: Visitor,
    body: Json<CodeRequest>,
) -> Result<HttpResponse, Problem> {
    give(&state, visitor, claimant, Code::Totp(body.into_inner().code)).await.map(respond)
}
