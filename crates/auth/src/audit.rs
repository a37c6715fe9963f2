//! The audit log: every event with who, when, from where and with what result.

use diesel::{PgConnection, QueryResult};
use serde_json::{Value, json};
use tallykeep_database::models::NewAuditEvent;
use tallykeep_domain::{AccountId, AuditEventId};
use tallykeep_service::Visitor;

/// What somebody does. The names are part of the contract: operators look for them in the log, too.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    ChangePassword,
    CreateApiKey,
    Invite,
    Reauthenticate,
    Register,
    RevokeApiKey,
    RotateApiKey,
    RevokeOtherSessions,
    RevokeSession,
    SessionReuse,
    RotateKeys,
    SignIn,
    SignOut,
    TriggerLockout,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::ChangePassword => "change_password",
            Self::CreateApiKey => "create_api_key",
            Self::Invite => "invite",
            Self::Reauthenticate => "reauthenticate",
            Self::Register => "register",
            Self::RevokeApiKey => "revoke_api_key",
            Self::RotateApiKey => "rotate_api_key",
            Self::RevokeOtherSessions => "revoke_other_sessions",
            Self::RevokeSession => "revoke_session",
            Self::SessionReuse => "session_reuse",
            Self::RotateKeys => "rotate_keys",
            Self::SignIn => "sign_in",
            Self::SignOut => "sign_out",
            Self::TriggerLockout => "auth_lockout_triggered",
        }
    }
}

/// Something to record.
pub(crate) struct Record {
    action: Action,
    succeeded: bool,
    account: Option<AccountId>,
    detail: Value,
}

impl Record {
    /// `action` came about.
    pub(crate) fn success(action: Action, account: AccountId) -> Self {
        Self { action, succeeded: true, account: Some(account), detail: json!({}) }
    }

    /// `action` was tried in vain; with the account where it is known.
    pub(crate) fn failure(action: Action, account: Option<AccountId>) -> Self {
        Self { action, succeeded: false, account, detail: json!({}) }
    }

    /// `action` came about, and concerns no account more than another.
    pub(crate) fn of_installation(action: Action) -> Self {
        Self { action, succeeded: true, account: None, detail: json!({}) }
    }

    /// What else there is to say, without secrets.
    pub(crate) fn with(self, detail: Value) -> Self {
        Self { detail, ..self }
    }

    /// Writes it with the transaction of `connection`, so that what happened and the word of it come about together;
    /// and into the log.
    pub(crate) fn write(self, connection: &mut PgConnection, visitor: &Visitor) -> QueryResult<()> {
        let row = NewAuditEvent {
            id: AuditEventId::generate().as_uuid(),
            account_id: self.account.map(AccountId::as_uuid),
            action: self.action.name(),
            succeeded: self.succeeded,
            actor_id: None,
            address: visitor.address.map(|address| address.to_string()),
            user_agent: &visitor.user_agent,
            trace_id: &visitor.trace_id,
            detail: &self.detail,
        };
        row.insert(connection)?;
        let action = self.action.name();
        let account = self.account.map(tracing::field::display);
        // The address comes first, before anything that a client could choose: `docker/fail2ban` relies on it.
        let address = visitor.address.map(tracing::field::display);
        if self.succeeded {
            tracing::info!(
                "client.address" = address,
                "event.outcome" = "success",
                "account.id" = account,
                "{action}"
            );
        } else {
            tracing::warn!(
                "client.address" = address,
                "event.outcome" = "failure",
                "account.id" = account,
                "{action}"
            );
        }
        Ok(())
    }
}
