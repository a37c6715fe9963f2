//! Erasing accounts, as the auth service sees it: whose turn it is, and which services are done.

use diesel::{PgConnection, dsl::exists, prelude::*};
use tallykeep_domain::AccountId;
use uuid::Uuid;

use crate::schema::auth::{accounts, erasure_confirmations, erasures};

/// The tombstone of an account that is erased, or being erased. It stays for ever.
#[derive(Debug, Clone, Copy)]
pub struct Erasure;

impl Erasure {
    /// Begins to erase `account`; from now on nothing calls it off. For the operator.
    pub fn begin(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
        diesel::insert_into(erasures::table)
            .values(erasures::account_id.eq(account.as_uuid()))
            .on_conflict_do_nothing()
            .execute(connection)
            .map(|_| ())
    }

    /// Whether erasing `account` has begun. For the operator.
    pub fn has_begun(connection: &mut PgConnection, account: AccountId) -> QueryResult<bool> {
        diesel::select(exists(erasures::table.find(account.as_uuid()))).get_result(connection)
    }

    /// The accounts, at most `limit`, that `service` has yet to erase. For the operator.
    pub fn pending(connection: &mut PgConnection, service: &str, limit: i64) -> QueryResult<Vec<AccountId>> {
        let confirmed = erasure_confirmations::table
            .filter(erasure_confirmations::account_id.eq(erasures::account_id))
            .filter(erasure_confirmations::service.eq(service));
        let ids = erasures::table
            .filter(diesel::dsl::not(exists(confirmed)))
            .order(erasures::created_at)
            .limit(limit)
            .select(erasures::account_id)
            .load::<Uuid>(connection)?;
        Ok(ids.into_iter().map(AccountId::from).collect())
    }

    /// Notes that `service` has erased what it had of `account`, whose erasing has begun. For the operator.
    pub fn confirm(connection: &mut PgConnection, account: AccountId, service: &str) -> QueryResult<()> {
        diesel::insert_into(erasure_confirmations::table)
            .values((
                erasure_confirmations::account_id.eq(account.as_uuid()),
                erasure_confirmations::service.eq(service),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .map(|_| ())
    }

    /// The accounts that are still there though all of `services` have erased what they had of them. One that came back
    /// with a backup is among them. For the operator.
    pub fn confirmed_by(connection: &mut PgConnection, services: &[String]) -> QueryResult<Vec<AccountId>> {
        let confirmations = erasure_confirmations::table
            .filter(erasure_confirmations::account_id.eq(erasures::account_id))
            .filter(erasure_confirmations::service.eq_any(services))
            .count()
            .single_value();
        let needed = i64::try_from(services.len()).unwrap_or(i64::MAX);
        let ids = accounts::table
            .inner_join(erasures::table.on(erasures::account_id.eq(accounts::id)))
            .filter(confirmations.eq(needed))
            .select(accounts::id)
            .load::<Uuid>(connection)?;
        Ok(ids.into_iter().map(AccountId::from).collect())
    }
}
