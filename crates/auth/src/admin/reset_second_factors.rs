//! Removing the second factors of somebody who has lost them.

use std::io::Write;

use tallykeep_domain::EmailAddress;

use super::{decide, say};
use crate::{State, standing};

pub(super) async fn run(email: EmailAddress, state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let outbox = state.outbox.clone();
    let account = decide(state, email, move |connection, id, decider| {
        standing::remove_second_factors(connection, id, decider, &outbox)
    })
    .await?;
    say(out, &format!("{} has no second factor any more, and is signed out everywhere", account.email))
}
