//! Queueing mail.

use diesel::{PgConnection, QueryResult};
use serde_json::{Value, json};
use tallykeep_database::models::{Account, AuditEvent, NewOutboxMail};
use tallykeep_domain::{AccountId, MailId};
use tallykeep_service::{Bell, Visitor};

use super::{Kind, client_name::client_name};
use crate::audit::Action;

/// A mail to queue.
pub(crate) struct Mail<'a> {
    pub(crate) kind: Kind,
    /// To whom; none for the account with the address, if there is one: the job finds out.
    pub(crate) account: Option<AccountId>,
    /// Where it goes.
    pub(crate) email: &'a str,
    /// What else it tells, without secrets.
    pub(crate) detail: Value,
}

impl<'a> Mail<'a> {
    /// A mail about `kind` to the address of `account`.
    pub(crate) fn to(kind: Kind, account: &'a Account) -> Self {
        Self { kind, account: Some(account.id), email: &account.email, detail: json!({}) }
    }
}

/// Where mail is put to be sent. Clones share it.
#[derive(Clone)]
pub(crate) struct Outbox {
    /// Whether anything is ever sent.
    open: bool,
    bell: Bell,
}

impl Outbox {
    /// An outbox that is emptied if it is `open`, and that takes nothing if it is not.
    pub(crate) fn new(open: bool) -> Self {
        Self { open, bell: Bell::default() }
    }

    /// Whether mail is set up.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Queues `mail` with the transaction of `connection`. Once that is committed, [`call`](Self::call).
    pub(crate) fn put(&self, connection: &mut PgConnection, mail: &Mail<'_>) -> QueryResult<()> {
        if !self.open {
            return Ok(());
        }
        let row = NewOutboxMail {
            id: MailId::generate().as_uuid(),
            account_id: mail.account.map(AccountId::as_uuid),
            purpose: mail.kind.name(),
            email: mail.email,
            detail: &mail.detail,
        };
        let replaces = mail.account.is_some() && mail.kind.link().is_some();
        if replaces { row.insert_or_replace(connection) } else { row.insert(connection) }
    }

    /// Tells the person when `visitor` is a client that the account has not been seen with, unless it is the first of
    /// all. To be called by the transaction that signs in, before that is recorded.
    pub(crate) fn put_if_new_client(
        &self,
        connection: &mut PgConnection,
        account: &Account,
        visitor: &Visitor,
    ) -> QueryResult<()> {
        const ENTRIES: [Action; 2] = [Action::Register, Action::SignIn];
        let entries = ENTRIES.map(Action::name);
        if self.open && AuditEvent::is_new_client(connection, account.id, &entries, &visitor.user_agent)? {
            let detail = json!({"client": client_name(&visitor.user_agent), "address": visitor.address});
            self.put(connection, &Mail { detail, ..Mail::to(Kind::NewClient, account) })?;
        }
        Ok(())
    }

    /// Has what was queued sent at once.
    pub(crate) fn call(&self) {
        self.bell.ring();
    }

    /// What the jobs wait for.
    pub(crate) fn bell(&self) -> &Bell {
        &self.bell
    }
}
