//! Settings of mail.

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

/// How mail is sent. Without `host` there is no mail, and everything else works.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MailSettings {
    /// The SMTP server, by name or address.
    pub host: Option<String>,
    /// Its port; 465 for `tls`, 587 for `starttls` and 25 for `plain` if not set.
    pub port: Option<u16>,
    /// How the line to it is protected: by `tls` from the first byte, by `starttls`, without which nothing is sent, or
    /// not at all (`plain`), for a relay on the same machine. A password is never sent over a plain line.
    pub security: MailSecurity,
    /// Who signs in there, if anybody has to.
    pub username: Option<String>,
    /// The password of `username`. Secret.
    #[schemars(with = "Option<String>")]
    pub password: Option<SecretString>,
    /// Whom mail is from, such as `Tallykeep <tallykeep@example.org>`. Required with `host`.
    pub from: Option<String>,
    /// The certificates in PEM that the server's has to come from, for a relay with an authority of its own; those of
    /// the system if not set. `…__CA_FILE` names the file.
    pub ca: Option<String>,
    /// Writes mails to standard error instead of sending them, for development: where the public address is this
    /// machine's own, and without `host`.
    pub console: bool,
}

/// How the line to the SMTP server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// TLS after a few words in clear; a server without it gets no mail.
    Starttls,
    /// Not at all.
    Plain,
}
