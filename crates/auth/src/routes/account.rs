//! The account of the signed-in browser.

pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod export;

use actix_web::{get, web};
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::{Account, Group};
use tallykeep_domain::{AccountId, Role};
use tallykeep_service::{Problem, Problems, run_db_as};
use utoipa::ToSchema;

use crate::{State, session::SignedIn};

/// An account, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    pub(crate) id: AccountId,
    /// The address to sign in with.
    pub(crate) email: String,
    /// What people call its person.
    pub(crate) name: Option<String>,
    /// The language that its person reads (BCP 47).
    #[schema(example = "pt-BR")]
    pub(crate) locale: Option<String>,
    /// What it is in this installation.
    #[schema(value_type = Role)]
    pub(crate) role: String,
    /// The groups that an administrator put it in. They are for other tools.
    pub(crate) groups: Vec<String>,
    /// The IANA name of the zone in which its days are counted.
    #[schema(example = "Europe/Berlin")]
    pub(crate) time_zone: String,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created_at: Timestamp,
    /// When its person confirmed to read what is sent to the address.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) email_verified_at: Option<Timestamp>,
    /// Whether its person chose a password. Who did not signs in with another provider, and can set one by a link.
    pub(crate) has_password: bool,
}

impl AccountResponse {
    /// The account with its groups, which are read for themselves.
    pub(crate) fn new(account: Account, groups: Vec<String>) -> Self {
        let Account { id, email, name, locale, role, time_zone, created_at, .. } = account;
        let Account { email_verified_at, has_password, .. } = account;
        Self { id, email, name, locale, role, groups, time_zone, created_at, email_verified_at, has_password }
    }
}

/// Who is signed in.
#[utoipa::path(
    tag = "account",
    responses((status = 200, body = AccountResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/account")]
pub(crate) async fn find_account(
    state: web::Data<State>,
    caller: SignedIn,
) -> Result<web::Json<AccountResponse>, Problem> {
    let id = caller.account.id;
    let groups = run_db_as(&state.pool, id, move |connection| Ok(Group::of(connection, id)?)).await?;
    Ok(web::Json(AccountResponse::new(caller.account, groups)))
}
