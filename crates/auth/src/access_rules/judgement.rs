//! What a rule makes of somebody.

use actix_web::http::StatusCode;
use serde::Serialize;
use tallykeep_domain::Audience;
use tallykeep_service::Problem;
use utoipa::ToSchema;

use super::AccessRule;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It may pass.
    Pass,
    /// It may, if at all, once its sender is signed in.
    SignIn,
    /// It may once its sender has given a second factor.
    SecondFactor,
    /// It may not.
    Refused,
    /// It may be read in more than one way, and so may not.
    Ambiguous,
}

impl Outcome {
    /// What a program is told to whom it does not open; nothing where it does.
    pub(crate) fn problem(self) -> Option<Problem> {
        match self {
            Self::Pass => None,
            Self::SignIn => {
                let detail = "this needs a signed-in browser, an API key or an access token";
                Some(Problem::unauthorized("credential_missing", detail))
            }
            Self::SecondFactor => {
                let detail = "this needs a browser that is signed in with a second factor";
                Some(Problem::forbidden("second_factor_needed", detail))
            }
            Self::Refused => {
                Some(Problem::forbidden("access_refused", "the administrator does not open this to you"))
            }
            Self::Ambiguous => {
                let detail =
                    "the path or the method can be read in more than one way, and rules go by them here";
                Some(Problem::new(StatusCode::BAD_REQUEST, "forward_ambiguous", detail))
            }
        }
    }
}

/// Who asks, as far as it counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person<'a> {
    /// The role, and the groups.
    pub(crate) groups: &'a [String],
    /// Whether two factors were given. Those of machines are never two.
    pub(crate) has_two_factors: bool,
}

/// What `rule` makes of `person`; without a rule whoever is signed in may pass.
pub(crate) fn judge(rule: Option<&AccessRule>, person: Option<Person<'_>>) -> Outcome {
    let audience = rule.map_or(Audience::SignedIn, |rule| rule.audience);
    match (audience, rule, person) {
        (Audience::Nobody, ..) => Outcome::Refused,
        (Audience::Everybody, ..) => Outcome::Pass,
        (_, _, None) => Outcome::SignIn,
        (Audience::Groups, Some(rule), Some(person))
            if !person.groups.iter().any(|group| rule.groups.contains(group)) =>
        {
            Outcome::Refused
        }
        (_, Some(rule), Some(person)) if rule.needs_two_factors && !person.has_two_factors => {
            Outcome::SecondFactor
        }
        _ => Outcome::Pass,
    }
}
