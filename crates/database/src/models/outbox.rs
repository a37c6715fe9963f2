//! Mail to send, and for an hour what was sent, by which it is bounded.

use diesel::{PgConnection, dsl::sql, prelude::*, sql_types::Timestamptz};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tallykeep_domain::{AccountId, MailId};
use uuid::Uuid;

use crate::schema::auth::outbox;

/// How long after the first attempt the second comes. Each further pause is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// A mail that waits to be sent.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox, check_for_backend(diesel::pg::Pg))]
pub struct OutboxMail {
    /// Its identifier.
    #[diesel(deserialize_as = Uuid)]
    pub id: MailId,
    /// To whom.
    pub account_id: Option<Uuid>,
    /// What it is about.
    pub purpose: String,
    /// Where it goes.
    pub email: String,
    /// What else it tells.
    pub detail: Value,
    /// How often it was tried, this time included.
    pub attempts: i32,
    /// When it was last asked for.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

/// A mail for the account with an address, if there is one.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox, check_for_backend(diesel::pg::Pg))]
pub struct Wish {
    /// What it is about.
    pub purpose: String,
    /// The address.
    pub email: String,
    /// When it was asked for.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

/// A mail to queue.
#[derive(Debug, Insertable)]
#[diesel(table_name = outbox)]
pub struct NewOutboxMail<'a> {
    /// Its identifier.
    pub id: Uuid,
    /// To whom; none where [`OutboxMail::take_wishes`] is to find out.
    pub account_id: Option<Uuid>,
    /// What it is about.
    pub purpose: &'a str,
    /// Where it goes; empty for a wish that names no address.
    pub email: &'a str,
    /// What else it tells, without secrets.
    pub detail: &'a Value,
}

impl NewOutboxMail<'_> {
    /// Inserts it.
    pub fn insert(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(outbox::table).execute(connection).map(|_| ())
    }

    /// Puts it in the place of one for the same purpose that still waits, or else inserts it. One that is in its pauses
    /// is tried within a minute, and not at once: asking again and again must not be trying again and again.
    pub fn insert_or_replace(self, connection: &mut PgConnection) -> QueryResult<()> {
        let waiting = outbox::table
            .filter(outbox::account_id.eq(self.account_id))
            .filter(outbox::purpose.eq(self.purpose))
            .filter(outbox::sent_at.is_null());
        let soon = sql::<Timestamptz>("least(due_at, now() + interval '1 minute')");
        let replaced = diesel::update(waiting)
            .set((
                outbox::email.eq(self.email),
                outbox::detail.eq(self.detail),
                outbox::created_at.eq(diesel::dsl::now),
                outbox::due_at.eq(soon),
            ))
            .execute(connection)?;
        if replaced == 0 { self.insert(connection) } else { Ok(()) }
    }
}

impl OutboxMail {
    /// Takes out the wishes that name no account.
    pub fn take_wishes(connection: &mut PgConnection) -> QueryResult<Vec<Wish>> {
        diesel::delete(outbox::table.filter(outbox::account_id.is_null()))
            .returning(Wish::as_returning())
            .get_results(connection)
    }

    /// The mail that has been due for longest, with its next attempt put off, so that neither another replica nor this
    /// one after a crash takes it before. `None` when nothing is due that nobody else is about to take.
    pub fn claim(connection: &mut PgConnection) -> QueryResult<Option<Self>> {
        let due = outbox::table
            .filter(outbox::sent_at.is_null())
            .filter(outbox::account_id.is_not_null())
            .filter(outbox::due_at.le(diesel::dsl::now))
            .order(outbox::due_at)
            .select((outbox::id, outbox::attempts))
            .for_update()
            .skip_locked()
            .first::<(Uuid, i32)>(connection)
            .optional()?;
        let Some((id, attempts)) = due else { return Ok(None) };
        let next = jiff_diesel::Timestamp::from(Timestamp::now() + pause_after(attempts));
        diesel::update(outbox::table.find(id))
            .set((outbox::attempts.eq(attempts + 1), outbox::due_at.eq(next)))
            .returning(Self::as_returning())
            .get_result(connection)
            .map(Some)
    }

    /// Holds the row until the transaction ends, and answers whether it is still to be sent where this one goes.
    pub fn hold(&self, connection: &mut PgConnection) -> QueryResult<bool> {
        let waiting = self.waiting().select(outbox::id).for_update();
        waiting.first::<Uuid>(connection).optional().map(|found| found.is_some())
    }

    /// Notes that it was sent, unless it goes elsewhere by now.
    pub fn mark_sent(&self, connection: &mut PgConnection) -> QueryResult<()> {
        diesel::update(self.waiting())
            .set(outbox::sent_at.eq(diesel::dsl::now))
            .execute(connection)
            .map(|_| ())
    }

    /// Takes it out, unless it goes elsewhere by now.
    pub fn delete(&self, connection: &mut PgConnection) -> QueryResult<()> {
        diesel::delete(self.waiting()).execute(connection).map(|_| ())
    }

    /// How many mails for the purpose of this one were sent to its account since `since`; with `email`, to this address.
    pub fn count_sent(
        &self,
        connection: &mut PgConnection,
        since: Timestamp,
        email: Option<&str>,
    ) -> QueryResult<i64> {
        let mut sent = outbox::table
            .filter(outbox::account_id.eq(self.account_id))
            .filter(outbox::purpose.eq(&self.purpose))
            .filter(
                outbox::sent_at.gt(jiff_diesel::Timestamp::from(since).into_sql::<Timestamptz>().nullable()),
            )
            .count()
            .into_boxed();
        if let Some(email) = email {
            sent = sent.filter(outbox::email.eq(email));
        }
        sent.get_result(connection)
    }

    /// Takes out what waits for an account and has one of `purposes`.
    pub fn delete_waiting(
        connection: &mut PgConnection,
        account: AccountId,
        purposes: &[&str],
    ) -> QueryResult<usize> {
        diesel::delete(outbox::table)
            .filter(outbox::account_id.eq(account.as_uuid()))
            .filter(outbox::purpose.eq_any(purposes))
            .filter(outbox::sent_at.is_null())
            .execute(connection)
    }

    /// Forgets what was sent more than an hour ago.
    pub fn forget(connection: &mut PgConnection) -> QueryResult<usize> {
        let hour_ago = jiff_diesel::Timestamp::from(Timestamp::now() - SignedDuration::from_hours(1));
        let old = outbox::sent_at.lt(hour_ago.into_sql::<Timestamptz>().nullable());
        diesel::delete(outbox::table.filter(old)).execute(connection)
    }

    #[diesel::dsl::auto_type(no_type_alias)]
    fn waiting(&self) -> _ {
        let (id, email): (Uuid, String) = (self.id.as_uuid(), self.email.clone());
        outbox::table
            .filter(outbox::id.eq(id))
            .filter(outbox::email.eq(email))
            .filter(outbox::sent_at.is_null())
    }
}

/// The pause after the attempt that follows `attempts` others.
fn pause_after(attempts: i32) -> SignedDuration {
    let doublings = attempts.clamp(0, 30);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let minutes = [0, 1, 2, 5, 6, 30, 31, 1_000].map(|attempts| pause_after(attempts).as_mins());
        assert_eq!(minutes, [1, 2, 4, 32, 60, 60, 60, 60]);
    }
}
