//! Whether the installation takes somebody new.

use diesel::PgConnection;
use tallykeep_database::{
    models::{Account, Installation, Invitation},
    with_credential,
};
use tallykeep_domain::{AccountId, Role};
use tallykeep_service::{Problem, hex, run_db};

use crate::{RegistrationMode, State, newcomer::Newcomer};

/// Refuses who will not be admitted anyway, with an invitation or not. Hashing is dear, and strangers may ask for it: they
/// must not be able to have it done for nothing. The word that counts is that of [`admit`].
///
/// # Errors
/// 403 for who is not admitted.
pub(crate) async fn refuse_before_hashing(state: &State, invited: bool) -> Result<(), Problem> {
    let exists = run_db(&state.pool, Installation::exists).await?;
    match state.registration {
        RegistrationMode::Closed if exists => Err(closed()),
        RegistrationMode::Invite if exists && !invited => Err(not_invited()),
        _ => Ok(()),
    }
}

/// Makes the account `id`, which the transaction acts for, if the installation takes somebody new, and uses up the
/// invitation of that hash if that is why. The first account is the administrator.
///
/// # Errors
/// 403 for who is not admitted; those of [`Newcomer`].
pub(crate) fn admit(
    connection: &mut PgConnection,
    mode: RegistrationMode,
    newcomer: &Newcomer,
    invitation: Option<&[u8]>,
    id: AccountId,
) -> Result<Account, Problem> {
    // Asked once: who is taken for the first here is made the first, or refused.
    if !Installation::exists(connection)? {
        return newcomer.insert_first(connection, id);
    }
    match (mode, invitation) {
        (RegistrationMode::Open, _) => {}
        (RegistrationMode::Closed, _) => return Err(closed()),
        (RegistrationMode::Invite, None) => return Err(not_invited()),
        (RegistrationMode::Invite, Some(hash)) => redeem(connection, hash)?,
    }
    newcomer.insert(connection, id, Role::Member)
}

fn redeem(connection: &mut PgConnection, hash: &[u8]) -> Result<(), Problem> {
    let inviter = with_credential(connection, &hex(hash), |connection| Invitation::redeem(connection, hash))?;
    inviter.map(|_| ()).ok_or_else(|| {
        Problem::forbidden("invitation_invalid", "the invitation is unknown, used or has ended")
    })
}

fn closed() -> Problem {
    Problem::forbidden("registration_closed", "registration is closed")
}

fn not_invited() -> Problem {
    Problem::forbidden("invitation_missing", "registration needs an invitation")
}
