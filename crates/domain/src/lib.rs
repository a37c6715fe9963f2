#![doc = include_str!("../README.md")]

mod access;
mod api_key;
mod bounds;
mod email;
mod entry;
mod group;
mod id;
mod labels;
mod metric;
mod metric_prefix;
mod passkey;
mod person;
mod quantile;
mod rejection;
mod retention;
mod role;
mod sample;
mod scope;
mod shares;
mod step;
mod text;
mod time;
mod words;

pub use access::Audience;
pub use api_key::{ApiKeySecret, ApiKeySecretError};
pub use bounds::{Bounds, BoundsError};
pub use email::{EmailAddress, EmailAddressError};
pub use entry::{EntryDate, EntryDateError, EntryError, MAX_ENTRY_VALUES, MAX_NOTE_CHARS, Note};
pub use group::{GroupName, GroupNameError};
pub use id::{
    AccessRuleId, AccountId, ApiKeyId, AuditEventId, AuthorizationId, ClientId, IdError, IdentityId,
    InvitationId, MailId, MetricId, PasskeyId, SeriesId, SessionId,
};
pub use labels::{Fingerprint, LabelName, Labels, LabelsError, MAX_LABELS};
pub use metric::{
    Aggregation, MetricKind, MetricName, MetricNameError, MetricTitle, MetricTitleError, Unit, UnitError,
    UnsuitableAggregation,
};
pub use metric_prefix::{MetricPrefix, MetricPrefixError};
pub use passkey::{PasskeyName, PasskeyNameError};
pub use person::{Locale, LocaleError, PersonName, PersonNameError};
pub use quantile::{Quantile, QuantileError};
pub use rejection::Rejection;
pub use retention::{Retention, RetentionError};
pub use role::Role;
pub use sample::{Sample, SampleError};
pub use scope::{Scope, Scopes, UnknownScope};
pub use shares::{NoRoom, Shares};
pub use step::{Step, StepError, TooManySteps};
pub use text::TextError;
pub use time::{Instant, InstantError, TimeRange, TimeRangeError, UnknownTimeZone, parse_time_zone};
pub use words::UnknownWord;
