//! Making an account.

use std::io::{BufRead, Write, stdin};

use anyhow::Context;
use clap::Args;
use diesel::PgConnection;
use serde_json::json;
use tallykeep_database::{
    as_account,
    models::{Account, Installation},
};
use tallykeep_domain::{AccountId, EmailAddress, Role, parse_time_zone};
use tallykeep_service::{Problem, run_db};

use super::{say, visitor};
use crate::{
    State,
    audit::{Action, Record},
    newcomer::Newcomer,
    password::NewPassword,
    token::random_token,
};

/// Whom to make.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The address to sign in with.
    email: EmailAddress,
    /// It administers the installation. The first account does so anyway.
    #[arg(long)]
    administrator: bool,
    /// The IANA name of the zone in which its days are counted.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// The password is the first line of standard input. Otherwise one is made, and printed this once.
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn run(arguments: Arguments, state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let Arguments { email, administrator, time_zone, password_stdin } = arguments;
    parse_time_zone(&time_zone)?;
    let password = if password_stdin { read_line()? } else { random_token()? };
    let chosen = NewPassword::parse(password.as_str().into(), &email)?;
    let password_hash = state.passwords.hash(chosen).await?;
    let newcomer = Newcomer { email, password_hash, has_password: true, time_zone };
    let role = if administrator { Role::Administrator } else { Role::Member };
    let account = run_db(&state.pool, move |connection| create(connection, &newcomer, role)).await?;
    say(out, &format!("made the account {}, {}", account.email, account.role))?;
    if !password_stdin {
        say(out, &format!("its password, shown this once: {password}"))?;
    }
    Ok(())
}

fn create(connection: &mut PgConnection, newcomer: &Newcomer, role: Role) -> Result<Account, Problem> {
    let id = AccountId::generate();
    as_account(connection, id, |connection| {
        let account = if Installation::exists(connection)? {
            newcomer.insert(connection, id, role)?
        } else {
            newcomer.insert_first(connection, id)?
        };
        let record = Record::success(Action::CreateAccount, id).with(json!({"role": account.role}));
        record.write(connection, &visitor())?;
        Ok(account)
    })
}

/// One line, without its end.
fn read_line() -> anyhow::Result<String> {
    let mut line = String::new();
    stdin().lock().read_line(&mut line).context("the password cannot be read from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
