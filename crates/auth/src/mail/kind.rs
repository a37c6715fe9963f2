//! What mails are about.

use crate::one_time_token::Purpose;

/// What a mail is about. The names stand in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A link that makes the address it goes to the account's.
    ChangeEmail,
    /// To the address that was the account's.
    EmailChanged,
    /// Another provider signs in to the account from now on.
    IdentityLinked,
    /// Somebody signed in with a client that the account has not been seen with.
    NewClient,
    /// There is one more passkey.
    PasskeyAdded,
    /// There is one passkey less.
    PasskeyRemoved,
    /// The password is another.
    PasswordChanged,
    /// A code that was written down was used in the place of a second factor.
    RecoveryCodeUsed,
    /// A link that sets another password.
    ResetPassword,
    /// Something is asked beside the password from now on.
    SecondFactorAdded,
    /// Something that was asked beside the password no longer is.
    SecondFactorRemoved,
    /// A link that shows that the address is read.
    VerifyEmail,
}

impl Kind {
    const ALL: [Self; 12] = [
        Self::ChangeEmail,
        Self::EmailChanged,
        Self::IdentityLinked,
        Self::NewClient,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::PasswordChanged,
        Self::RecoveryCodeUsed,
        Self::ResetPassword,
        Self::SecondFactorAdded,
        Self::SecondFactorRemoved,
        Self::VerifyEmail,
    ];
    /// Those with a link.
    pub(crate) const WITH_LINK: [Self; 3] = [Self::ChangeEmail, Self::ResetPassword, Self::VerifyEmail];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ChangeEmail => "change_email",
            Self::EmailChanged => "email_changed",
            Self::IdentityLinked => "identity_linked",
            Self::NewClient => "new_client",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::PasswordChanged => "password_changed",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::ResetPassword => "reset_password",
            Self::SecondFactorAdded => "second_factor_added",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::VerifyEmail => "verify_email",
        }
    }

    /// The kind with that name. `None` for one that another release knows.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What its link is good for, if it has one.
    pub(crate) const fn link(self) -> Option<Purpose> {
        match self {
            Self::ChangeEmail => Some(Purpose::ChangeEmail),
            Self::ResetPassword => Some(Purpose::ResetPassword),
            Self::VerifyEmail => Some(Purpose::VerifyEmail),
            Self::EmailChanged
            | Self::IdentityLinked
            | Self::NewClient
            | Self::PasskeyAdded
            | Self::PasskeyRemoved
            | Self::PasswordChanged
            | Self::RecoveryCodeUsed
            | Self::SecondFactorAdded
            | Self::SecondFactorRemoved => None,
        }
    }
}
