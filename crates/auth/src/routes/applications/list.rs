//! Which applications there are.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::Application;
use tallykeep_domain::ClientId;
use tallykeep_service::{Problem, Problems, run_db_as};
use utoipa::ToSchema;

use crate::{State, session::SignedIn};

/// Applications.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationsResponse {
    /// By name.
    items: Vec<ApplicationResponse>,
}

/// An application that the person signed in at.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    client_id: ClientId,
    /// What an administrator called it.
    name: String,
    /// What the person let it know; nothing where an administrator answers for it, and nobody was asked.
    scopes: Option<Vec<String>>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
}

impl From<Application> for ApplicationResponse {
    fn from(Application { client, name, scopes, since }: Application) -> Self {
        let words = |scopes: String| scopes.split_ascii_whitespace().map(str::to_owned).collect();
        Self { client_id: client, name, scopes: scopes.map(words), since }
    }
}

/// The applications that one let know something, or is signed in at.
#[utoipa::path(
    tag = "account",
    responses((status = 200, body = ApplicationsResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/applications")]
pub(crate) async fn list_applications(
    state: web::Data<State>,
    caller: SignedIn,
) -> Result<web::Json<ApplicationsResponse>, Problem> {
    let id = caller.account.id;
    let list = move |connection: &mut _| Ok(Application::list(connection, id)?);
    let items = run_db_as(&state.pool, id, list).await?.into_iter().map(Into::into).collect();
    Ok(web::Json(ApplicationsResponse { items }))
}
