//! Removing an app that makes codes.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::models::TotpSecret;
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    mail::{Kind, Mail},
    second_factor,
    session::RecentlyAuthenticated,
};

/// Removes the app: its codes are good no more. Every other session ends; with the last second factor the recovery codes go,
/// too. Where one of the account's groups or its role asks for a second factor, the last one stays.
#[utoipa::path(
    tag = "account",
    responses((status = 204, description = "Removed."), Problems),
    security(("session" = []))
)]
#[delete("/auth/second-factors/totp")]
pub(crate) async fn remove_own_totp(
    state: web::Data<State>,
    RecentlyAuthenticated(caller): RecentlyAuthenticated,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let shared = state.clone();
    run_db_as(&state.pool, caller.account.id, move |connection| {
        second_factor::remove(connection, &shared, &caller, |connection, account| {
            if !TotpSecret::delete_all(connection, account.id)? {
                return Err(Problem::not_found(
                    "totp_not_enrolled",
                    "this account has no app that makes codes",
                ));
            }
            Record::success(Action::RemoveTotp, account.id).write(connection, &visitor)?;
            let detail = json!({"factor": "the app that makes codes"});
            Ok(shared
                .outbox
                .put(connection, &Mail { detail, ..Mail::to(Kind::SecondFactorRemoved, account) })?)
        })
    })
    .await?;
    state.outbox.call();
    Ok(HttpResponse::NoContent().finish())
}
