//! Rows and the queries over them: connection first, one query each.

mod account;
mod api_key;
mod audit_event;
mod entry;
mod erased_account;
mod erasure;
mod group;
mod installation;
mod invitation;
mod lockout;
mod metric;
mod one_time_token;
mod outbox;
mod rate_limit;
mod sealed;
mod series;
mod session;
mod signing_key;

pub use account::{Account, AccountChanges, AccountPage, NewAccount};
pub use api_key::{ApiKey, NewApiKey};
pub use audit_event::{AuditEvent, AuditEventPage, NewAuditEvent};
pub use entry::{Entry, EntryValue};
pub use erased_account::ErasedAccount;
pub use erasure::Erasure;
pub use group::Group;
pub use installation::Installation;
pub use invitation::{Invitation, NewInvitation};
pub use lockout::{Lockout, LockoutRules};
pub use metric::{Metric, MetricChanges, NewMetric};
pub use one_time_token::{NewOneTimeToken, OneTimeToken};
pub use outbox::{NewOutboxMail, OutboxMail, Wish};
pub use rate_limit::{RateLimit, RateLimitRules};
pub use sealed::SealedText;
pub use series::{NewSeries, Series, SeriesPage};
pub use session::{NewSession, Rotation, Session};
pub use signing_key::{NewSigningKey, SigningKey};
