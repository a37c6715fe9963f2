//! What mails say.

use askama::Template;
use jiff::{Timestamp, tz::TimeZone};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tallykeep_database::models::Account;

use super::Kind;

/// A mail as it is sent: the same words as text and as HTML, with one link at most.
pub(crate) struct Letter {
    /// Its subject, and the heading of its HTML.
    pub(crate) subject: &'static str,
    paragraphs: Vec<String>,
    button: Option<Button>,
    /// What to do for somebody who has nothing to do with it.
    otherwise: &'static str,
    /// Which installation it comes from.
    site: String,
}

/// A link, and the words on it.
struct Button {
    label: &'static str,
    link: SecretString,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
    link: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    letter: &'a Letter,
    button: Option<(&'a str, &'a str)>,
}

impl Letter {
    /// A letter about a link that ends after so many hours.
    pub(crate) fn with_link(
        kind: Kind,
        account: &Account,
        site: &str,
        link: SecretString,
        hours: i64,
    ) -> Self {
        let ends = match hours {
            1 => "The link works once, for an hour.".to_owned(),
            hours => format!("The link works once, for {hours} hours."),
        };
        let (subject, label, what, otherwise) = match kind {
            Kind::ResetPassword => (
                "Set a new password",
                "Set a new password",
                "Somebody, probably you, asked to set a new password for this address.".to_owned(),
                "If it was not you, there is nothing to do: without the link your password stays as it is.",
            ),
            Kind::ChangeEmail => (
                "Confirm your new e-mail address",
                "Use this address",
                format!(
                    "Somebody, probably you, wants to sign in with this address instead of {}.",
                    account.email
                ),
                "If it was not you, there is nothing to do: without the link nothing changes.",
            ),
            _ => (
                "Confirm your e-mail address",
                "Confirm this address",
                "An account was made with this address. Please confirm that it is yours.".to_owned(),
                "If you have no account there, there is nothing to do: somebody mistyped their own address.",
            ),
        };
        let button = Some(Button { label, link });
        Self { subject, paragraphs: vec![what, ends], button, otherwise, site: site.to_owned() }
    }

    /// A letter that tells what happened `at`.
    pub(crate) fn notice(kind: Kind, account: &Account, site: &str, at: Timestamp, detail: &Value) -> Self {
        let when = local_time(at, &account.time_zone);
        let text = |key: &str| detail[key].as_str().unwrap_or("unknown").to_owned();
        let (subject, paragraphs, otherwise) = match kind {
            Kind::PasskeyAdded
            | Kind::PasskeyRemoved
            | Kind::RecoveryCodeUsed
            | Kind::SecondFactorAdded
            | Kind::SecondFactorRemoved => about_factors(kind, &when, &text),
            Kind::EmailChanged => (
                "Your e-mail address was changed",
                vec![
                    format!("Your account was given another e-mail address on {when}."),
                    "This address no longer signs in.".to_owned(),
                ],
                "If it was not you, somebody else has your account: turn to the administrator of this site at once.",
            ),
            Kind::IdentityLinked => (
                "A new way to sign in",
                vec![format!("Since {when} your account can be signed in to with {}.", text("provider"))],
                "If it was not you, sign in, unlink it on the page of your account, and set a new password.",
            ),
            Kind::NewClient => (
                "A new sign-in",
                vec![
                    format!("Somebody signed in to your account on {when}, with {}.", text("client")),
                    format!("The address on the network was {}.", text("address")),
                ],
                "If it was you, there is nothing to do. If it was not, sign in and set a new password, which ends \
                 every session.",
            ),
            _ => (
                "Your password was changed",
                vec![format!("The password of your account was changed on {when}.")],
                "If it was not you, ask for a new password on the page that signs in, and turn to the administrator \
                 of this site.",
            ),
        };
        Self { subject, paragraphs, button: None, otherwise, site: site.to_owned() }
    }

    /// Its text.
    ///
    /// # Errors
    /// Never, in practice: the template is compiled.
    pub(crate) fn text(&self) -> Result<String, askama::Error> {
        let link = self.button.as_ref().map(|button| button.link.expose_secret());
        Text { letter: self, link }.render()
    }

    /// Its HTML.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub(crate) fn html(&self) -> Result<String, askama::Error> {
        let button = self.button.as_ref().map(|button| (button.label, button.link.expose_secret()));
        Html { letter: self, button }.render()
    }
}

/// What is told of second factors: what it is about, what happened, and what to do if somebody else did it.
fn about_factors(
    kind: Kind,
    when: &str,
    text: &impl Fn(&str) -> String,
) -> (&'static str, Vec<String>, &'static str) {
    match kind {
        Kind::RecoveryCodeUsed => (
            "A recovery code was used",
            vec![
                format!("Somebody gave one of the recovery codes of your account on {when}."),
                format!("So many are left: {}.", text("left")),
            ],
            "If it was not you, somebody has your password and your codes: set a new password, make new codes, and \
             turn to the administrator of this site.",
        ),
        Kind::SecondFactorAdded => (
            "A second factor was added",
            vec![format!("Your account was given another second factor, {}, on {when}.", text("factor"))],
            "If it was not you, somebody else has your password: turn to the administrator of this site at once.",
        ),
        Kind::PasskeyAdded => (
            "A passkey was added",
            vec![
                format!("A passkey was added to your account on {when}."),
                "It signs in without the password.".to_owned(),
            ],
            "If it was not you, sign in, remove the passkey and set a new password, which ends every session.",
        ),
        Kind::PasskeyRemoved => (
            "A passkey was removed",
            vec![
                format!("A passkey was removed from your account on {when}."),
                "It no longer signs in.".to_owned(),
            ],
            "If it was not you, sign in and set a new password, which ends every session.",
        ),
        _ => (
            "A second factor was removed",
            vec![format!("Your account no longer has {} since {when}.", text("factor"))],
            "If it was not you, set a new password, and turn to the administrator of this site.",
        ),
    }
}

/// A time as a person in `zone` reads it.
fn local_time(at: Timestamp, zone: &str) -> String {
    // Only a zone that this release does not know any more is none.
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).strftime("%-d %B %Y at %H:%M (%Z)").to_string()
}
