//! Who holds an API key, and what it is worth.

use std::{sync::Arc, time::Duration};

use diesel::{PgConnection, QueryResult};
use jiff::Timestamp;
use tallykeep_database::{
    as_account,
    models::{Account, ApiKey, Group},
    with_credential,
};
use tallykeep_domain::ApiKeySecret;
use tallykeep_service::{Grant, Problem, hex, run_db, token_hash};

use crate::{State, forward::Caller, state::LAST_USE_PRECISION_SECONDS};

/// The holder of an API key.
pub(crate) struct KeyHolder {
    pub(crate) caller: Arc<Caller>,
    pub(crate) grant: Grant,
}

impl State {
    /// What an API key is worth; `None` when it is not, or no longer, good.
    pub(crate) async fn introspect_api_key(&self, key: &str) -> Result<Option<Grant>, Problem> {
        Ok(self.find_key_holder(key).await?.map(|holder| holder.grant.clone()))
    }

    /// Who holds an API key; `None` when it is not, or no longer, good. Remembered for seconds.
    pub(crate) async fn find_key_holder(&self, key: &str) -> Result<Option<Arc<KeyHolder>>, Problem> {
        let hash = token_hash(key);
        if let Some(holder) = self.recent.keys.get(&hash) {
            return Ok(Some(holder));
        }
        let moment = self.recent.freshness.moment();
        let Some((key, account, groups)) = self.read_api_key(key).await? else { return Ok(None) };
        let grant = Grant::parse(&account.id.to_string(), &key.scopes, &account.time_zone)
            .and_then(|grant| grant.within(&key.metric_prefix))
            .map_err(Problem::internal)?;
        let caller = Arc::new(Caller::new(account, groups, None, hash));
        let holder = Arc::new(KeyHolder { caller, grant });
        let good_for = key.expires_at.map_or(Duration::MAX, |end| {
            Duration::try_from(end.duration_since(Timestamp::now())).unwrap_or_default()
        });
        self.recent.keys.put(hash, Arc::clone(&holder), moment, good_for);
        Ok(Some(holder))
    }

    /// The API key, whose it is, and the groups that they are in; `None` when it is not, or no longer, good.
    pub(crate) async fn read_api_key(
        &self,
        key: &str,
    ) -> Result<Option<(ApiKey, Account, Vec<String>)>, Problem> {
        if key.parse::<ApiKeySecret>().is_err() {
            return Ok(None);
        }
        let hash = token_hash(key);
        run_db(&self.pool, move |connection| read(connection, &hash)).await
    }
}

/// The live key with that secret, its account and the groups that this is in. Notes that it was used.
fn read(
    connection: &mut PgConnection,
    hash: &[u8; 32],
) -> QueryResult<Option<(ApiKey, Account, Vec<String>)>> {
    with_credential(connection, &hex(hash), |connection| {
        let Some(key) = ApiKey::find_by_secret(connection, hash)? else { return Ok(None) };
        as_account(connection, key.account_id, |connection| {
            let age = key.last_used_at.map(|at| at.duration_until(Timestamp::now()).as_secs());
            if age.is_none_or(|seconds| seconds >= LAST_USE_PRECISION_SECONDS) {
                key.touch(connection)?;
            }
            let Some(account) = Account::find(connection, key.account_id)? else { return Ok(None) };
            let groups = Group::of(connection, account.id)?;
            Ok(Some((key, account, groups)))
        })
    })
}
