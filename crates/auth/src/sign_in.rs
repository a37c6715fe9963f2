//! From the proof of who somebody is to a session. Whatever the proof was, this is the way.

use actix_web::cookie::Cookie;
use diesel::PgConnection;
use tallykeep_database::models::{Account, Group};
use tallykeep_service::{Problem, Visitor};

use crate::{
    State,
    audit::{Action, Record},
    host_cookie::PENDING_SIGN_IN,
    lockout,
    second_factor::{self, Factor},
    session::{BeginSignIn, Methods, OpenSession, removal_cookie, wrong_credentials},
};

/// A sign-in under way.
pub(crate) struct SignIn {
    state: State,
    visitor: Visitor,
    methods: Methods,
}

/// What came of it.
pub(crate) struct Opened {
    pub(crate) account: Account,
    pub(crate) standing: Standing,
    /// What the browser is to keep, and to forget.
    pub(crate) cookies: Vec<Cookie<'static>>,
}

/// How far somebody has come.
pub(crate) enum Standing {
    /// They are signed in, and in these groups.
    SignedIn { groups: Vec<String> },
    /// They have to give one of these as well, or to enrol something if there is none.
    Pending { factors: Vec<Factor> },
}

impl SignIn {
    /// Of `visitor`, who has just proved in these ways who they are.
    pub(crate) fn new(state: &State, visitor: Visitor, methods: Methods) -> Self {
        Self { state: state.clone(), visitor, methods }
    }

    /// Opens the session, or where a second factor is asked for that was not given, waits for that. It happens in the
    /// caller's transaction, which acts for `account`. Once that is committed the outbox is to be called: there may be a
    /// notice in it.
    ///
    /// # Errors
    /// 401 when the account was kept out since its credential was found good.
    pub(crate) fn open(self, connection: &mut PgConnection, account: Account) -> Result<Opened, Problem> {
        let Self { state, visitor, methods } = self;
        // Whoever keeps the account out, or asks more of it, waits for this transaction and then ends what it opened.
        if !Account::hold(connection, account.id)? {
            return Err(wrong_credentials());
        }
        if !methods.are_two_factors() {
            let factors = second_factor::enrolled(connection, account.id)?;
            if !factors.is_empty() || state.second_factor.applies(connection, &account)? {
                let pending = BeginSignIn::new(methods)?;
                pending.insert(connection, account.id)?;
                // A browser is on the way to one account, and not signed in to another beside it.
                let cookies = vec![pending.cookie(&state), removal_cookie(&state)];
                return Ok(Opened { account, standing: Standing::Pending { factors }, cookies });
            }
        }
        let session = OpenSession::new(&state, &visitor, methods)?;
        session.insert(connection, account.id)?;
        lockout::release(connection, account.id)?;
        state.outbox.put_if_new_client(connection, &account, &visitor)?;
        Record::success(Action::SignIn, account.id).write(connection, &visitor)?;
        let groups = Group::of(connection, account.id)?;
        let cookies = vec![session.cookie(&state), PENDING_SIGN_IN.removal(&state)];
        Ok(Opened { account, standing: Standing::SignedIn { groups }, cookies })
    }
}
