//! Deciding over an account: its role, and whether it is let in.

use actix_web::{patch, web};
use diesel::PgConnection;
use serde::Deserialize;
use tallykeep_database::{as_operator, models::Account};
use tallykeep_domain::{AccountId, Role};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use super::AdministeredAccount;
use crate::{
    State,
    second_factor::Requirement,
    session::Administrator,
    standing::{Decider, change_role, disable, enable, not_found},
};

/// What to change. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeAnyAccountRequest {
    /// What it is in this installation.
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    /// Whether it is kept out. `false` also calls off that it is erased, as long as that has not begun.
    disabled: Option<bool>,
}

/// Changes what an account may do. Only an administrator may.
///
/// An account that is disabled is signed out everywhere, and neither a password nor a key lets it in. Access tokens
/// that were drawn before are good for ten minutes at most. The last administrator can be neither disabled nor demoted.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = AdministeredAccount), Problems),
    security(("session" = []))
)]
#[patch("/auth/admin/accounts/{id}")]
pub(crate) async fn change_any_account(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
    body: Json<ChangeAnyAccountRequest>,
) -> Result<web::Json<AdministeredAccount>, Problem> {
    let id: AccountId = path.parse().map_err(Problem::bad_request)?;
    let body = body.into_inner();
    let role: Option<Role> =
        body.role.map(|word| word.parse()).transpose().map_err(Problem::unprocessable)?;
    let (actor, requirement) = (administrator.0.account.id, state.second_factor);
    let account = run_db(&state.pool, move |connection| {
        let decider = Decider { account: Some(actor), visitor: &visitor };
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            let account = change(connection, id, role, requirement, body.disabled, &decider)?;
            Ok::<_, Problem>(AdministeredAccount::read(connection, account)?)
        })
    })
    .await?;
    Ok(web::Json(account))
}

fn change(
    connection: &mut PgConnection,
    id: AccountId,
    role: Option<Role>,
    requirement: Requirement,
    disabled: Option<bool>,
    decider: &Decider<'_>,
) -> Result<Account, Problem> {
    if let Some(role) = role {
        change_role(connection, id, role, requirement, decider)?;
    }
    match disabled {
        Some(true) => disable(connection, id, decider),
        Some(false) => enable(connection, id, decider),
        None => Account::find_any(connection, id)?.ok_or_else(|| not_found(id)),
    }
}
