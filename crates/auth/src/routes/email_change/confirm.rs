//! Taking another address by a link.

use actix_web::{HttpResponse, post, web};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tallykeep_database::models::Account;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use super::change;
use crate::{
    State,
    cross_site::FromNoOtherSite,
    one_time_token::{self, Purpose},
    rate_limit,
};

/// The link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmEmailChangeRequest {
    /// The token in the link, behind `#token=`.
    #[schema(value_type = String)]
    token: SecretString,
}

/// Makes the address that the link was mailed to the account's, and tells the person at the one that was.
#[utoipa::path(
    tag = "account",
    responses((status = 204, description = "The address is changed."), Problems)
)]
#[post("/auth/email-change/confirm")]
pub(crate) async fn confirm_email_change(
    _: FromNoOtherSite,
    visitor: Visitor,
    state: web::Data<State>,
    body: Json<ConfirmEmailChangeRequest>,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let (token, outbox) = (body.into_inner().token, state.outbox.clone());
    run_db(&state.pool, move |connection| {
        let token = token.expose_secret();
        one_time_token::redeem(connection, Purpose::ChangeEmail, token, &visitor, |connection, link| {
            let Some(account) = Account::find(connection, link.account_id)? else { return Ok(false) };
            change(connection, &outbox, &account, &link.email, true, &visitor)?;
            Ok(true)
        })
    })
    .await?;
    state.outbox.call();
    Ok(HttpResponse::NoContent().finish())
}
