//! What happened to the account of the signed-in browser.

use actix_web::{get, web};
use serde::Deserialize;
use tallykeep_database::models::{AuditEvent, AuditEventPage};
use tallykeep_service::{Problem, Problems, Query, given, paging, run_db_as};
use utoipa::IntoParams;

use super::{AuditEventsResponse, respond};
use crate::{State, session::SignedIn};

/// Which part to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListAuditEventsQuery {
    /// At most so many; 100 if left out, 1,000 at most.
    #[serde(default, deserialize_with = "given")]
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
    /// Where an earlier page said that it goes on.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, format = Uuid)]
    cursor: Option<String>,
}

/// What happened to one's own account: sign-ins, failed ones too, and changes.
#[utoipa::path(
    tag = "account",
    params(ListAuditEventsQuery),
    responses((status = 200, body = AuditEventsResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/audit-events")]
pub(crate) async fn list_audit_events(
    state: web::Data<State>,
    caller: SignedIn,
    query: Query<ListAuditEventsQuery>,
) -> Result<web::Json<AuditEventsResponse>, Problem> {
    let limit = paging::parse_limit(query.0.limit)?;
    let before = paging::parse_cursor(query.0.cursor.as_deref())?;
    let account = caller.account.id;
    let page = AuditEventPage { account: Some(account), before, limit: limit.and_one_more() };
    let events =
        run_db_as(&state.pool, account, move |connection| Ok(AuditEvent::page(connection, page)?)).await?;
    Ok(web::Json(respond(events, limit)))
}
