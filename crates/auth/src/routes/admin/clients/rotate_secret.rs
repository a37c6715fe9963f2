//! Another secret for an application.

use actix_web::{HttpResponse, http::header, post, web};
use serde_json::json;
use tallykeep_database::{as_operator, models::Client};
use tallykeep_domain::ClientId;
use tallykeep_service::{Problem, Problems, Visitor, run_db, token_hash};

use super::{ClientWithSecret, not_found};
use crate::{
    State,
    audit::{Action, Record},
    session::Administrator,
    token::random_token,
};

/// Gives an application another secret. The old one is void at once; what the application was given with it stays. Only an
/// administrator may.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 201, body = ClientWithSecret), Problems),
    security(("session" = []))
)]
#[post("/auth/admin/clients/{id}/secret")]
pub(crate) async fn rotate_client_secret(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: ClientId = path.parse().map_err(Problem::bad_request)?;
    let secret = random_token()?;
    let (hash, actor) = (token_hash(&secret), administrator.0.account.id);
    let client = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            Client::find(connection, id)?.ok_or_else(|| not_found(id))?;
            let client = Client::replace_secret(connection, id, &hash)?.ok_or_else(|| {
                Problem::conflict("client_without_secret", "this application has no secret")
            })?;
            let detail = json!({"client": id, "name": client.name});
            Record::success(Action::RotateClientSecret, actor).with(detail).write(connection, &visitor)?;
            Ok::<_, Problem>(client)
        })
    })
    .await?;
    let response = ClientWithSecret { client: client.into(), client_secret: Some(secret) };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}
