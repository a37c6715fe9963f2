//! Another key for access tokens, and everything sealed anew.

use std::io::Write;

use actix_web::web;

use super::say;
use crate::{Rotation, State};

pub(super) async fn run(state: &State, out: &mut impl Write) -> anyhow::Result<()> {
    let state = state.clone();
    let Rotation { key_id, dropped, resealed, passwords_under_previous_secrets: left } =
        web::block(move || state.rotate_keys()).await??;
    say(out, &format!("access tokens are signed with {key_id} now; dropped {dropped} keys"))?;
    say(out, &format!("sealed {} secrets anew; {} cannot be read", resealed.resealed, resealed.unreadable))?;
    say(out, &format!("{left} passwords are still under an earlier master secret"))
}
