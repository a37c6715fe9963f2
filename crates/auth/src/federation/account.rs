//! Which account somebody is whom a provider vouches for.
//!
//! Issuer and subject decide. An address decides once, where both sides have seen that it is the person's: else whoever
//! makes up an address there, or has made an account here with somebody else's, would get into the other's account.

use diesel::PgConnection;
use serde_json::json;
use tallykeep_database::{
    as_account, constraint,
    models::{Account, Identity, NewIdentity},
    violates, with_credential,
};
use tallykeep_domain::{AccountId, EmailAddress, IdentityId};
use tallykeep_service::{Problem, Visitor, hex};

use super::{Arrival, Provider};
use crate::{
    RegistrationMode, State,
    admission::admit,
    audit::{Action, Record},
    mail::{Kind, Mail, Outbox},
    newcomer::Newcomer,
    sign_in::{Opened, SignIn, Standing},
};

/// Who it is.
pub(crate) enum Found {
    /// Somebody with an account, and the identity where it is linked to it. Where it is not, the address decided.
    Somebody(Box<Account>, Option<Identity>),
    /// Nobody has the address, which is the person's.
    Nobody(EmailAddress),
}

/// Who `arrival` is here.
///
/// # Errors
/// 401 for an account that is kept out, 403 where the address would have to decide and is not proven at both sides.
pub(crate) fn find(connection: &mut PgConnection, arrival: &Arrival) -> Result<Found, Problem> {
    if let Some(identity) = find_identity(connection, arrival)? {
        let account = as_account(connection, identity.account_id, |connection| {
            Account::find(connection, identity.account_id)
        })?;
        let account = account.ok_or_else(kept_out)?;
        return Ok(Found::Somebody(Box::new(account), Some(identity)));
    }
    let Some(email) = arrival.verified_email() else {
        let detail = "the provider does not say that the e-mail address is this person's";
        return Err(Problem::forbidden("email_unproven_there", detail));
    };
    let by_email = |connection: &mut _| Account::find_by_email(connection, email);
    match with_credential(connection, email.as_str(), by_email)? {
        Some(account) if account.email_verified_at.is_some() => Ok(Found::Somebody(Box::new(account), None)),
        Some(_) => Err(unproven_here()),
        None => Ok(Found::Nobody(email.clone())),
    }
}

/// What is noted of it whatever follows.
pub(crate) struct Entry<'a> {
    provider: &'a Provider,
    arrival: &'a Arrival,
    visitor: &'a Visitor,
    outbox: &'a Outbox,
}

impl<'a> Entry<'a> {
    /// Of somebody whom the provider `id` vouches for.
    ///
    /// # Errors
    /// 404 without such a provider.
    pub(crate) fn new(
        state: &'a State,
        id: &str,
        arrival: &'a Arrival,
        visitor: &'a Visitor,
    ) -> Result<Self, Problem> {
        Ok(Self { provider: state.providers.find(id)?, arrival, visitor, outbox: &state.outbox })
    }

    /// Lets `account` in. One that was found by its address is linked, so that the address decides no second time.
    ///
    /// # Errors
    /// 401 when the account is kept out or the identity not linked any more, 403 when the address is not the account's any
    /// more.
    pub(crate) fn sign_in(
        &self,
        connection: &mut PgConnection,
        sign_in: SignIn,
        account: Account,
        identity: Option<&Identity>,
    ) -> Result<Opened, Problem> {
        let id = account.id;
        as_account(connection, id, |connection| {
            match identity {
                Some(identity) => {
                    // Held before the identity is, as by whoever unlinks it.
                    if !Account::hold(connection, id)? {
                        return Err(kept_out());
                    }
                    self.touch(connection, identity)?;
                }
                None => self.link_by_email(connection, id)?,
            }
            let opened = sign_in.open(connection, account)?;
            if matches!(opened.standing, Standing::SignedIn { .. }) {
                self.record(connection, Action::SignInWithProvider, id)?;
            }
            Ok(opened)
        })
    }

    /// Makes an account for somebody who has none, and signs them in.
    ///
    /// # Errors
    /// Those of [`admit`].
    pub(crate) fn register(
        &self,
        connection: &mut PgConnection,
        mode: RegistrationMode,
        newcomer: &Newcomer,
        invitation: Option<&[u8]>,
        sign_in: SignIn,
    ) -> Result<Opened, Problem> {
        let id = AccountId::generate();
        as_account(connection, id, |connection| {
            let account = admit(connection, mode, newcomer, invitation, id)?;
            Account::verify_email(connection, id, newcomer.email.as_str())?;
            let detail = json!({"role": account.role, "provider": self.provider.id});
            Record::success(Action::Register, id).with(detail).write(connection, self.visitor)?;
            self.insert(connection, id)?;
            sign_in.open(connection, account)
        })
    }

