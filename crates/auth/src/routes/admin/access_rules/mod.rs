//! Rules about who may use which tool behind the sign-in.

pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod order;

use actix_web::http::StatusCode;
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tallykeep_database::models::{self, AccessRuleTerms, Group};
use tallykeep_domain::{AccessRuleId, Audience, GroupName, Role};
use tallykeep_service::Problem;
use utoipa::ToSchema;

use crate::{
    State,
    access_rules::{AccessRule, HostPattern, MethodSet, PathPrefix},
};

/// What a rule is to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessRuleRequest {
    /// The host that it is about, or `*.` and a domain for every host below that. It must share the sign-in.
    #[schema(
        max_length = 253,
        pattern = r"^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$",
        example = "notes.example.org"
    )]
    host: String,
    /// How the path begins, by whole segments; every path if left out.
    #[schema(max_length = 1024, pattern = r"^/[^\\;?#]*$", example = "/admin")]
    path: Option<String>,
    /// The methods that it is about, in capital letters; all of them if left out or empty. `GET` is `HEAD` too.
    #[serde(default)]
    #[schema(value_type = Vec<MethodName>, max_items = 20, example = json!(["GET"]))]
    methods: Vec<String>,
    /// Who may.
    #[schema(value_type = Audience)]
    audience: String,
    /// For the audience `groups`: the groups, and `administrator` or `member` for whoever has that role. One is enough.
    #[serde(default)]
    #[schema(value_type = Vec<GroupOrRole>, max_items = 50, example = json!(["family"]))]
    groups: Vec<String>,
    /// Whether they need a second factor. API keys and access tokens never have one.
    #[serde(default)]
    second_factor: bool,
}

/// A method of HTTP.
#[derive(ToSchema)]
#[schema(pattern = "^[A-Z_-]{1,32}$")]
#[expect(dead_code, reason = "declared for the document")]
struct MethodName(String);

/// The name of a group, or a role.
#[derive(ToSchema)]
#[schema(pattern = "^[a-z][a-z0-9-]{0,62}$")]
#[expect(dead_code, reason = "declared for the document")]
struct GroupOrRole(String);

/// A rule.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessRuleResponse {
    /// Its identifier.
    #[schema(value_type = uuid::Uuid)]
    id: AccessRuleId,
    /// The host that it is about, or `*.` and a domain for every host below that.
    #[schema(example = "notes.example.org")]
    host: String,
    /// How the path begins, by whole segments and decoded; `/` for every path.
    #[schema(example = "/admin")]
    path: String,
    /// The methods that it is about; all of them if there is none.
    #[schema(example = json!(["GET"]))]
    methods: Vec<String>,
    /// Who may.
    audience: Audience,
    /// The groups and roles of the audience `groups`.
    #[schema(example = json!(["family"]))]
    groups: Vec<String>,
    /// Whether they need a second factor.
    second_factor: bool,
}

impl From<AccessRule> for AccessRuleResponse {
    fn from(rule: AccessRule) -> Self {
        Self {
            id: rule.id,
            host: rule.host.to_string(),
            path: rule.path.to_string(),
            methods: rule.methods.names(),
            audience: rule.audience,
            groups: rule.groups,
            second_factor: rule.needs_two_factors,
        }
    }
}

impl AccessRuleRequest {
    /// What it says, checked but for whether the groups are there.
    ///
    /// # Errors
    /// 422 when a part of it is wrong, or does not go with the others.
    fn parse(&self, state: &State) -> Result<AccessRuleTerms, Problem> {
        let host: HostPattern = self.host.parse().map_err(Problem::unprocessable)?;
        if !state.site.has_hosts_of(&host) {
            return Err(invalid("host_unknown", "no request for that host shares this sign-in"));
        }
        let path: PathPrefix = self.path.as_deref().unwrap_or("/").parse().map_err(Problem::unprocessable)?;
        let methods = self.methods.iter().map(String::as_str);
        let methods = MethodSet::parse(methods).map_err(Problem::unprocessable)?;
        let audience: Audience = self.audience.parse().map_err(Problem::unprocessable)?;
        if self.groups.is_empty() == (audience == Audience::Groups) {
            let detail = "the audience groups names at least one group, and no other audience names any";
            return Err(invalid("groups_invalid", detail));
        }
        if self.second_factor && matches!(audience, Audience::Everybody | Audience::Nobody) {
            let detail = "only those who are signed in can be asked for a second factor";
            return Err(invalid("second_factor_invalid", detail));
        }
        Ok(AccessRuleTerms {
            host: host.to_string(),
            path: path.to_string(),
            methods: methods.to_string(),
            audience: audience.as_str(),
            groups: parse_groups(&self.groups)?.join(" "),
            factors: if self.second_factor { 2 } else { 1 },
        })
    }
}

/// The most groups that a rule may name.
const MOST_GROUPS: usize = 50;

fn parse_groups(names: &[String]) -> Result<Vec<String>, Problem> {
    if names.len() > MOST_GROUPS {
        return Err(invalid("groups_invalid", format!("a rule names at most {MOST_GROUPS} groups")));
    }
    let mut groups = names
        .iter()
        .map(|name| match name.parse::<Role>() {
            Ok(role) => Ok(role.to_string()),
            Err(_) => name.parse::<GroupName>().map(|group| group.to_string()),
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(Problem::unprocessable)?;
    groups.sort_unstable();
    groups.dedup();
    Ok(groups)
}

/// Refuses a rule for a group that is not there: a slip of the pen would keep everybody out. One that is removed later
/// leaves the rule as it is, and nobody in it.
///
/// # Errors
/// 422 when there is such a one.
fn refuse_unknown_groups(connection: &mut PgConnection, terms: &AccessRuleTerms) -> Result<(), Problem> {
    for name in terms.groups.split_ascii_whitespace().filter(|name| name.parse::<Role>().is_err()) {
        let group: GroupName = name.parse().map_err(Problem::unprocessable)?;
        if Group::hold(connection, &group)?.is_none() {
            return Err(invalid("group_not_found", format!("there is no group {group}")));
        }
    }
    Ok(())
}

/// What the audit log keeps of a rule.
fn detail(row: &models::AccessRule) -> Value {
    json!({
        "access_rule": row.id, "host": row.host, "path": row.path, "methods": row.methods,
        "audience": row.audience, "groups": row.groups, "factors": row.factors,
    })
}

fn invalid(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

fn not_found(id: AccessRuleId) -> Problem {
    Problem::not_found("access_rule_not_found", format!("there is no access rule {id}"))
}
