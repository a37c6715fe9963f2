//! From the proof of who somebody is to a session. Whatever the proof was, this is the way.

use actix_web::cookie::Cookie;
use diesel::PgConnection;
use tallykeep_database::models::{Account, Group};
use tallykeep_service::{Problem, Visitor};

use crate::{
    State,
    audit::{Action, Record},
    lockout,
    mail::Outbox,
    second_factor::{self, Factor, Requirement},
    session::{BeginSignIn, Methods, OpenSession, pending_removal_cookie, removal_cookie, wrong_credentials},
};

/// A sign-in under way. Its tokens are made before the transaction that may open the session.
pub(crate) struct SignIn {
    methods: Methods,
    session: OpenSession,
    pending: BeginSignIn,
    session_cookie: Cookie<'static>,
    pending_cookie: Cookie<'static>,
    session_removal: Cookie<'static>,
    pending_removal: Cookie<'static>,
    requirement: Requirement,
    outbox: Outbox,
    visitor: Visitor,
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
    pub(crate) fn new(state: &State, visitor: Visitor, methods: Methods) -> Result<Self, Problem> {
        let session = OpenSession::new(state, &visitor, methods.clone())?;
        let pending = BeginSignIn::new(methods.clone())?;
        Ok(Self {
            session_cookie: session.cookie(state),
            pending_cookie: pending.cookie(state),
            session_removal: removal_cookie(state),
            pending_removal: pending_removal_cookie(state),
            methods,
            session,
            pending,
            requirement: state.second_factor,
            outbox: state.outbox.clone(),
            visitor,
        })
    }

    /// Opens the session, or where a second factor is asked for that was not given, waits for that. It happens in the
    /// caller's transaction, which acts for `account`. Once that is committed the outbox is to be called: there may be a
    /// notice in it.
    ///
    /// # Errors
    /// 401 when the account was kept out since its credential was found good.
    pub(crate) fn open(self, connection: &mut PgConnection, account: Account) -> Result<Opened, Problem> {
        // Whoever keeps the account out, or asks more of it, waits for this transaction and then ends what it opened.
        if !Account::hold(connection, account.id)? {
            return Err(wrong_credentials());
        }
        if !self.methods.are_two_factors() {
            let factors = second_factor::enrolled(connection, account.id)?;
            if !factors.is_empty() || self.requirement.applies(connection, &account)? {
                self.pending.insert(connection, account.id)?;
                // A browser is on the way to one account, and not signed in to another beside it.
                let cookies = vec![self.pending_cookie, self.session_removal];
                return Ok(Opened { account, standing: Standing::Pending { factors }, cookies });
            }
        }
        self.session.insert(connection, account.id)?;
        lockout::release(connection, account.id)?;
        self.outbox.put_if_new_client(connection, &account, &self.visitor)?;
        Record::success(Action::SignIn, account.id).write(connection, &self.visitor)?;
        let groups = Group::of(connection, account.id)?;
        let cookies = vec![self.session_cookie, self.pending_removal];
        Ok(Opened { account, standing: Standing::SignedIn { groups }, cookies })
    }
}
