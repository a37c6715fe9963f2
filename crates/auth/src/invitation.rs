//! Giving invitations, whoever asks for one.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tallykeep_database::models::NewInvitation;
use tallykeep_domain::{AccountId, InvitationId};
use tallykeep_service::{Problem, Visitor, token_hash};

use crate::{
    audit::{Action, Record},
    token::random_token,
};

const VALID: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An invitation that was just given.
pub(crate) struct Given {
    pub(crate) id: InvitationId,
    /// What admits whoever has it. It is kept as a hash only.
    pub(crate) token: String,
    pub(crate) expires_at: Timestamp,
}

/// Gives an invitation in the name of `account`, which the transaction acts for.
pub(crate) fn give(
    connection: &mut PgConnection,
    account: AccountId,
    visitor: &Visitor,
) -> Result<Given, Problem> {
    let (id, token, expires_at) = (InvitationId::generate(), random_token()?, Timestamp::now() + VALID);
    let row = NewInvitation {
        account_id: account.as_uuid(),
        id: id.as_uuid(),
        token_hash: &token_hash(&token),
        expires_at,
    };
    row.insert(connection)?;
    Record::success(Action::Invite, account).with(json!({"invitation": id})).write(connection, visitor)?;
    Ok(Given { id, token, expires_at })
}
