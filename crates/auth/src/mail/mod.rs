//! Mail: a queue in the database, and a job that sends what is in it.
//!
//! The queue holds who is written to and what about, and no secret: the link of a mail is made when the mail is sent, and
//! made anew when it is tried again.

mod client_name;
mod kind;
mod letter;
mod outbox;
mod sender;
mod settings;
mod transport;

pub(crate) use kind::Kind;
pub(crate) use outbox::{Mail, Outbox};
pub(crate) use sender::send_all;
pub use settings::{MailSecurity, MailSettings};
pub(crate) use transport::Mailer;
