//! Passkeys: adding and removing them, and what they are good for.
//!
//! Each use is two requests: one that answers what the browser is to ask its device for, and one that brings what the
//! device said.

pub(crate) mod begin_reauthentication;
pub(crate) mod begin_registration;
pub(crate) mod begin_second_factor;
pub(crate) mod begin_sign_in;
pub(crate) mod list;
pub(crate) mod reauthenticate;
pub(crate) mod register;
pub(crate) mod remove;
pub(crate) mod rename;
pub(crate) mod second_factor;
pub(crate) mod sign_in;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tallykeep_database::models::Passkey;
use tallykeep_domain::PasskeyId;
use tallykeep_service::Problem;
use utoipa::ToSchema;

use crate::passkey::{Assertion, SignedCredential};

/// A passkey, without its key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PasskeyResponse {
    /// Its identifier.
    #[schema(value_type = String, format = Uuid)]
    id: PasskeyId,
    /// What its owner calls it.
    #[schema(example = "Phone")]
    name: String,
    /// Whether it is on several devices, or kept by a service that brings it to others.
    backed_up: bool,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last proved who its owner is.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl From<Passkey> for PasskeyResponse {
    fn from(passkey: Passkey) -> Self {
        let Passkey { id, name, backed_up, created_at, last_used_at, .. } = passkey;
        Self { id, name, backed_up, created_at, last_used_at }
    }
}

/// What a device has signed with a passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssertionRequest {
    #[schema(value_type = SignedCredential)]
    credential: Assertion,
}

/// 404: the account has no such passkey.
fn not_found(id: PasskeyId) -> Problem {
    Problem::not_found("passkey_not_found", format!("there is no passkey {id}"))
}