    /// Links the identity to `account`, which the transaction acts for, and tells its person.
    ///
    /// # Errors
    /// 409 when another account has it.
    pub(crate) fn link(&self, connection: &mut PgConnection, account: &Account) -> Result<(), Problem> {
        match find_identity(connection, self.arrival)? {
            Some(identity) if identity.account_id == account.id => self.touch(connection, &identity),
            Some(_) => Err(taken()),
            None => {
                self.insert(connection, account.id)?;
                let detail = json!({"provider": self.provider.name});
                Ok(self
                    .outbox
                    .put(connection, &Mail { detail, ..Mail::to(Kind::IdentityLinked, account) })?)
            }
        }
    }

    /// Checks that it is an identity of `account`, which the transaction acts for.
    ///
    /// # Errors
    /// 403 when it is not.
    pub(crate) fn confirm(&self, connection: &mut PgConnection, account: AccountId) -> Result<(), Problem> {
        match find_identity(connection, self.arrival)? {
            Some(identity) if identity.account_id == account => self.touch(connection, &identity),
            _ => Err(Problem::forbidden("identity_not_linked", "this is somebody else at the provider")),
        }
    }

    /// Looks again, now that nobody else can change the account.
    fn link_by_email(&self, connection: &mut PgConnection, id: AccountId) -> Result<(), Problem> {
        let email = self.arrival.verified_email().map(EmailAddress::as_str);
        let is_proven =
            |account: &Account| email == Some(&account.email) && account.email_verified_at.is_some();
        let account = Account::lock(connection, id)?.filter(is_proven).ok_or_else(unproven_here)?;
        let linked = Identity::list(connection, id)?;
        if linked.iter().any(|identity| identity.issuer == self.arrival.issuer) {
            // There the address has changed hands, and whoever has it now is somebody else.
            let detail = "the account with this e-mail address is linked to somebody else at the provider";
            return Err(Problem::forbidden("identity_differs", detail));
        }
        self.link(connection, &account)
    }

    fn insert(&self, connection: &mut PgConnection, account: AccountId) -> Result<(), Problem> {
        let identity = NewIdentity {
            account_id: account.as_uuid(),
            id: IdentityId::generate().as_uuid(),
            presented_hash: &self.arrival.hash(),
            issuer: &self.arrival.issuer,
            subject: &self.arrival.subject,
            email: self.arrival.email.as_ref().map(EmailAddress::as_str),
        };
        let refuse = |error| if violates(&error, constraint::IDENTITY) { taken() } else { error.into() };
        identity.insert(connection).map_err(refuse)?;
        self.record(connection, Action::LinkIdentity, account)
    }

    fn touch(&self, connection: &mut PgConnection, identity: &Identity) -> Result<(), Problem> {
        let email = self.arrival.email.as_ref().map(EmailAddress::as_str);
        if identity.touch(connection, email)? { Ok(()) } else { Err(kept_out()) }
    }

    fn record(
        &self,
        connection: &mut PgConnection,
        action: Action,
        account: AccountId,
    ) -> Result<(), Problem> {
        let record = Record::success(action, account).with(json!({"provider": self.provider.id}));
        Ok(record.write(connection, self.visitor)?)
    }
}

fn find_identity(connection: &mut PgConnection, arrival: &Arrival) -> diesel::QueryResult<Option<Identity>> {
    let hash = arrival.hash();
    with_credential(connection, &hex(&hash), |connection| Identity::find_presented(connection, &hash))
}

/// 401: the account is disabled, is to be erased, or the identity was unlinked just now. Which, is not told.
fn kept_out() -> Problem {
    Problem::unauthorized("sign_in_refused", "nobody is let in with this identity")
}

/// 403: somebody has an account with the address, and has not shown that it is theirs.
fn unproven_here() -> Problem {
    let detail = "there is an account with this e-mail address, which it has not confirmed";
    Problem::forbidden("email_unproven_here", detail)
}

/// 409: one account for each identity.
fn taken() -> Problem {
    Problem::conflict("identity_taken", "another account is linked to this identity")
}
