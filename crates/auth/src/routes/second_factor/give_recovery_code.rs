//! A recovery code as the second factor.

use actix_web::{HttpResponse, post, web};
use tallykeep_service::{Json, Problem, Problems, Visitor};

use super::CodeRequest;
use crate::{
    State,
    routes::{account::AccountResponse, sign_in::respond},
    second_factor::{Code, give},
    session::Claimant,
};

/// Takes a recovery code in the place of another second factor, with the same effect. It is used up, and its person is
/// told by mail.
///
/// Whoever fails too often is locked out as by wrong passwords, and the right code then fails alike.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = AccountResponse, description = "Signed in with two factors."), Problems),
    security(("pending_sign_in" = []), ("session" = []))
)]
#[post("/auth/second-factor/recovery-code")]
pub(crate) async fn give_recovery_code(
    state: web::Data<State>,
    claimant: Claimant,
    visitor: Visitor,
    body: Json<CodeRequest>,
) -> Result<HttpResponse, Problem> {
    give(&state, visitor, claimant, Code::Recovery(body.into_inner().code)).await.map(respond)
}
