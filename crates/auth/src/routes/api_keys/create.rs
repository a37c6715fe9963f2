//! Making an API key.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    post, web,
};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tallykeep_database::models::{ApiKey, NewApiKey};
use tallykeep_domain::{AccountId, ApiKeyId, ApiKeySecret, Scope, Scopes};
use tallykeep_service::{Problem, Problems, Visitor, run_db_as, token_hash};
use utoipa::ToSchema;

use super::ApiKeyResponse;
use crate::{
    State,
    audit::{Action, Record},
    session::RecentlyAuthenticated,
    token::random_api_key,
};

const MOST_KEYS: i64 = 100;
const LONGEST_NAME: usize = 100;

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateApiKeyRequest {
    /// What to call it: 1 to 100 characters.
    #[schema(example = "Home Assistant")]
    name: String,
    /// What it may do.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: Vec<String>,
}

/// A new key with its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedApiKeyResponse {
    #[serde(flatten)]
    key_info: ApiKeyResponse,
    /// The key. It is shown this once.
    #[schema(example = "tk_…")]
    key: String,
}

/// Makes an API key. The password must have been given within the last ten minutes.
#[utoipa::path(
    tag = "api keys",
    responses((status = 201, body = CreatedApiKeyResponse), Problems),
    security(("session" = []))
)]
#[post("/auth/api-keys")]
pub(crate) async fn create_api_key(
    state: web::Data<State>,
    RecentlyAuthenticated(caller): RecentlyAuthenticated,
    visitor: Visitor,
    body: web::Json<CreateApiKeyRequest>,
) -> Result<HttpResponse, Problem> {
    let name = parse_name(&body.name)?;
    let scopes = parse_scopes(&body.scopes)?;
    let account = caller.account.id;
    let secret = random_api_key()?;
    let key = secret.expose().to_owned();
    let row = run_db_as(&state.pool, account, move |connection| {
        let row = insert(connection, account, &name, &scopes, &secret)?;
        let detail = json!({"api_key": row.id, "name": row.name, "scopes": row.scopes});
        Record::success(Action::CreateApiKey, account).with(detail).write(connection, &visitor)?;
        Ok(row)
    })
    .await?;
    let response = CreatedApiKeyResponse { key_info: row.into(), key };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}

fn insert(
    connection: &mut PgConnection,
    account: AccountId,
    name: &str,
    scopes: &Scopes,
    secret: &ApiKeySecret,
) -> Result<ApiKey, Problem> {
    if ApiKey::count(connection, account)? >= MOST_KEYS {
        let detail = format!("an account may have {MOST_KEYS} API keys; revoke one first");
        return Err(Problem::conflict("api_keys_too_many", detail));
    }
    let row = NewApiKey {
        account_id: account.as_uuid(),
        id: ApiKeyId::generate().as_uuid(),
        name,
        prefix: secret.prefix(),
        secret_hash: &token_hash(secret.expose()),
        scopes: &scopes.to_string(),
    };
    Ok(row.insert(connection)?)
}

fn parse_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let good = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if good {
        return Ok(name.to_owned());
    }
    let detail = format!("the name needs 1 to {LONGEST_NAME} characters, none of them a control character");
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "name_invalid", detail))
}

fn parse_scopes(words: &[String]) -> Result<Scopes, Problem> {
    let scopes: Scopes = words
        .iter()
        .map(|word| word.parse::<Scope>())
        .collect::<Result<_, _>>()
        .map_err(Problem::unprocessable)?;
    if scopes.is_empty() {
        let detail = "the key needs at least one scope";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "scopes_empty", detail));
    }
    Ok(scopes)
}
