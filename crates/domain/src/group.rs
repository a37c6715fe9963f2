//! Groups of accounts.

use std::{fmt, str::FromStr};

use crate::{Rejection, Role};

/// The longest name, in bytes.
const MAX_BYTES: usize = 63;

/// The name of a group: 1 to 63 lower-case letters, digits and hyphens, a letter first.
///
/// Tools get the role and the groups of an account in one list. So no group is called like a role, and none has a
/// comma.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupName(String);

/// A text that is no name of a group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupNameError {
    /// A character that is not allowed, none at all, or too many.
    #[error("a group's name is 1 to {MAX_BYTES} of a-z, 0-9 and the hyphen, a letter first")]
    Shape,
    /// The word for a role.
    #[error("a group cannot be called like a role")]
    Role,
}

impl Rejection for GroupNameError {
    fn code(&self) -> &'static str {
        "group_name_invalid"
    }
}

impl GroupName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for GroupName {
    type Err = GroupNameError;

    fn from_str(name: &str) -> Result<Self, GroupNameError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let shaped = (1..=MAX_BYTES).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(allowed);
        if !shaped {
            return Err(GroupNameError::Shape);
        }
        if name.parse::<Role>().is_ok() {
            return Err(GroupNameError::Role);
        }
        Ok(Self(name.to_owned()))
    }
}
