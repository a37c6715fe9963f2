//! Who may give a second factor, or add the first.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use diesel::PgConnection;
use futures_util::future::LocalBoxFuture;
use tallykeep_database::models::Account;
use tallykeep_service::Problem;

use super::{PendingSignIn, SignedIn, extractors::hold_account};
use crate::State;

/// A browser whose person has given one factor at least. A browser that begins a sign-in forgets its session; where another
/// one brings both, the sign-in counts.
pub(crate) enum Claimant {
    /// It is not signed in.
    Pending(PendingSignIn),
    /// It is.
    SignedIn(SignedIn),
}

impl Claimant {
    pub(crate) fn account(&self) -> &Account {
        match self {
            Self::Pending(pending) => &pending.account,
            Self::SignedIn(caller) => &caller.account,
        }
    }

    /// As [`SignedIn::hold`]. Of a sign-in under way the account alone: whether it still is under way is found out when it is
    /// used up.
    ///
    /// # Errors
    /// 401 when it is not.
    pub(crate) fn hold(&self, connection: &mut PgConnection) -> Result<Account, Problem> {
        match self {
            Self::Pending(pending) => hold_account(connection, pending.account.id),
            Self::SignedIn(caller) => caller.hold(connection),
        }
    }

    /// # Errors
    /// 403 for a session whose person has not proved within the last ten minutes who they are. A sign-in under way is no
    /// older.
    pub(crate) fn refuse_unless_recent(&self) -> Result<(), Problem> {
        match self {
            Self::Pending(_) => Ok(()),
            Self::SignedIn(caller) => caller.refuse_unless_recent(),
        }
    }
}

impl FromRequest for Claimant {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let state = State::of(&request)?;
            match PendingSignIn::find(state, &request).await? {
                Some(pending) => Ok(Self::Pending(pending)),
                None => signed_in.await.map(Self::SignedIn),
            }
        })
    }
}
