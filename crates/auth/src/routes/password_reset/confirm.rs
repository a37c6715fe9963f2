//! Setting another password by a link.

use actix_web::{HttpResponse, post, web};
use diesel::PgConnection;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tallykeep_database::models::{Account, ApiKey, Identity, OneTimeToken};
use tallykeep_domain::EmailAddress;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use crate::{
    State,
    audit::{Action, Record},
    cross_site::FromNoOtherSite,
    lockout,
    mail::{Kind, Mail, Outbox},
    one_time_token::{self, Purpose},
    password::NewPassword,
    rate_limit, second_factor,
    session::end_all,
};

/// The link, and the password that is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetPasswordRequest {
    /// The token in the link, behind `#token=`.
    #[schema(value_type = String)]
    token: SecretString,
    /// At least 10 characters.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 256)]
    password: SecretString,
}

/// Sets the password by the link that was mailed, or that an administrator made, and ends every session.
///
/// It does not sign in. A password that is refused does not use the link up.
#[utoipa::path(
    tag = "account",
    responses((status = 204, description = "The password is set, and every session has ended."), Problems)
)]
#[post("/auth/password-reset/confirm")]
pub(crate) async fn reset_password(
    _: FromNoOtherSite,
    visitor: Visitor,
    state: web::Data<State>,
    body: Json<ResetPasswordRequest>,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let ResetPasswordRequest { token, password } = body.into_inner();
    let (token, email) = refuse_before_hashing(&state, token, visitor.clone()).await?;
    let hash = state.passwords.hash(NewPassword::parse(password, &email)?).await?;
    let outbox = state.outbox.clone();
    run_db(&state.pool, move |connection| {
        one_time_token::redeem(
            connection,
            Purpose::ResetPassword,
            token.expose_secret(),
            &visitor,
            |connection, link| reset(connection, &outbox, link, &hash, &visitor),
        )
    })
    .await?;
    state.outbox.call();
    Ok(HttpResponse::NoContent().finish())
}

/// Hashing is dear, and strangers may ask for it: it is not done for a link that is not good. The word that counts is
/// that of the redemption. Answers the token again, and the address that its link is for.
async fn refuse_before_hashing(
    state: &State,
    token: SecretString,
    visitor: Visitor,
) -> Result<(SecretString, EmailAddress), Problem> {
    run_db(&state.pool, move |connection| {
        let purpose = Purpose::ResetPassword;
        match one_time_token::find_live(connection, purpose, token.expose_secret())? {
            Some(link) => Ok((token, link.email.parse().map_err(Problem::internal)?)),
            None => Err(one_time_token::refuse(connection, purpose, &visitor)?),
        }
    })
    .await
}

fn reset(
    connection: &mut PgConnection,
    outbox: &Outbox,
    link: &OneTimeToken,
    password_hash: &str,
    visitor: &Visitor,
) -> Result<bool, Problem> {
    let id = link.account_id;
    if !Account::reset_password(connection, id, &link.email, password_hash)? {
        return Ok(false);
    }
    let account = Account::find(connection, id)?;
    if account.as_ref().is_some_and(|account| account.email_verified_at.is_none()) {
        // The account may have been made with this address by somebody who does not read what is sent there, and who
        // has linked a provider of their own to wait for the one who does.
        Identity::delete_all(connection, id)?;
        // Or added a passkey, or made a key. Without mail the link was handed over, to somebody who is known.
        if outbox.is_open() {
            second_factor::remove_all(connection, id)?;
            ApiKey::delete_all(connection, id)?;
        }
    }
    end_all(connection, id)?;
    one_time_token::end_all(connection, id)?;
    if let Some(account) = account {
        outbox.put(connection, &Mail::to(Kind::PasswordChanged, &account))?;
    }
    Record::success(Action::ResetPassword, id).write(connection, visitor)?;
    // Else whoever reads the mail could try codes of the second factor for ever, by a new password after each five.
    if second_factor::enrolled(connection, id)?.is_empty() {
        lockout::release(connection, id)?;
    }
    Ok(true)
}
