//! Trying out the rules.

use actix_web::{http::StatusCode, post, web};
use serde::{Deserialize, Serialize};
use tallykeep_database::{
    as_operator,
    models::{Account, Group},
};
use tallykeep_domain::{AccessRuleId, AccountId};
use tallykeep_service::{Json, Problem, Problems, run_db};
use utoipa::ToSchema;

use crate::{
    State,
    access_rules::{Asked, Outcome, Person, judge},
    session::Administrator,
    standing,
};

/// A request that somebody could send to a tool.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckAccessRequest {
    /// Its address.
    #[schema(format = "uri", example = "https://notes.example.org/admin")]
    url: String,
    /// Its method.
    #[schema(example = "GET")]
    method: String,
    /// Who sends it, signed in with the password alone. Nobody who is signed in if left out.
    #[schema(value_type = Option<uuid::Uuid>)]
    account: Option<AccountId>,
}

/// What would become of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckAccessResponse {
    outcome: Outcome,
    /// The rule that decides. None where no rule is about such a request, or its spelling leaves that open.
    #[schema(value_type = Option<uuid::Uuid>)]
    rule: Option<AccessRuleId>,
}

/// What would become of a request to a tool, and which rule decides that. Nothing is sent. Only an administrator may ask.
#[utoipa::path(
    tag = "administration",
    responses((status = 200, body = CheckAccessResponse), Problems),
    security(("session" = []))
)]
#[post("/auth/admin/access-rules/check")]
pub(crate) async fn check_access(
    state: web::Data<State>,
    _: Administrator,
    body: Json<CheckAccessRequest>,
) -> Result<web::Json<CheckAccessResponse>, Problem> {
    let url = state.site.parse(&body.url).ok_or_else(|| {
        let detail = "this is no address of this server, or of a host that shares its sign-in";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "url_unknown", detail)
    })?;
    let groups = match body.account {
        Some(account) => Some(groups_of(&state, account).await?),
        None => None,
    };
    let rules = state.access_rules().await?;
    let asked = Asked {
        host: url.host_str().unwrap_or_default(),
        path: path_of(&body.url),
        method: &body.method,
        has_other_method: false,
    };
    let person = groups.as_deref().map(|groups| Person { groups, has_two_factors: false });
    let (outcome, rule) = match rules.find(asked) {
        Ok(rule) => (judge(rule, person), rule.map(|rule| rule.id)),
        Err(_) => (Outcome::Ambiguous, None),
    };
    Ok(web::Json(CheckAccessResponse { outcome, rule }))
}

/// The path in an address as it is spelled; the parser of addresses makes another of some.
fn path_of(url: &str) -> &str {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = behind_scheme.find('/').map_or("/", |slash| &behind_scheme[slash..]);
    path.split(['?', '#']).next().unwrap_or_default()
}

/// The role of an account that is let in, and its groups.
async fn groups_of(state: &State, id: AccountId) -> Result<Vec<String>, Problem> {
    let found = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            let Some(account) = Account::find(connection, id)? else { return Ok(None) };
            let groups = Group::of(connection, id)?;
            Ok::<_, diesel::result::Error>(Some(std::iter::once(account.role).chain(groups).collect()))
        })
    });
    found.await?.ok_or_else(|| standing::not_found(id))
}
