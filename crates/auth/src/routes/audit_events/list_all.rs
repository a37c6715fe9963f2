//! What happened to every account.

use actix_web::{get, web};
use serde::Deserialize;
use tallykeep_database::{
    as_operator,
    models::{AuditEvent, AuditEventPage},
};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Problems, Query, given, paging, run_db};
use utoipa::IntoParams;

use super::{AuditEventsResponse, respond};
use crate::{State, session::Administrator};

/// Which part to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListAllAuditEventsQuery {
    /// Of this account only.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, format = Uuid)]
    account_id: Option<String>,
    /// At most so many; 100 if left out, 1,000 at most.
    #[serde(default, deserialize_with = "given")]
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
    /// Where an earlier page said that it goes on.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, format = Uuid)]
    cursor: Option<String>,
}

/// What happened to all accounts, and to addresses that have none. Only an administrator may ask.
#[utoipa::path(
    tag = "administration",
    params(ListAllAuditEventsQuery),
    responses((status = 200, body = AuditEventsResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/admin/audit-events")]
pub(crate) async fn list_all_audit_events(
    state: web::Data<State>,
    _: Administrator,
    query: Query<ListAllAuditEventsQuery>,
) -> Result<web::Json<AuditEventsResponse>, Problem> {
    let limit = paging::parse_limit(query.0.limit)?;
    let before = paging::parse_cursor(query.0.cursor.as_deref())?;
    let account: Option<AccountId> =
        query.0.account_id.map(|id| id.parse()).transpose().map_err(Problem::bad_request)?;
    let page = AuditEventPage { account, before, limit: limit.and_one_more() };
    let read =
        move |connection: &mut _| as_operator(connection, |connection| AuditEvent::page(connection, page));
    Ok(web::Json(respond(run_db(&state.pool, read).await?, limit)))
}
