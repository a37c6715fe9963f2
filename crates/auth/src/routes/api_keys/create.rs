//! Making an API key.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    post, web,
};
use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::models::{ApiKey, NewApiKey};
use tallykeep_domain::{AccountId, ApiKeyId, ApiKeySecret, MetricPrefix, Scope, Scopes};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db_as, token_hash};
use utoipa::ToSchema;

use super::CreatedApiKeyResponse;
use crate::{
    State,
    audit::{Action, Record},
    session::RecentlyAuthenticated,
    token::random_api_key,
};

const MOST_KEYS: i64 = 100;
const LONGEST_NAME: usize = 100;
/// Ten years.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateApiKeyRequest {
    /// What to call it: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, example = "Home Assistant")]
    name: String,
    /// What it may do.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: Vec<String>,
    /// When it ends by itself: in the future, within ten years. Never if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// How the names of the metrics begin that it may read and write. All of them if left out. A key for some metrics
    /// only can do nothing with entries, and cannot have the scope `tools:access`: a tool would show it everything.
    #[schema(max_length = 200, example = "home_")]
    metric_prefix: Option<String>,
}

/// What a key is good for, and for how long.
pub(super) struct Terms {
    pub(super) name: String,
    /// Separated by spaces.
    pub(super) scopes: String,
    pub(super) metric_prefix: String,
    pub(super) expires_at: Option<Timestamp>,
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
    body: Json<CreateApiKeyRequest>,
) -> Result<HttpResponse, Problem> {
    let terms = parse(&body)?;
    let account = caller.account.id;
    let secret = random_api_key()?;
    let key = secret.expose().to_owned();
    let row = run_db_as(&state.pool, account, move |connection| {
        caller.hold(connection)?;
        let row = insert(connection, account, &terms, &secret)?;
        let detail = json!({
            "api_key": row.id, "name": row.name, "scopes": row.scopes,
            "metric_prefix": row.metric_prefix, "expires_at": row.expires_at,
        });
        Record::success(Action::CreateApiKey, account).with(detail).write(connection, &visitor)?;
        Ok(row)
    })
    .await?;
    let response = CreatedApiKeyResponse { key_info: row.into(), key };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}

/// Keeps a new key of `account`, which the transaction holds, so that keys made at once are counted one after the other.
/// Where there are as many as there may be, those that have ended make room.
///
/// # Errors
/// 409 when it has as many as it may.
pub(super) fn insert(
    connection: &mut PgConnection,
    account: AccountId,
    terms: &Terms,
    secret: &ApiKeySecret,
) -> Result<ApiKey, Problem> {
    let is_full = |connection: &mut _| ApiKey::count(connection, account).map(|keys| keys >= MOST_KEYS);
    if is_full(connection)? && ApiKey::delete_ended(connection, account)? == 0 {
        let detail = format!("an account may have {MOST_KEYS} API keys; revoke one first");
        return Err(Problem::conflict("api_keys_too_many", detail));
    }
    let row = NewApiKey {
        account_id: account.as_uuid(),
        id: ApiKeyId::generate().as_uuid(),
        name: &terms.name,
        prefix: secret.prefix(),
        secret_hash: &token_hash(secret.expose()),
        scopes: &terms.scopes,
        expires_at: terms.expires_at.map(Into::into),
        metric_prefix: &terms.metric_prefix,
    };
    Ok(row.insert(connection)?)
}

fn parse(body: &CreateApiKeyRequest) -> Result<Terms, Problem> {
    let prefix: MetricPrefix =
        body.metric_prefix.as_deref().unwrap_or_default().parse().map_err(Problem::unprocessable)?;
    if let Some(end) = body.expires_at {
        check_end(end)?;
    }
    let scopes = parse_scopes(&body.scopes)?;
    if scopes.contains(Scope::ToolsAccess) && !prefix.is_all() {
        let detail = "a key for some metrics only opens no tool: leave out metric_prefix or tools:access";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "scopes_conflict", detail));
    }
    Ok(Terms {
        name: parse_name(&body.name)?,
        scopes: scopes.to_string(),
        metric_prefix: prefix.to_string(),
        expires_at: body.expires_at,
    })
}

fn check_end(end: Timestamp) -> Result<(), Problem> {
    let now = Timestamp::now();
    if end > now && end <= now + LONGEST_LIFE {
        return Ok(());
    }
    let detail = "expires_at is not in the future, or more than ten years away";
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "expires_at_invalid", detail))
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
