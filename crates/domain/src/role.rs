//! What an account is in its installation.

use crate::words::words;

words! {
    /// What an account is in its installation.
    Role ("role") {
        /// Runs it: invites others, and decides over their accounts.
        Administrator = "administrator",
        /// Uses it.
        Member = "member",
    }
}
