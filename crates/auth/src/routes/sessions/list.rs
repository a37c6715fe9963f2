//! Listing sessions.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::Session;
use tallykeep_domain::SessionId;
use tallykeep_service::{Problem, Problems, run_db_as};
use utoipa::ToSchema;

use crate::{
    State,
    session::{Methods, SignedIn},
};

/// All browsers in which the account is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionsResponse {
    /// Oldest first.
    items: Vec<SessionResponse>,
}

/// A signed-in browser.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: SessionId,
    /// What the browser calls itself.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    user_agent: String,
    /// The address that it signed in from.
    address: Option<String>,
    /// How its person proved who they are (RFC 8176).
    #[schema(value_type = Vec<String>, example = json!(["pwd"]))]
    methods: Vec<&'static str>,
    /// When it signed in.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
    /// When the session ends, used or not.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether it is the one that asks.
    current: bool,
}

/// Where the account is signed in.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = SessionsResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/sessions")]
pub(crate) async fn list_sessions(
    state: web::Data<State>,
    caller: SignedIn,
) -> Result<web::Json<SessionsResponse>, Problem> {
    let (account, idle_hours) = (caller.account.id, state.session_idle_hours);
    let list = move |connection: &mut _| Ok(Session::list(connection, account, idle_hours)?);
    let sessions = run_db_as(&state.pool, account, list).await?;
    let respond = |session: Session| {
        let methods = Methods::parse(&session.methods).names();
        let Session { id, user_agent, address, created_at, last_used_at, expires_at, .. } = session;
        let current = id == caller.session;
        SessionResponse { id, user_agent, address, methods, created_at, last_used_at, expires_at, current }
    };
    Ok(web::Json(SessionsResponse { items: sessions.into_iter().map(respond).collect() }))
}
