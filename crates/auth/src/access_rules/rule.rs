//! What a rule says.

use tallykeep_database::models;
use tallykeep_domain::{AccessRuleId, Audience};
use tallykeep_service::Problem;

use super::{HostPattern, MethodSet, PathPrefix};

/// Who may send which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessRule {
    pub(crate) id: AccessRuleId,
    pub(crate) host: HostPattern,
    pub(crate) path: PathPrefix,
    pub(crate) methods: MethodSet,
    pub(crate) audience: Audience,
    /// Roles and groups, of whom the audience is made if it is made of groups.
    pub(crate) groups: Vec<String>,
    /// Whether it takes two factors.
    pub(crate) needs_two_factors: bool,
}

impl AccessRule {
    /// The rule of `row`.
    ///
    /// # Errors
    /// 500 when it holds what this version does not know.
    pub(crate) fn parse(row: &models::AccessRule) -> Result<Self, Problem> {
        Ok(Self {
            id: row.id,
            host: row.host.parse().map_err(Problem::internal)?,
            path: row.path.parse().map_err(Problem::internal)?,
            methods: MethodSet::parse(row.methods.split_ascii_whitespace()).map_err(Problem::internal)?,
            audience: row.audience.parse().map_err(Problem::internal)?,
            groups: row.groups.split_ascii_whitespace().map(str::to_owned).collect(),
            needs_two_factors: row.factors > 1,
        })
    }
}
