//! All accounts.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{get, web};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use tallykeep_database::{
    as_operator,
    models::{Account, AccountPage, Group},
};
use tallykeep_service::{Problem, Problems, Query, given, paging, run_db};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::AdministeredAccount;
use crate::{State, second_factor::enrolled_among, session::Administrator};

/// Which part to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListAccountsQuery {
    /// Only those with this text in their address or name, whatever the case.
    search: Option<String>,
    /// At most so many; 100 if left out, 1,000 at most.
    #[serde(default, deserialize_with = "given")]
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
    /// Where an earlier page said that it goes on.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, format = Uuid)]
    cursor: Option<String>,
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountsResponse {
    /// Oldest first.
    items: Vec<AdministeredAccount>,
    /// Where the next page starts, if there is one.
    next_cursor: Option<String>,
}

/// Everybody who has an account. Only an administrator may ask.
#[utoipa::path(
    tag = "administration",
    params(ListAccountsQuery),
    responses((status = 200, body = AccountsResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/admin/accounts")]
pub(crate) async fn list_accounts(
    state: web::Data<State>,
    _: Administrator,
    query: Query<ListAccountsQuery>,
) -> Result<web::Json<AccountsResponse>, Problem> {
    let limit = paging::parse_limit(query.0.limit)?;
    let page = AccountPage {
        // No address or name holds it, and the database takes it in no text.
        search: query.0.search.map(|text| text.replace('\0', "")),
        after: paging::parse_cursor(query.0.cursor.as_deref())?,
        limit: limit.and_one_more(),
    };
    let read = move |connection: &mut _| as_operator(connection, |connection| read(connection, &page));
    let (mut accounts, mut groups, secured) = run_db(&state.pool, read).await?;
    let next_cursor = paging::cut(&mut accounts, limit).map(|last| last.id.to_string());
    let respond = |account: Account| {
        let groups = groups.remove(&account.id.as_uuid()).unwrap_or_default();
        let has_second_factor = secured.contains(&account.id.as_uuid());
        AdministeredAccount::new(account, groups, has_second_factor)
    };
    Ok(web::Json(AccountsResponse { items: accounts.into_iter().map(respond).collect(), next_cursor }))
}

/// The names of groups by the account that is in them.
type Memberships = BTreeMap<Uuid, Vec<String>>;

/// The accounts of `page`, their groups, and which of them have a second factor.
fn read(
    connection: &mut PgConnection,
    page: &AccountPage,
) -> diesel::QueryResult<(Vec<Account>, Memberships, BTreeSet<Uuid>)> {
    let accounts = Account::page(connection, page)?;
    let ids: Vec<_> = accounts.iter().map(|account| account.id.as_uuid()).collect();
    let mut groups = Memberships::new();
    for (account, group) in Group::of_all(connection, &ids)? {
        groups.entry(account).or_default().push(group);
    }
    let secured = enrolled_among(connection, &ids)?;
    Ok((accounts, groups, secured))
}
