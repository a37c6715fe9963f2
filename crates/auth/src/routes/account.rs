//! The account of the signed-in browser.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::Account;
use tallykeep_domain::{AccountId, Role};
use tallykeep_service::Problems;
use utoipa::ToSchema;

use crate::session::SignedIn;

/// An account, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    pub(crate) id: AccountId,
    /// The address to sign in with.
    pub(crate) email: String,
    /// What it is in this installation.
    #[schema(value_type = Role)]
    pub(crate) role: String,
    /// The IANA name of the zone in which its days are counted.
    #[schema(example = "Europe/Berlin")]
    pub(crate) time_zone: String,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created_at: Timestamp,
    /// When its person confirmed to read what is sent to the address.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) email_verified_at: Option<Timestamp>,
}

impl From<Account> for AccountResponse {
    fn from(account: Account) -> Self {
        let Account { id, email, role, time_zone, created_at, email_verified_at, .. } = account;
        Self { id, email, role, time_zone, created_at, email_verified_at }
    }
}

/// Who is signed in.
#[utoipa::path(
    tag = "account",
    responses((status = 200, body = AccountResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/account")]
pub(crate) async fn find_account(caller: SignedIn) -> web::Json<AccountResponse> {
    web::Json(caller.account.into())
}
