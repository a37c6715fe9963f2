//! What happened to accounts.

pub(crate) mod list;
pub(crate) mod list_all;

use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::AuditEvent;
use tallykeep_domain::AuditEventId;
use tallykeep_service::paging;
use utoipa::ToSchema;
use uuid::Uuid;

/// A page of what happened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEventsResponse {
    /// Latest first.
    items: Vec<AuditEventResponse>,
    /// Where the next page starts, if there is one.
    next_cursor: Option<String>,
}

/// Something that happened to an account, or was tried in vain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEventResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: AuditEventId,
    /// The account that it concerns, where that is known.
    account_id: Option<Uuid>,
    /// When it was.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// What was done.
    #[schema(example = "sign_in")]
    action: String,
    /// Whether it came about.
    succeeded: bool,
    /// Who did it, where that is not the account itself.
    actor_id: Option<Uuid>,
    /// The address that it was asked from.
    address: Option<String>,
    /// What the client called itself.
    user_agent: String,
    /// By which the request is found in logs and traces.
    trace_id: String,
    /// What else there is to say; its fields depend on the action.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
}

impl From<AuditEvent> for AuditEventResponse {
    fn from(event: AuditEvent) -> Self {
        let AuditEvent { id, account_id, created_at, action, succeeded, actor_id, .. } = event;
        let AuditEvent { address, user_agent, trace_id, detail, .. } = event;
        Self {
            id,
            account_id,
            created_at,
            action,
            succeeded,
            actor_id,
            address,
            user_agent,
            trace_id,
            detail,
        }
    }
}

/// The answer with `events`, which were read with one more than `limit`.
fn respond(mut events: Vec<AuditEvent>, limit: paging::Limit) -> AuditEventsResponse {
    let next_cursor = paging::cut(&mut events, limit).map(|last| last.id.to_string());
    AuditEventsResponse { items: events.into_iter().map(Into::into).collect(), next_cursor }
}
