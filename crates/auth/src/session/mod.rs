//! Sessions: the cookie, the tokens in it, and the caller behind it.

mod caller;
mod claimant;
mod cookie;
mod ending;
mod extractors;
mod lookup;
mod methods;
mod opening;
mod pending;
mod renewal;
mod standing;
mod token;

pub(crate) use caller::find_caller;
pub(crate) use claimant::Claimant;
pub(crate) use cookie::{is_session_cookie, removal_cookie};
pub(crate) use ending::{end_all, end_others};
pub(crate) use extractors::{Administrator, RecentlyAuthenticated, SignedIn};
pub(crate) use methods::{Method, Methods};
pub(crate) use opening::{OpenSession, wrong_credentials};
pub(crate) use pending::{BeginSignIn, PendingSignIn};
pub(crate) use renewal::NewToken;
