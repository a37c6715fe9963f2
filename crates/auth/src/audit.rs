//! The audit log: every event with who, when, from where and with what result.

use diesel::{PgConnection, QueryResult};
use serde_json::{Value, json};
use tallykeep_database::models::NewAuditEvent;
use tallykeep_domain::{AccountId, AuditEventId};
use tallykeep_service::Visitor;

/// What somebody does. The names are part of the contract: operators look for them in the log, too.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    AddPasskey,
    AllowClient,
    AskForEmailChange,
    AskForEmailVerification,
    AskForPasswordReset,
    AuthenticateClient,
    ChangeAccessRule,
    ChangeAccount,
    ChangeClient,
    ChangeEmail,
    ChangeGroup,
    ChangePassword,
    ChangeRole,
    ClientCodeReuse,
    ClientTokenReuse,
    CreateAccessRule,
    CreateAccount,
    CreateApiKey,
    CreateClient,
    CreateGroup,
    CreatePasswordResetLink,
    CreateRecoveryCodes,
    DeleteAccessRule,
    DeleteAccount,
    DeleteClient,
    DeleteGroup,
    DisableAccount,
    EnableAccount,
    EnrolTotp,
    EraseAccount,
    ExportAccount,
    GiveSecondFactor,
    Invite,
    JoinGroup,
    LeaveGroup,
    LinkIdentity,
    OrderAccessRules,
    PasskeyCopied,
    Reauthenticate,
    Register,
    RemovePasskey,
    RemoveSecondFactors,
    RemoveTotp,
    RenamePasskey,
    ResetPassword,
    RevokeApiKey,
    RevokeInvitation,
    RevokeOtherSessions,
    RevokeSession,
    RotateApiKey,
    RotateClientSecret,
    RotateKeys,
    SendMail,
    SessionReuse,
    SignIn,
    SignInToClient,
    SignInWithProvider,
    SignOut,
    TriggerLockout,
    UnlinkIdentity,
    UseRecoveryCode,
    VerifyEmail,
    WithdrawClient,
}

impl Action {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AddPasskey => "add_passkey",
            Self::AllowClient => "allow_client",
            Self::AskForEmailChange => "ask_for_email_change",
            Self::AskForEmailVerification => "ask_for_email_verification",
            Self::AskForPasswordReset => "ask_for_password_reset",
            Self::AuthenticateClient => "authenticate_client",
            Self::ChangeAccessRule => "change_access_rule",
            Self::ChangeAccount => "change_account",
            Self::ChangeClient => "change_client",
            Self::ChangeEmail => "change_email",
            Self::ChangeGroup => "change_group",
            Self::ChangePassword => "change_password",
            Self::ChangeRole => "change_role",
            Self::ClientCodeReuse => "client_code_reuse",
            Self::ClientTokenReuse => "client_token_reuse",
            Self::CreateAccessRule => "create_access_rule",
            Self::CreateAccount => "create_account",
            Self::CreateApiKey => "create_api_key",
            Self::CreateClient => "create_client",
            Self::CreateGroup => "create_group",
            Self::CreatePasswordResetLink => "create_password_reset_link",
            Self::CreateRecoveryCodes => "create_recovery_codes",
            Self::DeleteAccessRule => "delete_access_rule",
            Self::DeleteAccount => "delete_account",
            Self::DeleteClient => "delete_client",
            Self::DeleteGroup => "delete_group",
            Self::DisableAccount => "disable_account",
            Self::EnableAccount => "enable_account",
            Self::EnrolTotp => "enrol_totp",
            Self::EraseAccount => "erase_account",
            Self::ExportAccount => "export_account",
            Self::GiveSecondFactor => "give_second_factor",
            Self::Invite => "invite",
            Self::JoinGroup => "join_group",
            Self::LeaveGroup => "leave_group",
            Self::LinkIdentity => "link_identity",
            Self::OrderAccessRules => "order_access_rules",
            Self::PasskeyCopied => "passkey_copied",
            Self::Reauthenticate => "reauthenticate",
            Self::Register => "register",
            Self::RemovePasskey => "remove_passkey",
            Self::RemoveSecondFactors => "remove_second_factors",
            Self::RemoveTotp => "remove_totp",
            Self::RenamePasskey => "rename_passkey",
            Self::ResetPassword => "reset_password",
            Self::RevokeApiKey => "revoke_api_key",
            Self::RevokeInvitation => "revoke_invitation",
            Self::RevokeOtherSessions => "revoke_other_sessions",
            Self::RevokeSession => "revoke_session",
            Self::RotateApiKey => "rotate_api_key",
            Self::RotateClientSecret => "rotate_client_secret",
            Self::RotateKeys => "rotate_keys",
            Self::SendMail => "send_mail",
            Self::SessionReuse => "session_reuse",
            Self::SignIn => "sign_in",
            Self::SignInToClient => "sign_in_to_client",
            Self::SignInWithProvider => "sign_in_with_provider",
            Self::SignOut => "sign_out",
            Self::TriggerLockout => "auth_lockout_triggered",
            Self::UnlinkIdentity => "unlink_identity",
            Self::UseRecoveryCode => "use_recovery_code",
            Self::VerifyEmail => "verify_email",
            Self::WithdrawClient => "withdraw_client",
        }
    }
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
