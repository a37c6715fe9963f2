//! An application is to know nothing any more.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;
use tallykeep_database::models::{Authorization, Consent};
use tallykeep_domain::ClientId;
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};

use crate::{
    State,
    audit::{Action, Record},
    session::SignedIn,
};

/// Takes back what one let an application know. Its tokens end at once; what it was told before, it knows.
#[utoipa::path(
    tag = "account",
    params(("client" = String, Path, format = Uuid)),
    responses((status = 204, description = "Withdrawn."), Problems),
    security(("session" = []))
)]
#[delete("/auth/applications/{client}")]
pub(crate) async fn withdraw_application(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let client: ClientId = path.parse().map_err(Problem::bad_request)?;
    let account = caller.account.id;
    run_db_as(&state.pool, account, move |connection| {
        let withdrawn = Consent::withdraw(connection, account, client)?;
        let ended = Authorization::delete_at(connection, account, client)?;
        if withdrawn + ended == 0 {
            let detail = format!("the application {client} is not one of yours");
            return Err(Problem::not_found("application_not_found", detail));
        }
        let record = Record::success(Action::WithdrawClient, account).with(json!({"client": client}));
        Ok(record.write(connection, &visitor)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
