//! Everything that the auth service knows of an account, to take along.

use actix_web::{HttpResponse, get, http::header, web};
use diesel::PgConnection;
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::{
    Account, ApiKey, Application, AuditEvent, AuditEventPage, Group, Identity, Invitation, Passkey, Session,
};
use tallykeep_domain::{IdentityId, SessionId};
use tallykeep_service::{Problem, Problems, Visitor, run_db_as};
use utoipa::ToSchema;

use super::AccountResponse;
use crate::{
    State,
    audit::{Action, Record},
    routes::{
        api_keys::ApiKeyResponse, applications::list::ApplicationResponse, audit_events::AuditEventResponse,
        invitations::GivenInvitation, passkeys::PasskeyResponse, second_factor::find::SecondFactors,
    },
    session::SignedIn,
};

/// The shape of the document. A field that goes or changes its meaning makes it another one.
const VERSION: u32 = 1;

/// The most events of the document, the latest ones.
const MOST_EVENTS: i64 = 10_000;

/// An account as a document.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportResponse {
    /// The shape of this document: 1.
    version: u32,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    exported_at: Timestamp,
    /// The profile, with its groups.
    account: AccountResponse,
    /// Browsers that are signed in.
    sessions: Vec<ExportedSession>,
    /// Who the person is at other providers.
    identities: Vec<ExportedIdentity>,
    /// Second factors, without their secrets.
    second_factors: SecondFactors,
    /// API keys, without their secrets.
    api_keys: Vec<ApiKeyResponse>,
    /// Passkeys, without their keys.
    passkeys: Vec<PasskeyResponse>,
    /// Invitations that were given and not used, without their tokens.
    invitations: Vec<GivenInvitation>,
    /// Applications that the person signs in at.
    applications: Vec<ApplicationResponse>,
    /// What happened to the account, latest first; of more than 10,000 events the latest.
    audit_events: Vec<AuditEventResponse>,
}

/// A browser that is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedSession {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: SessionId,
    /// What the browser calls itself.
    user_agent: String,
    /// The address that it was opened from.
    address: Option<String>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
    /// When it ends by itself.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Who the person is at another provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedIdentity {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: IdentityId,
    /// The address of the provider.
    issuer: String,
    /// What the provider calls its person.
    subject: String,
    /// The address of the person there, when it was last used.
    email: Option<String>,
    /// When it was linked.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
}

impl From<Identity> for ExportedIdentity {
    fn from(identity: Identity) -> Self {
        let Identity { id, issuer, subject, email, created_at, last_used_at, .. } = identity;
        Self { id, issuer, subject, email, created_at, last_used_at }
    }
}

impl From<Session> for ExportedSession {
    fn from(session: Session) -> Self {
        let Session { id, user_agent, address, created_at, last_used_at, expires_at, .. } = session;
        Self { id, user_agent, address, created_at, last_used_at, expires_at }
    }
}

/// All that the auth service knows of one's own account, in one document. The numbers are the query service's.
#[utoipa::path(
    tag = "account",
    responses((status = 200, body = ExportResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/account/export")]
pub(crate) async fn export_account(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let (account, idle_hours) = (caller.account, state.session_idle_hours);
    let document = run_db_as(&state.pool, account.id, move |connection| {
        Record::success(Action::ExportAccount, account.id).write(connection, &visitor)?;
        Ok(read(connection, account, idle_hours)?)
    })
    .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, r#"attachment; filename="tallykeep-account.json""#))
        .json(document))
}

fn read(
    connection: &mut PgConnection,
    account: Account,
    idle_hours: u16,
) -> diesel::QueryResult<ExportResponse> {
    let id = account.id;
    let events = AuditEventPage { account: Some(id), before: None, limit: MOST_EVENTS };
    Ok(ExportResponse {
        version: VERSION,
        exported_at: Timestamp::now(),
        sessions: Session::list(connection, id, idle_hours)?.into_iter().map(Into::into).collect(),
        identities: Identity::list(connection, id)?.into_iter().map(Into::into).collect(),
        second_factors: SecondFactors::of(connection, id)?,
        api_keys: ApiKey::list(connection, id)?.into_iter().map(Into::into).collect(),
        passkeys: Passkey::list(connection, id)?.into_iter().map(Into::into).collect(),
        invitations: Invitation::list(connection)?.into_iter().map(Into::into).collect(),
        applications: Application::list(connection, id)?.into_iter().map(Into::into).collect(),
        audit_events: AuditEvent::page(connection, events)?.into_iter().map(Into::into).collect(),
        account: AccountResponse::new(account, Group::of(connection, id)?),
    })
}
