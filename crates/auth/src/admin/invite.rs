//! Making an invitation.

use std::io::Write;

use clap::Args;
use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tallykeep_database::{
    as_account, as_operator,
    models::{Account, NewInvitation},
};
use tallykeep_domain::InvitationId;
use tallykeep_service::{Problem, run_db, token_hash};

use super::{say, visitor};
use crate::{
    State,
    audit::{Action, Record},
    routes::VALID_HOURS,
    token::random_token,
};

/// Nothing to choose.
#[derive(Debug, Args)]
pub struct Arguments {}

pub(super) async fn run(_: &Arguments, state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let token = random_token()?;
    let hash = token_hash(&token);
    let expires_at = Timestamp::now() + SignedDuration::from_hours(VALID_HOURS);
    run_db(&state.pool, move |connection| insert(connection, &hash, expires_at)).await?;
    say(out, &format!("an invitation, shown this once and good until {expires_at:.0}: {token}"))
}

fn insert(connection: &mut PgConnection, token_hash: &[u8], expires_at: Timestamp) -> Result<(), Problem> {
    let administrators = as_operator(connection, Account::lock_administrators)?;
    let Some(&account) = administrators.first() else {
        let detail = "there is no administrator yet; make an account instead";
        return Err(Problem::conflict("administrator_missing", detail));
    };
    let id = InvitationId::generate();
    as_account(connection, account, |connection| {
        let row = NewInvitation { account_id: account.as_uuid(), id: id.as_uuid(), token_hash, expires_at };
        row.insert(connection)?;
        let record = Record::success(Action::Invite, account).with(json!({"invitation": id}));
        Ok(record.write(connection, &visitor())?)
    })
}
