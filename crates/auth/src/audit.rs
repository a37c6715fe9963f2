//! The audit log: every event with who, when, from where and with what result.

use diesel::{PgConnection, QueryResult};
use serde_json::{Value, json};
use tallykeep_database::models::NewAuditEvent;
use tallykeep_domain::{AccountId, AuditEventId};
use tallykeep_service::Visitor;

/// Declares the actions with their names, in one table.
macro_rules! actions {
    ($($action:ident => $name:literal,)*) => {
        /// What somebody does. The names are part of the contract: operators look for them in the log, too.
        #[derive(Debug, Clone, Copy)]
        pub(crate) enum Action {
            $($action,)*
        }

        impl Action {
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }
        }
    };
}

actions! {
    AddPasskey => "add_passkey",
    AllowClient => "allow_client",
    AskForEmailChange => "ask_for_email_change",
    AskForEmailVerification => "ask_for_email_verification",
    AskForPasswordReset => "ask_for_password_reset",
    AuthenticateClient => "authenticate_client",
    ChangeAccessRule => "change_access_rule",
    ChangeAccount => "change_account",
    ChangeClient => "change_client",
    ChangeEmail => "change_email",
    ChangeGroup => "change_group",
    ChangePassword => "change_password",
    ChangeRole => "change_role",
    ClientCodeReuse => "client_code_reuse",
    ClientTokenReuse => "client_token_reuse",
    CreateAccessRule => "create_access_rule",
    CreateAccount => "create_account",
    CreateApiKey => "create_api_key",
    CreateClient => "create_client",
    CreateGroup => "create_group",
    CreatePasswordResetLink => "create_password_reset_link",
    CreateRecoveryCodes => "create_recovery_codes",
    DeleteAccessRule => "delete_access_rule",
    DeleteAccount => "delete_account",
    DeleteClient => "delete_client",
    DeleteGroup => "delete_group",
    DisableAccount => "disable_account",
    EnableAccount => "enable_account",
    EnrolTotp => "enrol_totp",
    EraseAccount => "erase_account",
    ExportAccount => "export_account",
    GiveSecondFactor => "give_second_factor",
    Invite => "invite",
    JoinGroup => "join_group",
    LeaveGroup => "leave_group",
    LinkIdentity => "link_identity",
    OrderAccessRules => "order_access_rules",
    PasskeyCopied => "passkey_copied",
    Reauthenticate => "reauthenticate",
    Register => "register",
    RemovePasskey => "remove_passkey",
    RemoveSecondFactors => "remove_second_factors",
    RemoveTotp => "remove_totp",
    RenamePasskey => "rename_passkey",
    ResetPassword => "reset_password",
    RevokeApiKey => "revoke_api_key",
    RevokeInvitation => "revoke_invitation",
    RevokeOtherSessions => "revoke_other_sessions",
    RevokeSession => "revoke_session",
    RotateApiKey => "rotate_api_key",
    RotateClientSecret => "rotate_client_secret",
    RotateKeys => "rotate_keys",
    SendMail => "send_mail",
    SessionReuse => "session_reuse",
    SignIn => "sign_in",
    SignInToClient => "sign_in_to_client",
    SignInWithProvider => "sign_in_with_provider",
    SignOut => "sign_out",
    TriggerLockout => "auth_lockout_triggered",
    UnlinkIdentity => "unlink_identity",
    UseRecoveryCode => "use_recovery_code",
    VerifyEmail => "verify_email",
    WithdrawClient => "withdraw_client",
}

/// Something to record.
pub(crate) struct Record {
    action: Action,
    succeeded: bool,
    account: Option<AccountId>,
    actor: Option<AccountId>,
    detail: Value,
}

impl Record {
    /// `action` came about.
    pub(crate) fn success(action: Action, account: AccountId) -> Self {
        Self { action, succeeded: true, account: Some(account), actor: None, detail: json!({}) }
    }

    /// `action` was tried in vain; with the account where it is known.
    pub(crate) fn failure(action: Action, account: Option<AccountId>) -> Self {
        Self { action, succeeded: false, account, actor: None, detail: json!({}) }
    }

    /// `action` came about, and concerns no account more than another.
    pub(crate) fn of_installation(action: Action) -> Self {
        Self { action, succeeded: true, account: None, actor: None, detail: json!({}) }
    }

    /// What else there is to say, without secrets.
    pub(crate) fn with(self, detail: Value) -> Self {
        Self { detail, ..self }
    }

    /// `actor` does it. Nothing is noted where that is the account itself.
    pub(crate) fn by(self, actor: AccountId) -> Self {
        Self { actor: Some(actor).filter(|actor| self.account != Some(*actor)), ..self }
    }

    /// Writes it with the transaction of `connection`, so that what happened and the word of it come about together;
    /// and into the log.
    pub(crate) fn write(self, connection: &mut PgConnection, visitor: &Visitor) -> QueryResult<()> {
        let row = NewAuditEvent {
            id: AuditEventId::generate().as_uuid(),
            account_id: self.account.map(AccountId::as_uuid),
            action: self.action.name(),
            succeeded: self.succeeded,
            actor_id: self.actor.map(AccountId::as_uuid),
            address: visitor.address.map(|address| address.to_string()),
            user_agent: &visitor.user_agent,
            trace_id: &visitor.trace_id,
            detail: &self.detail,
        };
        row.insert(connection)?;
        let action = self.action.name();
        let account = self.account.map(tracing::field::display);
        let actor = self.actor.map(tracing::field::display);
        // The address comes first, before anything that a client could choose: `docker/fail2ban` relies on it.
        let address = visitor.address.map(tracing::field::display);
        if self.succeeded {
            tracing::info!(
                "client.address" = address,
                "event.outcome" = "success",
                "account.id" = account,
                "actor.id" = actor,
                "{action}"
            );
        } else {
            tracing::warn!(
                "client.address" = address,
                "event.outcome" = "failure",
                "account.id" = account,
                "actor.id" = actor,
                "{action}"
            );
        }
        Ok(())
    }
}
