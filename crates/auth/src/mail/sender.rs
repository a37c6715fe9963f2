//! The job that sends what is queued.

use diesel::{PgConnection, QueryResult};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tallykeep_database::{
    as_account, as_operator,
    models::{Account, OutboxMail},
};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Visitor};

use super::{Kind, Mail, Mailer, Outbox, letter::Letter};
use crate::{
    State,
    audit::{Action, Record},
    one_time_token,
};

/// How long sending a mail is tried.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// The same mail with a link goes out once in this time.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// Of each kind an account is sent no more than this in an hour.
const HOURLY: i64 = 5;

/// Sends whatever is due. Replicas may do so at once: each mail is claimed by one of them.
pub(crate) fn send_all(state: &State) -> anyhow::Result<()> {
    let Some(mailer) = &state.mailer else { return Ok(()) };
    as_operator(&mut *state.pool.get()?, |connection| {
        OutboxMail::forget(connection)?;
        address_wishes(&state.outbox, connection)
    })?;
    while !state.outbox.bell().is_stopped() {
        let Some(mail) = as_operator(&mut *state.pool.get()?, OutboxMail::claim)? else { break };
        let Some(account) = mail.account_id.map(AccountId::from) else { continue };
        send(state, mailer, account, &mail)?;
    }
    Ok(())
}

/// Puts mails in the place of wishes whose address is an account's.
fn address_wishes(outbox: &Outbox, connection: &mut PgConnection) -> QueryResult<()> {
    for (purpose, email) in OutboxMail::take_wishes(connection)? {
        let account = Account::find_by_email_text(connection, &email)?;
        if let Some((account, kind)) = account.zip(Kind::parse(&purpose)) {
            outbox.put(connection, &Mail::to(kind, &account))?;
        }
    }
    Ok(())
}

fn send(state: &State, mailer: &Mailer, account: AccountId, mail: &OutboxMail) -> anyhow::Result<()> {
    // A replica of a newer release may queue what this one does not know, and sends it.
    let Some(kind) = Kind::parse(&mail.purpose) else {
        return put_off(state, account, mail, "this release does not know the kind");
    };
    let write = |connection: &mut PgConnection| write_letter(state, connection, kind, account, mail);
    // No connection is held while the server is talked to, which may take its time.
    let Some(letter) = as_account(&mut *state.pool.get()?, account, write).map_err(anyhow::Error::new)?
    else {
        as_account(&mut *state.pool.get()?, account, |connection| mail.delete(connection))?;
        return Ok(());
    };
    if let Err(error) = mailer.send(&mail.email, &letter) {
        return put_off(state, account, mail, &format!("{error:#}"));
    }
    as_account(&mut *state.pool.get()?, account, |connection| mail.mark_sent(connection))?;
    tracing::info!(mail.kind = mail.purpose, "account.id" = %account, "mail_sent");
    Ok(())
}

/// The letter, with a new link if it has one. `None` for a mail that is not to be sent: what it is about is no longer so,
/// or the account has had enough of its kind.
fn write_letter(
    state: &State,
    connection: &mut PgConnection,
    kind: Kind,
    account: AccountId,
    mail: &OutboxMail,
) -> Result<Option<Letter>, Problem> {
    let Some(account) = Account::find(connection, account)? else { return Ok(None) };
    if !mail.hold(connection)? || !is_so(kind, &account, mail) {
        return Ok(None);
    }
    if is_enough(connection, kind, mail)? {
        tracing::info!(mail.kind = mail.purpose, "account.id" = %account.id, "mail_withheld");
        return Ok(None);
    }
    let site = state.public_url.as_ref();
    let Some(purpose) = kind.link() else {
        return Ok(Some(Letter::notice(kind, &account, site, mail.created_at, &mail.detail)));
    };
    let link = one_time_token::issue(connection, site, purpose, account.id, &mail.email)?;
    Ok(Some(Letter::with_link(kind, &account, site, link.link, purpose.hours())))
}

/// Whether the account is still as it was when the mail was asked for.
fn is_so(kind: Kind, account: &Account, mail: &OutboxMail) -> bool {
    match kind {
        Kind::VerifyEmail => account.email == mail.email && account.email_verified_at.is_none(),
        Kind::ResetPassword => account.email == mail.email,
        Kind::ChangeEmail => account.email != mail.email,
        Kind::EmailChanged
        | Kind::NewClient
        | Kind::PasskeyAdded
        | Kind::PasskeyRemoved
        | Kind::PasswordChanged => true,
    }
}

/// Whether so much of the kind was sent of late that it would be a nuisance. The link that was sent last stays good.
fn is_enough(connection: &mut PgConnection, kind: Kind, mail: &OutboxMail) -> Result<bool, Problem> {
    let now = Timestamp::now();
    let again = kind.link().is_some() && mail.count_sent(connection, now - PAUSE, Some(&mail.email))? > 0;
    Ok(again || mail.count_sent(connection, now - SignedDuration::from_hours(1), None)? >= HOURLY)
}

/// Leaves a mail that could not be sent to its next attempt, or gives it up after a day.
fn put_off(state: &State, account: AccountId, mail: &OutboxMail, error: &str) -> anyhow::Result<()> {
    let attempts = mail.attempts;
    tracing::warn!(mail.kind = mail.purpose, "account.id" = %account, attempts, error, "mail_failed");
    if Timestamp::now().duration_since(mail.created_at) <= PATIENCE {
        return Ok(());
    }
    let detail = json!({"kind": mail.purpose, "attempts": attempts});
    let record = Record::failure(Action::SendMail, Some(account)).with(detail);
    Ok(as_account(&mut *state.pool.get()?, account, |connection| {
        mail.delete(connection)?;
        record.write(connection, &Visitor::default())
    })?)
}
