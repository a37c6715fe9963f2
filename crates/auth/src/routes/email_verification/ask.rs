//! Asking for the link that confirms the address, once more.

use actix_web::{HttpResponse, http::StatusCode, post, web};
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    mail::{Kind, Mail},
    session::SignedIn,
};

/// Sends the link that confirms the account's address, in the place of an earlier one.
#[utoipa::path(
    tag = "account",
    responses((status = 202, description = "The link is on its way."), Problems),
    security(("session" = []))
)]
#[post("/auth/email-verification")]
pub(crate) async fn ask_for_email_verification(
    state: web::Data<State>,
    SignedIn { account, .. }: SignedIn,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    if account.email_verified_at.is_some() {
        return Err(Problem::conflict("email_verified", "the address has been confirmed already"));
    }
    if !state.outbox.is_open() {
        return Err(Problem::new(StatusCode::CONFLICT, "mail_missing", "this installation sends no mail"));
    }
    let outbox = state.outbox.clone();
    run_db_as(&state.pool, account.id, move |connection| {
        outbox.put(connection, &Mail::to(Kind::VerifyEmail, &account))?;
        Ok(Record::success(Action::AskForEmailVerification, account.id).write(connection, &visitor)?)
    })
    .await?;
    state.outbox.call();
    Ok(HttpResponse::Accepted().finish())
}
