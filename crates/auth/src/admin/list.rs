//! Listing accounts.

use std::io::Write;

use clap::Args;
use tallykeep_database::{
    as_operator,
    models::{Account, AccountPage},
};
use tallykeep_service::run_db;

use super::say;
use crate::State;

/// How many accounts are read at once.
const PAGE: i64 = 1_000;

/// Whom to list.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Only those with this text in their address or name, whatever the case.
    search: Option<String>,
}

pub(super) async fn run(arguments: Arguments, state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let mut page = AccountPage { search: arguments.search, after: None, limit: PAGE };
    loop {
        let wanted = page.clone();
        let read = move |connection: &mut _| {
            as_operator(connection, |connection| Account::page(connection, &wanted))
        };
        let accounts = run_db(&state.pool, read).await?;
        for account in &accounts {
            say(out, &line(account))?;
        }
        let Some(last) = accounts.last() else { return Ok(()) };
        page.after = Some(last.id);
    }
}

/// For people, and for programs: parted by tabs, which none of it holds.
fn line(account: &Account) -> String {
    let Account { id, email, role, .. } = account;
    let state = match (account.erase_after, account.disabled_at) {
        (Some(at), _) => format!("erased after {at:.0}"),
        (None, Some(at)) => format!("disabled since {at:.0}"),
        (None, None) => "active".to_owned(),
    };
    format!("{email}\t{role}\t{state}\t{id}")
}
