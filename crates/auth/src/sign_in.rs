//! From the proof of who somebody is to a session. Whatever the proof was, this is the way.

use actix_web::cookie::Cookie;
use diesel::PgConnection;
use tallykeep_database::models::{Account, Group};
use tallykeep_service::{Problem, Visitor};

use crate::{
    State,
    audit::{Action, Record},
    mail::Outbox,
    session::{Methods, OpenSession},
};

/// A sign-in under way. Its token is made before the transaction that may open the session.
pub(crate) struct SignIn {
    session: OpenSession,
    cookie: Cookie<'static>,
    outbox: Outbox,
    visitor: Visitor,
}

/// Somebody who is signed in now.
pub(crate) struct Opened {
    pub(crate) account: Account,
    pub(crate) groups: Vec<String>,
    /// What makes the browser one that is.
    pub(crate) cookie: Cookie<'static>,
}

impl SignIn {
    /// Of `visitor`, who has just proved in these ways who they are.
    pub(crate) fn new(state: &State, visitor: Visitor, methods: Methods) -> Result<Self, Problem> {
        let session = OpenSession::new(state, &visitor, methods)?;
        let cookie = session.cookie(state);
        Ok(Self { session, cookie, outbox: state.outbox.clone(), visitor })
    }

    /// Opens the session, in the caller's transaction, which acts for `account`. Once that is committed the outbox is to
    /// be called: there may be a notice in it.
    ///
    /// # Errors
    /// 401 when the account was kept out since its credential was found good.
    pub(crate) fn open(self, connection: &mut PgConnection, account: Account) -> Result<Opened, Problem> {
        self.session.insert(connection, account.id)?;
        self.outbox.put_if_new_client(connection, &account, &self.visitor)?;
        Record::success(Action::SignIn, account.id).write(connection, &self.visitor)?;
        let groups = Group::of(connection, account.id)?;
        Ok(Opened { account, groups, cookie: self.cookie })
    }
}
