//! Confirming the address by a link.

use actix_web::{HttpResponse, post, web};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tallykeep_database::models::Account;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use crate::{
    State,
    audit::{Action, Record},
    cross_site::FromNoOtherSite,
    one_time_token::{self, Purpose},
    rate_limit,
};

/// The link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerifyEmailRequest {
    /// The token in the link, behind `#token=`.
    #[schema(value_type = String)]
    token: SecretString,
}

/// Confirms an account's address by the link that was mailed there.
#[utoipa::path(
    tag = "account",
    responses((status = 204, description = "The address is confirmed."), Problems)
)]
#[post("/auth/email-verification/confirm")]
pub(crate) async fn verify_email(
    _: FromNoOtherSite,
    visitor: Visitor,
    state: web::Data<State>,
    body: Json<VerifyEmailRequest>,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let token = body.into_inner().token;
    run_db(&state.pool, move |connection| {
        let token = token.expose_secret();
        one_time_token::redeem(connection, Purpose::VerifyEmail, token, &visitor, |connection, link| {
            if !Account::verify_email(connection, link.account_id, &link.email)? {
                return Ok(false);
            }
            Record::success(Action::VerifyEmail, link.account_id).write(connection, &visitor)?;
            Ok(true)
        })
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
