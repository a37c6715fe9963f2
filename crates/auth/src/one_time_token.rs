//! Links that are good once: made for a purpose, an account and an address, and void with any newer one, with another
//! address and with another password.
//!
//! The token stands in the fragment of the link, which browsers do not send. So it comes into no log on the way, and
//! opening the link, as mail scanners do, uses nothing up: only the page's POST does.

use diesel::{PgConnection, QueryResult};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tallykeep_database::{
    as_account,
    models::{Account, NewOneTimeToken, OneTimeToken, OutboxMail},
    with_credential,
};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Visitor, hex, token_hash};

use crate::{
    audit::{Action, Record},
    mail::Kind,
    token::random_token,
};

/// What a link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To make the new address the account's.
    ChangeEmail,
    /// To set another password.
    ResetPassword,
    /// To show that somebody reads what is sent to the address.
    VerifyEmail,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::ChangeEmail => "change_email",
            Self::ResetPassword => "reset_password",
            Self::VerifyEmail => "verify_email",
        }
    }

    /// The page that the link opens.
    const fn page(self) -> &'static str {
        match self {
            Self::ChangeEmail => "change-email",
            Self::ResetPassword => "reset-password",
            Self::VerifyEmail => "verify-email",
        }
    }

    /// What is done with it.
    const fn action(self) -> Action {
        match self {
            Self::ChangeEmail => Action::ChangeEmail,
            Self::ResetPassword => Action::ResetPassword,
            Self::VerifyEmail => Action::VerifyEmail,
        }
    }

    /// How many hours it is good for.
    pub(crate) const fn hours(self) -> i64 {
        match self {
            Self::ResetPassword => 1,
            Self::ChangeEmail | Self::VerifyEmail => 24,
        }
    }
}

/// A link to hand over. Its address is a secret.
pub struct OneTimeLink {
    /// The address to open, with the token.
    pub link: SecretString,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Makes a link, in the place of an older one for the same purpose. The transaction acts for `account`.
pub(crate) fn issue(
    connection: &mut PgConnection,
    public_url: &str,
    purpose: Purpose,
    account: AccountId,
    email: &str,
) -> Result<OneTimeLink, Problem> {
    let token = random_token()?;
    let expires_at = Timestamp::now() + SignedDuration::from_hours(purpose.hours());
    let row = NewOneTimeToken {
        account_id: account.as_uuid(),
        purpose: purpose.name(),
        token_hash: &token_hash(&token),
        email,
        expires_at,
    };
    row.replace(connection)?;
    Ok(OneTimeLink { link: format!("{public_url}/{}#token={token}", purpose.page()).into(), expires_at })
}

/// What `token` is about, if it would be taken now. It is not used up.
pub(crate) fn find_live(
    connection: &mut PgConnection,
    purpose: Purpose,
    token: &str,
) -> QueryResult<Option<OneTimeToken>> {
    let hash = token_hash(token);
    with_credential(connection, &hex(&hash), |connection| {
        OneTimeToken::find_live(connection, purpose.name(), &hash)
    })
}

/// Uses `token` up and does `work` in the same transaction, which acts for its account. `work` answers whether what the
/// token is about is still so.
///
/// The account is locked first, as by everybody who makes or ends links of it, so that nobody waits in a circle.
///
/// # Errors
/// Those of `work`, after which the token is as good as before; 403, which is recorded, for a token that is not good.
pub(crate) fn redeem(
    connection: &mut PgConnection,
    purpose: Purpose,
    token: &str,
    visitor: &Visitor,
    work: impl FnOnce(&mut PgConnection, &OneTimeToken) -> Result<bool, Problem>,
) -> Result<(), Problem> {
    let hash = token_hash(token);
    let done = with_credential(connection, &hex(&hash), |connection| {
        let Some(found) = OneTimeToken::find_live(connection, purpose.name(), &hash)? else {
            return Ok(false);
        };
        as_account(connection, found.account_id, |connection| {
            Account::lock(connection, found.account_id)?;
            // Somebody else may just have used it up.
            match OneTimeToken::redeem(connection, purpose.name(), &hash)? {
                Some(found) => work(connection, &found),
                None => Ok(false),
            }
        })
    })?;
    if done { Ok(()) } else { Err(refuse(connection, purpose, visitor)?) }
}

/// The answer to a token that is not good, once it is recorded.
pub(crate) fn refuse(
    connection: &mut PgConnection,
    purpose: Purpose,
    visitor: &Visitor,
) -> QueryResult<Problem> {
    Record::failure(purpose.action(), None).write(connection, visitor)?;
    Ok(Problem::forbidden(
        "link_invalid",
        "the link is unknown, was used, has ended, or there is a newer one",
    ))
}

/// Ends every link of an account, and those that are about to be made: for when its address or its password changes.
///
/// What waits is taken out first. It is held while its link is made, so that the link is there to be ended.
pub(crate) fn end_all(connection: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    OutboxMail::delete_waiting(connection, account, &Kind::WITH_LINK.map(Kind::name))?;
    OneTimeToken::delete_all(connection, account).map(|_| ())
}
