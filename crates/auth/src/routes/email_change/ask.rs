//! Asking for another address.

use actix_web::{HttpResponse, http::StatusCode, post, web};
use secrecy::SecretString;
use serde::Deserialize;
use tallykeep_domain::EmailAddress;
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};
use utoipa::ToSchema;

use super::change;
use crate::{
    State,
    audit::{Action, Record},
    confirmation::confirm_password,
    mail::{Kind, Mail},
    session::SignedIn,
};

/// The address that is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskForEmailChangeRequest {
    /// The address to sign in with from then on.
    #[schema(example = "ada@example.net")]
    email: String,
    /// The password that the account has.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Sends a link to the new address, which makes it the account's. Until it is used nothing changes.
///
/// The answer does not tell whether another account has the address. Where no mail is sent there can be no link: the
/// address is changed at once then, as it was taken unproven when the account was registered.
#[utoipa::path(
    tag = "account",
    request_body = AskForEmailChangeRequest,
    responses(
        (status = 202, description = "The link is on its way to the new address."),
        (status = 204, description = "The address is changed: this installation sends no mail."),
        Problems
    ),
    security(("session" = []))
)]
#[post("/auth/email-change")]
pub(crate) async fn ask_for_email_change(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    body: web::Json<AskForEmailChangeRequest>,
) -> Result<HttpResponse, Problem> {
    let AskForEmailChangeRequest { email, password } = body.into_inner();
    let email: EmailAddress = email.parse().map_err(Problem::unprocessable)?;
    if email.as_str() == caller.account.email {
        return Err(Problem::conflict("email_unchanged", "this is the account's address already"));
    }
    confirm_password(&state, &caller, password, Action::AskForEmailChange, &visitor).await?;
    let (account, outbox) = (caller.account, state.outbox.clone());
    run_db_as(&state.pool, account.id, move |connection| {
        if !outbox.is_open() {
            return change(connection, &outbox, &account, email.as_str(), false, &visitor);
        }
        outbox.put(connection, &Mail { email: email.as_str(), ..Mail::to(Kind::ChangeEmail, &account) })?;
        Ok(Record::success(Action::AskForEmailChange, account.id).write(connection, &visitor)?)
    })
    .await?;
    state.outbox.call();
    let status = if state.outbox.is_open() { StatusCode::ACCEPTED } else { StatusCode::NO_CONTENT };
    Ok(HttpResponse::build(status).finish())
}
