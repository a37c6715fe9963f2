//! Deleting an account.

use std::io::Write;

use tallykeep_domain::EmailAddress;

use super::{decide, say};
use crate::{State, standing};

pub(super) async fn run(email: EmailAddress, state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let days = state.erasure_days;
    let account = decide(state, email, move |connection, id, decider| {
        standing::mark_for_erasure(connection, id, days, decider)
    })
    .await?;
    let when = account.erase_after.map(|at| format!("{at:.0}")).unwrap_or_default();
    say(
        out,
        &format!("deleted {}; it will be erased after {when}, and can be enabled until then", account.email),
    )
}
