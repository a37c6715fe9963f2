//! Letting an account in again.

use std::io::Write;

use tallykeep_domain::EmailAddress;

use super::{decide, say};
use crate::{State, standing};

pub(super) async fn run(email: EmailAddress, state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let account = decide(state, email, standing::enable).await?;
    say(out, &format!("enabled {}", account.email))
}
