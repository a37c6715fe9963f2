//! Keeping an account out.

use std::io::Write;

use tallykeep_domain::EmailAddress;

use super::{decide, say};
use crate::{State, standing};

pub(super) async fn run(email: EmailAddress, state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let account = decide(state, email, standing::disable).await?;
    say(out, &format!("disabled {}", account.email))
}
