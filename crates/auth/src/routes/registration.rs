//! Who may register, so that the page can offer what will be taken.

use actix_web::{get, web};
use serde::Serialize;
use tallykeep_database::models::Installation;
use tallykeep_service::{Problem, Problems, run_db};
use utoipa::ToSchema;

use crate::{RegistrationMode, State};

/// Who may register.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegistrationResponse {
    /// Who.
    mode: RegistrationOffer,
}

/// Who may register now.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RegistrationOffer {
    /// Whoever comes first: there is no account yet, and who registers becomes the administrator.
    First,
    /// Everybody.
    Open,
    /// Who holds an invitation.
    Invite,
    /// Nobody.
    Closed,
}

impl From<RegistrationMode> for RegistrationOffer {
    fn from(mode: RegistrationMode) -> Self {
        match mode {
            RegistrationMode::Open => Self::Open,
            RegistrationMode::Invite => Self::Invite,
            RegistrationMode::Closed => Self::Closed,
        }
    }
}

/// Who may register.
#[utoipa::path(tag = "account", responses((status = 200, body = RegistrationResponse), Problems))]
#[get("/auth/registration")]
pub(crate) async fn find_registration(
    state: web::Data<State>,
) -> Result<web::Json<RegistrationResponse>, Problem> {
    let exists = run_db(&state.pool, Installation::exists).await?;
    let mode = if exists { state.registration.into() } else { RegistrationOffer::First };
    Ok(web::Json(RegistrationResponse { mode }))
}
