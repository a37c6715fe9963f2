//! Typed identifiers. All are UUIDs of version 7 (RFC 9562): sortable by creation, so a key that leads with one
//! appends to its index.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Rejection;

/// A text that is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no {kind} identifier; expected a UUID")]
pub struct IdError {
    kind: &'static str,
    found: String,
}

impl Rejection for IdError {
    fn code(&self) -> &'static str {
        "id_invalid"
    }
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier, later in order than every one made before it by this process.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The UUID, for the database.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| IdError { kind: $kind, found: text.chars().take(64).collect() })
            }
        }
    };
}

identifier!(/// Names an account: a person, the owner of data.
    AccountId, "account");
identifier!(/// Names a session: a signed-in browser.
    SessionId, "session");
identifier!(/// Names an API key: a machine's credential.
    ApiKeyId, "API key");
identifier!(/// Names a rule about who may use which tool.
    AccessRuleId, "access rule");
identifier!(/// Names an invitation to register.
    InvitationId, "invitation");
identifier!(/// Names who somebody is at another provider.
    IdentityId, "identity");
identifier!(/// Names something that happened to an account.
    AuditEventId, "audit event");
identifier!(/// Names a sign-in at an application.
    AuthorizationId, "authorization");
identifier!(/// Names an application that lets people sign in here.
    ClientId, "client");
identifier!(/// Names a mail to send.
    MailId, "mail");
identifier!(/// Names a passkey: a key of a device or a security token.
    PasskeyId, "passkey");
identifier!(/// Names a metric's definition.
    MetricId, "metric");

/// Numbers a series within the database. A number rather than a UUID, because every sample on disk carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeriesId(pub i64);
