//! What every parse error of the domain can tell a client.

/// An error that a client may see: [`Display`](std::fmt::Display) says what was wrong and where, and
/// [`code`](Rejection::code) names the case for programs.
pub trait Rejection: std::error::Error {
    /// A stable name in snake case. Clients match on it, so it outlives any rewording of the message.
    fn code(&self) -> &'static str;
}
