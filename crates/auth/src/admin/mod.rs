//! The operator's command line, for when nobody can sign in, or nobody is to. Each task is a file.
//!
//! It works on the database as the service does, with the service's settings, and needs no service that runs.

mod create_account;
mod delete;
mod disable;
mod enable;
mod invite;
mod list;
mod reseal;
mod reset_password;
mod reset_second_factors;
mod rotate_keys;

use std::io::{self, Write};

use actix_web::rt::System;
use clap::{Args, Subcommand};
use diesel::PgConnection;
use tallykeep_database::{Pool, as_operator, models::Account};
use tallykeep_domain::{AccountId, EmailAddress};
use tallykeep_service::{Problem, Visitor, run_db};

use crate::{AuthSettings, State, standing::Decider};

/// A task of the operator.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes an account. Its password is made and printed, or read from standard input.
    CreateAccount(create_account::Arguments),
    /// Makes an invitation, in the name of the administrator who has been here longest, and prints its token.
    Invite,
    /// Keeps an account out: ends its sessions, and refuses its password and its keys.
    Disable(Whose),
    /// Lets an account in again that was disabled or deleted.
    Enable(Whose),
    /// Lists the accounts: address, role, state, identifier.
    List(list::Arguments),
    /// Deletes an account, and its data in all services, after the days of grace of the settings.
    Delete(Whose),
    /// Makes a link that sets another password, to be handed over, and prints it.
    ResetPassword(Whose),
    /// Seals every secret in the database under the master secret of the settings, and tells how many passwords are still
    /// under an earlier one: until there are none, that one has to stay in the settings.
    Reseal,
    /// Removes the second factors of somebody who has lost them, and ends their sessions.
    ResetSecondFactors(Whose),
    /// Signs access tokens with another key at once, so that all that are out are void, and seals every secret in the
    /// database under the master secret of the settings.
    RotateKeys,
}

/// Whose account it is about.
#[derive(Debug, Args)]
pub struct Whose {
    /// The address that the account signs in with.
    email: EmailAddress,
}

impl Command {
    /// Does it, and prints what came of it.
    ///
    /// # Errors
    /// When a setting is wrong, the database is away, or the task is refused.
    pub fn run(self, settings: &AuthSettings, public_url: &str, pool: Pool) -> anyhow::Result<()> {
        let state = State::build(settings, public_url, pool)?;
        let (state, out) = (&state, &mut io::stdout());
        System::new().block_on(async move {
            match self {
                Self::CreateAccount(arguments) => create_account::run(arguments, state, out).await,
                Self::Invite => invite::run(state, out).await,
                Self::Disable(whose) => disable::run(whose.email, state, out).await,
                Self::Enable(whose) => enable::run(whose.email, state, out).await,
                Self::List(arguments) => list::run(arguments, state, out).await,
                Self::Delete(whose) => delete::run(whose.email, state, out).await,
                Self::ResetPassword(whose) => reset_password::run(whose.email, state, out).await,
                Self::Reseal => reseal::run(state, out).await,
                Self::ResetSecondFactors(whose) => reset_second_factors::run(whose.email, state, out).await,
                Self::RotateKeys => rotate_keys::run(state, out).await,
            }
        })
    }
}

/// What stands in the audit log for a task: nobody's account, no address, and that it was the command line.
pub(crate) fn visitor() -> Visitor {
    Visitor { user_agent: "the command line".into(), ..Visitor::default() }
}

/// Decides over the account with the address `email`, by `decide`.
async fn decide(
    state: &State,
    email: EmailAddress,
    decide: impl FnOnce(&mut PgConnection, AccountId, &Decider<'_>) -> Result<Account, Problem> + Send + 'static,
) -> Result<Account, Problem> {
    run_db(&state.pool, move |connection| {
        let visitor = visitor();
        let decider = Decider { account: None, visitor: &visitor };
        as_operator(connection, |connection| {
            let id = Account::id_by_email(connection, &email)?.ok_or_else(|| {
                Problem::not_found(
                    "account_not_found",
                    format!("there is no account with the address {email}"),
                )
            })?;
            decide(connection, id, &decider)
        })
    })
    .await
}

/// Prints a line.
fn say(out: &mut impl Write, line: &str) -> anyhow::Result<()> {
    Ok(writeln!(out, "{line}")?)
}
