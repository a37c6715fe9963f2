//! Who may register.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who may register once there is an administrator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    /// Everybody.
    Open,
    /// Who holds an invitation.
    #[default]
    Invite,
    /// Nobody.
    Closed,
}
