//! Rules about who may use which tool behind the sign-in.
//!
//! Administrators put them in an order, and the first that fits a request decides alone. Whom it turns away is not asked
//! about again: a later, wider rule must not let in whom an earlier one keeps out. What no rule is about is open to
//! whoever is signed in.

mod host;
mod judgement;
mod methods;
mod path;
mod rule;

use std::{sync::Arc, time::Duration};

use tallykeep_database::{as_operator, models};
use tallykeep_service::{Problem, run_db};

use crate::State;

pub(crate) use host::HostPattern;
pub(crate) use judgement::{Outcome, Person, judge};
pub(crate) use methods::MethodSet;
pub(crate) use path::PathPrefix;
pub(crate) use rule::AccessRule;

use path::PlainPath;

/// What somebody asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The host, in small letters.
    pub(crate) host: &'a str,
    /// The path as the client wrote it.
    pub(crate) path: &'a str,
    /// The method as the client wrote it.
    pub(crate) method: &'a str,
    /// Whether a header of the request names another method, which some tools go by.
    pub(crate) has_other_method: bool,
}

/// A request that tools may take for another one than these rules would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ambiguous;

/// The rules of the installation, in their order.
pub(crate) struct AccessRules(Vec<AccessRule>);

impl AccessRules {
    /// The rules of those rows.
    ///
    /// # Errors
    /// 500 when one cannot be read. Nobody passes then: what it says could be about anything.
    pub(crate) fn parse(rows: &[models::AccessRule]) -> Result<Self, Problem> {
        rows.iter().map(AccessRule::parse).collect::<Result<_, _>>().map(Self)
    }

    /// The rules, in their order.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = AccessRule> {
        self.0.into_iter()
    }

    /// The rule that decides over `asked`, if there is one.
    ///
    /// # Errors
    /// When a rule is about its host, and what else the rule goes by is ambiguous in it. So no spelling of a path leads
    /// past a rule.
    pub(crate) fn find(&self, asked: Asked<'_>) -> Result<Option<&AccessRule>, Ambiguous> {
        let of_host: Vec<_> = self.0.iter().filter(|rule| rule.host.includes(asked.host)).collect();
        let plain = if of_host.iter().any(|rule| !rule.path.is_all()) {
            let path: PlainPath = asked.path.parse().map_err(|_| Ambiguous)?;
            if of_host.iter().any(|rule| rule.path.includes_but_for_case(&path)) {
                return Err(Ambiguous);
            }
            path
        } else {
            PlainPath::default()
        };
        let goes_by_method = of_host.iter().any(|rule| !rule.methods.is_all());
        if goes_by_method && (asked.has_other_method || !MethodSet::is_plain(asked.method)) {
            return Err(Ambiguous);
        }
        let fits = |rule: &&&AccessRule| rule.path.includes(&plain) && rule.methods.includes(asked.method);
        Ok(of_host.iter().find(fits).copied())
    }
}

impl State {
    /// The access rules as they are now.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub(crate) async fn access_rules(&self) -> Result<Arc<AccessRules>, Problem> {
        if let Some(rules) = self.recent.rules.get(&()) {
            return Ok(rules);
        }
        let moment = self.recent.freshness.moment();
        let rows = run_db(&self.pool, |connection| as_operator(connection, models::AccessRule::list)).await?;
        let rules = Arc::new(AccessRules::parse(&rows)?);
        self.recent.rules.put((), Arc::clone(&rules), moment, Duration::MAX);
        Ok(rules)
    }
}

#[cfg(test)]
mod tests;
