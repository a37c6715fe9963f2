//! One account.

use actix_web::{get, web};
use tallykeep_database::{as_operator, models::Account};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Problems, run_db};

use super::AdministeredAccount;
use crate::{State, session::Administrator, standing::not_found};

/// An account. Only an administrator may ask.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = AdministeredAccount), Problems),
    security(("session" = []))
)]
#[get("/auth/admin/accounts/{id}")]
pub(crate) async fn find_any_account(
    state: web::Data<State>,
    _: Administrator,
    path: web::Path<String>,
) -> Result<web::Json<AdministeredAccount>, Problem> {
    let id: AccountId = path.parse().map_err(Problem::bad_request)?;
    let account = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            let account = Account::find_any(connection, id)?.ok_or_else(|| not_found(id))?;
            Ok::<_, Problem>(AdministeredAccount::read(connection, account)?)
        })
    })
    .await?;
    Ok(web::Json(account))
}
