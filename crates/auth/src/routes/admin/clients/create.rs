//! Making an application known.

use actix_web::{HttpResponse, http::header, post, web};
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::{as_operator, models::NewClient};
use tallykeep_domain::ClientId;
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db, token_hash};
use utoipa::ToSchema;

use super::{
    ClientWithSecret, IdTokenAlgorithm, RedirectUri, parse_name, parse_redirect_uris, parse_uris,
    refuse_trust_without_secret,
};
use crate::{
    State,
    audit::{Action, Record},
    keys::SigningAlgorithm,
    session::Administrator,
    token::random_token,
};

/// An application to make known.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateClientRequest {
    /// What people know it as: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, example = "Wiki")]
    name: String,
    /// Whether it can keep a secret, as a program on a server can. It can if left out.
    #[serde(default = "yes")]
    #[schema(default = true)]
    confidential: bool,
    /// Where people are sent back to. Compared to the letter, but for the port on the person's own machine.
    #[schema(
        value_type = Vec<RedirectUri>,
        min_items = 1,
        max_items = 20,
        example = json!(["https://wiki.example.org/callback"])
    )]
    redirect_uris: Vec<String>,
    /// Where people are sent after signing out.
    #[serde(default)]
    #[schema(value_type = Vec<RedirectUri>, max_items = 20)]
    post_logout_redirect_uris: Vec<String>,
    /// Whether nobody is asked what it may know. Only one with a secret can be trusted so.
    #[serde(default)]
    trusted: bool,
    /// By which algorithm its ID tokens are signed.
    #[serde(default)]
    id_token_signed_response_alg: IdTokenAlgorithm,
}

const fn yes() -> bool {
    true
}

/// Makes an application known. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    responses((status = 201, body = ClientWithSecret), Problems),
    security(("session" = []))
)]
#[post("/auth/admin/clients")]
pub(crate) async fn create_client(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    body: Json<CreateClientRequest>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    refuse_trust_without_secret(body.trusted, body.confidential)?;
    let (name, redirect_uris) = (parse_name(&body.name)?, parse_redirect_uris(&body.redirect_uris)?);
    let post_logout_redirect_uris = parse_uris(&body.post_logout_redirect_uris)?;
    let algorithm = SigningAlgorithm::from(body.id_token_signed_response_alg);
    state.signing_keys.prepare(algorithm).await?;
    let secret = body.confidential.then(random_token).transpose()?;
    let secret_hash = secret.as_deref().map(token_hash);
    let actor = administrator.0.account.id;
    let client = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            let client = NewClient {
                id: ClientId::generate().as_uuid(),
                name: &name,
                secret_hash: secret_hash.as_ref().map(<[u8; 32]>::as_slice),
                redirect_uris: &redirect_uris,
                post_logout_redirect_uris: &post_logout_redirect_uris,
                trusted: body.trusted,
                id_token_algorithm: algorithm.as_str(),
            }
            .insert(connection)?;
            let detail = json!({"client": client.id, "name": client.name, "trusted": client.trusted});
            Record::success(Action::CreateClient, actor).with(detail).write(connection, &visitor)?;
            Ok::<_, Problem>(client)
        })
    })
    .await?;
    let response = ClientWithSecret { client: client.into(), client_secret: secret };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}
