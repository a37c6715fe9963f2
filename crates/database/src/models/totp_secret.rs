//! Apps that make codes, by the secret that an app shares with the server.

use diesel::{
    PgConnection,
    data_types::PgInterval,
    dsl::{IntervalDsl, now},
    pg::Pg,
    prelude::*,
    sql_types::Timestamptz,
    upsert::excluded,
};
use jiff::Timestamp;
use tallykeep_domain::AccountId;
use uuid::Uuid;

use super::SealedText;
use crate::schema::auth::totp_secrets;

/// An app, as the database knows it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = totp_secrets, check_for_backend(Pg))]
pub struct TotpSecret {
    /// Its identifier.
    pub id: Uuid,
    /// What it shares with the server, sealed.
    pub secret: String,
    /// Since when it counts; null until its first right code.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub confirmed_at: Option<Timestamp>,
    /// The last step of time whose code was used.
    pub last_step: Option<i64>,
}

/// An app that has yet to show that it works.
#[derive(Debug, Insertable)]
#[diesel(table_name = totp_secrets)]
pub struct NewTotpSecret<'a> {
    /// Whose.
    pub account_id: Uuid,
    /// Its identifier.
    pub id: Uuid,
    /// What it shares with the server, sealed.
    pub secret: &'a str,
}

impl NewTotpSecret<'_> {
    /// Inserts it in the place of another one that has yet to show that it works.
    pub fn replace_pending(self, connection: &mut PgConnection) -> QueryResult<()> {
        self.insert_into(totp_secrets::table)
            .on_conflict(totp_secrets::account_id)
            .filter_target(totp_secrets::confirmed_at.is_null())
            .do_update()
            .set((
                totp_secrets::id.eq(excluded(totp_secrets::id)),
                totp_secrets::secret.eq(excluded(totp_secrets::secret)),
                totp_secrets::created_at.eq(excluded(totp_secrets::created_at)),
            ))
            .execute(connection)
            .map(|_| ())
    }
}

/// Whether an app may still show that it works: for an hour.
#[diesel::dsl::auto_type(no_type_alias)]
fn is_fresh() -> _ {
    let patience: PgInterval = 1_i32.hours();
    totp_secrets::created_at.gt(now.into_sql::<Timestamptz>() - patience)
}

impl TotpSecret {
    /// The app of an account that counts.
    pub fn find(connection: &mut PgConnection, account: AccountId) -> QueryResult<Option<Self>> {
        totp_secrets::table
            .filter(totp_secrets::account_id.eq(account.as_uuid()))
            .filter(totp_secrets::confirmed_at.is_not_null())
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// The app of an account that has yet to show that it works, and may still do so.
    pub fn find_pending(connection: &mut PgConnection, account: AccountId) -> QueryResult<Option<Self>> {
        totp_secrets::table
            .filter(totp_secrets::account_id.eq(account.as_uuid()))
            .filter(totp_secrets::confirmed_at.is_null().and(is_fresh()))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Lets the app that has yet to show that it works count from now on, by the code of `step`, and no other one. Answers
    /// whether it was still there. Whoever does so has locked the account.
    pub fn confirm(
        connection: &mut PgConnection,
        account: AccountId,
        id: Uuid,
        step: i64,
    ) -> QueryResult<bool> {
        let row = totp_secrets::table.find((account.as_uuid(), id));
        let pending = row.filter(totp_secrets::confirmed_at.is_null());
        if pending.select(totp_secrets::id).first::<Uuid>(connection).optional()?.is_none() {
            return Ok(false);
        }
        let others = totp_secrets::table
            .filter(totp_secrets::account_id.eq(account.as_uuid()))
            .filter(totp_secrets::id.ne(id));
        diesel::delete(others).execute(connection)?;
        let confirmed = diesel::update(row)
            .set((totp_secrets::confirmed_at.eq(now), totp_secrets::last_step.eq(step)))
            .execute(connection)?;
        Ok(confirmed == 1)
    }

    /// Uses up the code of `step`, and with it those of all steps before. Answers whether it was good: of two at once, one
    /// is.
    pub fn use_step(
        connection: &mut PgConnection,
        account: AccountId,
        id: Uuid,
        step: i64,
    ) -> QueryResult<bool> {
        let unused = totp_secrets::table
            .find((account.as_uuid(), id))
            .filter(totp_secrets::confirmed_at.is_not_null())
            .filter(totp_secrets::last_step.lt(step));
        Ok(diesel::update(unused).set(totp_secrets::last_step.eq(step)).execute(connection)? == 1)
    }

    /// Removes all of an account. Answers whether one of them counted.
    pub fn delete_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<bool> {
        let own = totp_secrets::table.filter(totp_secrets::account_id.eq(account.as_uuid()));
        let gone: Vec<bool> =
            diesel::delete(own).returning(totp_secrets::confirmed_at.is_not_null()).load(connection)?;
        Ok(gone.contains(&true))
    }

    /// Removes those that can no longer show that they work; the transaction acts for the installation.
    pub fn delete_stale_of_all(connection: &mut PgConnection) -> QueryResult<usize> {
        let stale = totp_secrets::table
            .filter(totp_secrets::confirmed_at.is_null().and(diesel::dsl::not(is_fresh())));
        diesel::delete(stale).execute(connection)
    }

    /// Which of `accounts` have one that counts. For the operator.
    pub fn owners(connection: &mut PgConnection, accounts: &[Uuid]) -> QueryResult<Vec<Uuid>> {
        totp_secrets::table
            .filter(totp_secrets::account_id.eq_any(accounts))
            .filter(totp_secrets::confirmed_at.is_not_null())
            .select(totp_secrets::account_id)
            .load(connection)
    }

    /// Every secret, for the operator.
    pub fn sealed(connection: &mut PgConnection) -> QueryResult<Vec<SealedText>> {
        let rows: Vec<(Uuid, String)> =
            totp_secrets::table.select((totp_secrets::id, totp_secrets::secret)).load(connection)?;
        Ok(rows.into_iter().map(|(id, text)| SealedText { row: id.to_string(), text }).collect())
    }

    /// Puts `new` in the place of the secret `old`, if it still stands there. For the operator.
    pub fn reseal(connection: &mut PgConnection, id: &str, old: &str, new: &str) -> QueryResult<usize> {
        // What is no identifier names no row.
        let Ok(id) = id.parse::<Uuid>() else { return Ok(0) };
        let row = totp_secrets::table.filter(totp_secrets::id.eq(id)).filter(totp_secrets::secret.eq(old));
        diesel::update(row).set(totp_secrets::secret.eq(new)).execute(connection)
    }
}
