//! Asking for a link that sets another password.

use actix_web::{HttpResponse, post, web};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tallykeep_database::{as_operator, models::Account};
use tallykeep_domain::EmailAddress;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use crate::{
    State,
    audit::{Action, Record},
    cross_site::FromNoOtherSite,
    mail::{Kind, Mail, Outbox},
    rate_limit,
};

/// Who has forgotten a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskForPasswordResetRequest {
    /// The address that the account signs in with.
    #[schema(example = "ada@example.org")]
    email: String,
}

/// What comes of it, which is the same for every address.
#[derive(Serialize, ToSchema)]
pub(crate) struct AskForPasswordResetResponse {
    /// Whether this installation sends mail. If it does not, only the administrator can make a link.
    sends_mail: bool,
}

/// Sends a link that sets another password to the address, if there is an account with it.
///
/// A known address, an unknown one and a malformed one are answered alike, and take as long.
#[utoipa::path(
    tag = "account",
    responses((status = 202, body = AskForPasswordResetResponse), Problems)
)]
#[post("/auth/password-reset")]
pub(crate) async fn ask_for_password_reset(
    _: FromNoOtherSite,
    visitor: Visitor,
    state: web::Data<State>,
    body: Json<AskForPasswordResetRequest>,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let email = body.into_inner().email.parse::<EmailAddress>().ok();
    let outbox = state.outbox.clone();
    run_db(&state.pool, move |connection| ask(connection, &outbox, email.as_ref(), &visitor)).await?;
    state.outbox.call();
    Ok(HttpResponse::Accepted().json(AskForPasswordResetResponse { sends_mail: state.outbox.is_open() }))
}

/// Does the same for every address: one look-up, one wish in the queue, one record. The wish names the address and not the
/// account, so that nothing differs but the account in the record.
fn ask(
    connection: &mut PgConnection,
    outbox: &Outbox,
    email: Option<&EmailAddress>,
    visitor: &Visitor,
) -> Result<(), Problem> {
    as_operator(connection, |connection| {
        // No account has the empty address.
        let email = email.map(EmailAddress::as_str).unwrap_or_default();
        let account = Account::find_by_email_text(connection, email)?;
        outbox
            .put(connection, &Mail { kind: Kind::ResetPassword, account: None, email, detail: json!({}) })?;
        let record = match account {
            Some(account) => Record::success(Action::AskForPasswordReset, account.id),
            None => Record::failure(Action::AskForPasswordReset, None),
        };
        Ok(record.write(connection, visitor)?)
    })
}
