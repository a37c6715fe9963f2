//! Changing an application.

use actix_web::{patch, web};
use diesel::PgConnection;
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::{
    as_operator,
    models::{Client, ClientChanges},
};
use tallykeep_domain::ClientId;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use super::{
    ClientResponse, IdTokenAlgorithm, RedirectUri, not_found, parse_name, parse_redirect_uris, parse_uris,
    refuse_trust_without_secret,
};
use crate::{
    State,
    audit::{Action, Record},
    keys::SigningAlgorithm,
    session::Administrator,
};

/// What to change. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeClientRequest {
    /// What people know it as: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Where people are sent back to.
    #[schema(value_type = Option<Vec<RedirectUri>>, min_items = 1, max_items = 20)]
    redirect_uris: Option<Vec<String>>,
    /// Where people are sent after signing out.
    #[schema(value_type = Option<Vec<RedirectUri>>, max_items = 20)]
    post_logout_redirect_uris: Option<Vec<String>>,
    /// Whether nobody is asked what it may know.
    trusted: Option<bool>,
    /// By which algorithm its ID tokens are signed.
    id_token_signed_response_alg: Option<IdTokenAlgorithm>,
}

/// Changes an application. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = ClientResponse), Problems),
    security(("session" = []))
)]
#[patch("/auth/admin/clients/{id}")]
pub(crate) async fn change_client(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
    body: Json<ChangeClientRequest>,
) -> Result<web::Json<ClientResponse>, Problem> {
    let id: ClientId = path.parse().map_err(Problem::bad_request)?;
    let algorithm = body.id_token_signed_response_alg.map(SigningAlgorithm::from);
    if let Some(algorithm) = algorithm {
        state.signing_keys.prepare(algorithm).await?;
    }
    let changes = ClientChanges {
        name: body.name.as_deref().map(parse_name).transpose()?,
        redirect_uris: body.redirect_uris.as_deref().map(parse_redirect_uris).transpose()?,
        post_logout_redirect_uris: body.post_logout_redirect_uris.as_deref().map(parse_uris).transpose()?,
        trusted: body.trusted,
        id_token_algorithm: algorithm.map(SigningAlgorithm::as_str),
    };
    let actor = administrator.0.account.id;
    let client = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            let client = change(connection, id, &changes)?;
            let detail = json!({"client": id, "name": client.name, "fields": names(&changes)});
            Record::success(Action::ChangeClient, actor).with(detail).write(connection, &visitor)?;
            Ok::<_, Problem>(client)
        })
    })
    .await?;
    Ok(web::Json(client.into()))
}

fn change(connection: &mut PgConnection, id: ClientId, changes: &ClientChanges) -> Result<Client, Problem> {
    let client = Client::find(connection, id)?.ok_or_else(|| not_found(id))?;
    refuse_trust_without_secret(changes.trusted.unwrap_or(false), client.secret_hash.is_some())?;
    if *changes == ClientChanges::default() {
        return Ok(client);
    }
    Client::change(connection, id, changes)?.ok_or_else(|| not_found(id))
}

/// What changes, for the audit log.
fn names(changes: &ClientChanges) -> Vec<&'static str> {
    let fields = [
        ("name", changes.name.is_some()),
        ("redirect_uris", changes.redirect_uris.is_some()),
        ("post_logout_redirect_uris", changes.post_logout_redirect_uris.is_some()),
        ("trusted", changes.trusted.is_some()),
        ("id_token_signed_response_alg", changes.id_token_algorithm.is_some()),
    ];
    fields.into_iter().filter_map(|(name, changes)| changes.then_some(name)).collect()
}
