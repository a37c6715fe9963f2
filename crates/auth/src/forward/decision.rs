//! What becomes of a request to a tool.

use std::sync::Arc;

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
};
use jsonwebtoken::jwk::JwkSet;
use tallykeep_domain::{AccessRuleId, Audience};
use tallykeep_service::Problem;
use url::Url;

use super::{Caller, ForwardedRequest, identify};
use crate::{
    State,
    access_rules::{AccessRule, Outcome, judge},
};

/// What becomes of a request, and why.
pub(crate) struct Decision {
    pub(crate) outcome: Outcome,
    /// Who sent it, where that was looked for and found.
    pub(crate) caller: Option<Arc<Caller>>,
    /// What the credentials of the request were verified with, if it has any.
    pub(crate) keys: JwkSet,
    /// The rule that decided, if there is one.
    rule: Option<AccessRuleId>,
}

/// Decides over `forwarded`, which the proxy asks about by `request`.
///
/// # Errors
/// 401 and 403 for a credential that is not good, 503 when nobody can say who it belongs to.
pub(crate) async fn decide(
    state: &State,
    request: &HttpRequest,
    forwarded: &ForwardedRequest,
) -> Result<Decision, Problem> {
    let rules = state.access_rules().await?;
    let keys = verification_keys(state, request.headers()).await?;
    let Ok(rule) = rules.find(forwarded.asked(request.headers())) else {
        return Ok(Decision { outcome: Outcome::Ambiguous, caller: None, keys, rule: None });
    };
    let caller = find_caller(state, &keys, request, rule).await?;
    let outcome = judge(rule, caller.as_deref().map(Caller::person));
    Ok(Decision { outcome, caller, keys, rule: rule.map(|rule| rule.id) })
}

/// Most requests bring a cookie and nothing to verify.
async fn verification_keys(state: &State, headers: &HeaderMap) -> Result<JwkSet, Problem> {
    if headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-api-key") {
        return state.signing_keys.published().await;
    }
    Ok(JwkSet { keys: Vec::new() })
}

/// Who sends `request`, as far as `rule` needs to know it. Where everybody may pass, a credential that is not good may be
/// one of the tool's own.
async fn find_caller(
    state: &State,
    keys: &JwkSet,
    request: &HttpRequest,
    rule: Option<&AccessRule>,
) -> Result<Option<Arc<Caller>>, Problem> {
    match rule.map(|rule| rule.audience) {
        Some(Audience::Nobody) => Ok(None),
        Some(Audience::Everybody) => match identify(state, keys, request).await {
            Err(problem) if problem.status().is_client_error() => Ok(None),
            found => found,
        },
        _ => identify(state, keys, request).await,
    }
}

impl Decision {
    /// The page that a person is sent to whom `url` was not opened to, where one is of use.
    pub(crate) fn page(&self, state: &State, url: &Url) -> Option<Url> {
        match self.outcome {
            Outcome::Pass => None,
            Outcome::SignIn => Some(state.site.sign_in_page(url)),
            Outcome::SecondFactor => {
                let is_person = self.caller.as_deref().is_some_and(Caller::is_person);
                is_person.then(|| state.site.second_factor_page(url))
            }
            Outcome::Refused | Outcome::Ambiguous => Some(state.site.forbidden_page(url)),
        }
    }

    /// Writes into the log whom a rule turned away from `host`.
    pub(crate) fn log(&self, host: &str) {
        if self.outcome == Outcome::Refused {
            tracing::info!(
                "account.id" = self.caller.as_ref().map(|caller| tracing::field::display(caller.account)),
                "access_rule.id" = self.rule.map(tracing::field::display),
                "server.address" = host,
                "access_refused"
            );
        }
    }
}
