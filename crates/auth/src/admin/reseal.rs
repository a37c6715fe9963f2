//! Everything sealed anew, for a new master secret.

use std::io::Write;

use actix_web::web;

use super::say;
use crate::State;

pub(super) async fn run(state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let state = state.clone();
    let work = move || anyhow::Ok((state.reseal()?, state.count_passwords_under_previous_secrets()?));
    let (resealed, left) = web::block(work).await??;
    say(out, &format!("sealed {} secrets anew; {} cannot be read", resealed.resealed, resealed.unreadable))?;
    say(out, &format!("{left} passwords are still under an earlier master secret"))
}
