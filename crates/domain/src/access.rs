//! Who may use a tool.

use crate::words::words;

words! {
    /// Who may use what a rule is about.
    Audience ("audience") {
        /// Everybody, signed in or not.
        Everybody = "everybody",
        /// Whoever is signed in.
        SignedIn = "signed_in",
        /// Whoever is in one of the groups, or has one of the roles, that the rule names.
        Groups = "groups",
        /// Nobody.
        Nobody = "nobody",
    }
}
