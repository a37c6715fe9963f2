//! Keeping an account out.

use std::io::Write;

use clap::Args;
use tallykeep_domain::EmailAddress;

use super::{decide, say};
use crate::{State, standing};

/// Whom to keep out.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The address that it signs in with.
    email: EmailAddress,
}

pub(super) async fn run(
    Arguments { email }: Arguments,
    state: &State,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let account = decide(state, email, standing::disable).await?;
    say(out, &format!("disabled {}", account.email))
}
