//! Who may give a second factor.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use tallykeep_database::models::Account;
use tallykeep_service::Problem;

use super::{PendingSignIn, SignedIn};
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
}

impl Claimant {
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
            let state = request
                .app_data::<web::Data<State>>()
                .ok_or_else(|| Problem::internal("the auth service has no state"))?;
            match PendingSignIn::find(state, &request).await? {
                Some(pending) => Ok(Self::Pending(pending)),
                None => signed_in.await.map(Self::SignedIn),
            }
        })
    }
}
