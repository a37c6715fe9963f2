//! Replacing an API key by a new one.

use actix_web::{HttpResponse, http::StatusCode, http::header, post, web};
use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::models::ApiKey;
use tallykeep_domain::{AccountId, ApiKeyId, ApiKeySecret};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db_as, whole};
use utoipa::ToSchema;

use super::{
    CreatedApiKeyResponse,
    create::{Terms, insert},
};
use crate::{
    State,
    audit::{Action, Record},
    session::RecentlyAuthenticated,
    token::random_api_key,
};

const DEFAULT_OVERLAP_HOURS: u16 = 24;
const MOST_OVERLAP_HOURS: u16 = 30 * 24;

/// How to replace a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateApiKeyRequest {
    /// For how many hours the key that is replaced stays good: 0 to 720; 24 if left out.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 720)]
    overlap_hours: Option<u16>,
}

/// Makes a key like this one. The old one stays good for some hours more, in which devices can be told of the new one.
///
/// A key that ends by itself is followed by one that lasts as long as it did. The password must have been given within the
/// last ten minutes.
#[utoipa::path(
    tag = "api keys",
    params(("id" = String, Path, format = Uuid)),
    responses((status = 201, body = CreatedApiKeyResponse), Problems),
    security(("session" = []))
)]
#[post("/auth/api-keys/{id}/rotate")]
pub(crate) async fn rotate_api_key(
    state: web::Data<State>,
    RecentlyAuthenticated(caller): RecentlyAuthenticated,
    visitor: Visitor,
    path: web::Path<String>,
    body: Json<RotateApiKeyRequest>,
) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = path.parse().map_err(Problem::bad_request)?;
    let overlap = parse_overlap(body.overlap_hours)?;
    let account = caller.account.id;
    let secret = random_api_key()?;
    let key = secret.expose().to_owned();
    let row = run_db_as(&state.pool, account, move |connection| {
        caller.hold(connection)?;
        let row = rotate(connection, account, id, overlap, &secret)?;
        let detail = json!({"api_key": id, "successor": row.id, "overlap_hours": overlap.as_hours()});
        Record::success(Action::RotateApiKey, account).with(detail).write(connection, &visitor)?;
        Ok(row)
    })
    .await?;
    let response = CreatedApiKeyResponse { key_info: row.into(), key };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}

fn parse_overlap(hours: Option<u16>) -> Result<SignedDuration, Problem> {
    let hours = hours.unwrap_or(DEFAULT_OVERLAP_HOURS);
    if hours <= MOST_OVERLAP_HOURS {
        return Ok(SignedDuration::from_hours(hours.into()));
    }
    let detail = format!("overlap_hours {hours} is not within 0 to {MOST_OVERLAP_HOURS}");
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "overlap_invalid", detail))
}

fn rotate(
    connection: &mut PgConnection,
    account: AccountId,
    id: ApiKeyId,
    overlap: SignedDuration,
    secret: &ApiKeySecret,
) -> Result<ApiKey, Problem> {
    let now = Timestamp::now();
    let old = ApiKey::lock(connection, account, id)?
        .filter(|key| key.expires_at.is_none_or(|end| end > now))
        .ok_or_else(|| Problem::not_found("api_key_not_found", format!("there is no live API key {id}")))?;
    let terms = Terms {
        name: old.name.clone(),
        scopes: old.scopes.clone(),
        metric_prefix: old.metric_prefix.clone(),
        expires_at: old.term().map(|term| now + term),
    };
    let successor = insert(connection, account, &terms, secret)?;
    old.replace(connection, now + overlap)?;
    Ok(successor)
}
