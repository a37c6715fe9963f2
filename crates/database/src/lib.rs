#![doc = include_str!("../README.md")]

mod account_context;
mod changes;
mod migration;
pub mod models;
mod pool;
mod roles;
pub mod schema;

pub use account_context::{
    as_account, as_operator, as_reader, commit_without_waiting, present_credential, with_credential,
};
pub use changes::Changes;
pub use migration::{MigrationError, migrate};
pub use pool::{InvalidUrl, Pool, PoolSettings, PooledConnection, connect, with_password};
pub use roles::{READER, ServiceRole, create_roles};

/// Unique constraints whose violation is a client's mistake rather than a fault.
pub mod constraint {
    /// One account per e-mail address.
    pub const ACCOUNT_EMAIL: &str = "accounts_email_key";
    /// One account per person of another provider.
    pub const IDENTITY: &str = "identities_presented_hash_key";
    /// One first registration.
    pub const INSTALLATION: &str = "installation_pkey";
    /// One metric per name and account.
    pub const METRIC_NAME: &str = "metrics_account_id_name_key";
}

/// Whether `error` is the violation of the unique constraint `constraint`.
#[must_use]
pub fn violates(error: &diesel::result::Error, constraint: &str) -> bool {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    matches!(error, DatabaseError(UniqueViolation, info) if info.constraint_name() == Some(constraint))
}
