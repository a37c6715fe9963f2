//! A link that sets another password, for somebody who has forgotten theirs.

use std::io::Write;

use actix_web::web;
use anyhow::Context;
use secrecy::ExposeSecret;
use tallykeep_domain::EmailAddress;

use super::say;
use crate::State;

pub(super) async fn run(email: EmailAddress, state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let (maker, address) = (state.clone(), email.to_string());
    let link = web::block(move || maker.create_password_reset_link(&address)).await??;
    let link = link.with_context(|| format!("there is no account with the address {email}"))?;
    say(out, &format!("hand this link over; it works once, until {}:", link.expires_at))?;
    say(out, link.link.expose_secret())
}
