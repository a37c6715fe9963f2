//! Making an invitation.

use std::io::Write;

use diesel::PgConnection;
use tallykeep_database::{as_account, as_operator, models::Account};
use tallykeep_service::{Problem, run_db};

use super::{say, visitor};
use crate::{
    State,
    invitation::{self, Given},
};

pub(super) async fn run(state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let Given { token, expires_at, .. } = run_db(&state.pool, give).await?;
    say(out, &format!("an invitation, shown this once and good until {expires_at:.0}: {token}"))
}

fn give(connection: &mut PgConnection) -> Result<Given, Problem> {
    let administrators = as_operator(connection, Account::lock_administrators)?;
    let Some(&account) = administrators.first() else {
        let detail = "there is no administrator yet; make an account instead";
        return Err(Problem::conflict("administrator_missing", detail));
    };
    as_account(connection, account, |connection| invitation::give(connection, account, &visitor()))
}
