//! Giving a passkey another name.

use actix_web::{patch, web};
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::models::Passkey;
use tallykeep_domain::{PasskeyId, PasskeyName};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db_as};
use utoipa::ToSchema;

use super::{PasskeyResponse, not_found};
use crate::{
    State,
    audit::{Action, Record},
    session::SignedIn,
};

/// Another name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenamePasskeyRequest {
    /// What to call it: 1 to 100 bytes.
    #[schema(min_length = 1, max_length = 100, example = "Old phone")]
    name: String,
}

/// Gives a passkey another name.
#[utoipa::path(
    tag = "passkeys",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = PasskeyResponse), Problems),
    security(("session" = []))
)]
#[patch("/auth/passkeys/{id}")]
pub(crate) async fn rename_passkey(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    path: web::Path<String>,
    body: Json<RenamePasskeyRequest>,
) -> Result<web::Json<PasskeyResponse>, Problem> {
    let id: PasskeyId = path.parse().map_err(Problem::bad_request)?;
    let name = PasskeyName::try_from(body.into_inner().name).map_err(Problem::unprocessable)?;
    let account = caller.account.id;
    let passkey = run_db_as(&state.pool, account, move |connection| {
        let renamed = Passkey::rename(connection, account, id, name.as_str())?;
        let passkey = renamed.ok_or_else(|| not_found(id))?;
        let detail = json!({"passkey": id, "name": passkey.name});
        Record::success(Action::RenamePasskey, account).with(detail).write(connection, &visitor)?;
        Ok(passkey)
    })
    .await?;
    Ok(web::Json(passkey.into()))
}
