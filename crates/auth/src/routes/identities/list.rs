//! Listing identities.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::Identity;
use tallykeep_domain::IdentityId;
use tallykeep_service::{Problem, Problems, run_db_as};
use utoipa::ToSchema;

use crate::{State, session::SignedIn};

/// What signs in to the account besides the password.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentitiesResponse {
    /// Oldest first.
    items: Vec<IdentityResponse>,
}

/// Who the person is at another provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: IdentityId,
    /// The provider's name for people; nothing when it is not in the settings any more, and signs nobody in.
    #[schema(example = "Google")]
    provider: Option<String>,
    /// The provider's address.
    #[schema(example = "https://accounts.google.com")]
    issuer: String,
    /// The person's address there, when it was last used.
    email: Option<String>,
    /// When it was linked.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
}

/// What signs in to the account besides the password.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = IdentitiesResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/identities")]
pub(crate) async fn list_identities(
    state: web::Data<State>,
    caller: SignedIn,
) -> Result<web::Json<IdentitiesResponse>, Problem> {
    let account = caller.account.id;
    let list = move |connection: &mut _| Ok(Identity::list(connection, account)?);
    let identities = run_db_as(&state.pool, account, list).await?;
    let respond = |identity: Identity| {
        let Identity { id, issuer, email, created_at, last_used_at, .. } = identity;
        let provider = state.providers.name_of(&issuer).map(str::to_owned);
        IdentityResponse { id, provider, issuer, email, created_at, last_used_at }
    };
    Ok(web::Json(IdentitiesResponse { items: identities.into_iter().map(respond).collect() }))
}
