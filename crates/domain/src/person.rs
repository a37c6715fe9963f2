//! What an account tells of its person: a name and a language.

use oxilangtag::LanguageTag;

use crate::{Rejection, TextError, text};

/// What people call somebody: 1 to 200 bytes without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName(String);

/// Why a text is no name of a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the name {0}")]
pub struct PersonNameError(#[from] TextError);

impl Rejection for PersonNameError {
    fn code(&self) -> &'static str {
        "name_invalid"
    }
}

impl TryFrom<String> for PersonName {
    type Error = PersonNameError;

    fn try_from(name: String) -> Result<Self, PersonNameError> {
        const MAX_BYTES: usize = 200;
        text::check(&name, MAX_BYTES)?;
        Ok(Self(name))
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

/// The longest language tag that is kept, in bytes. RFC 5646 §4.4.1 has 35 do for every tag without extensions.
const MAX_LOCALE_BYTES: usize = 35;

/// The language that somebody reads: a well-formed tag of BCP 47 (RFC 5646) in canonical case, such as `pt-BR`.
///
/// Whether there is such a language is not asked: the registry grows, and a page that does not know a language falls
/// back to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale(String);

/// A text that is no language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the locale is no language tag of at most {MAX_LOCALE_BYTES} bytes such as `en` or `pt-BR` (BCP 47)")]
pub struct LocaleError;

impl Rejection for LocaleError {
    fn code(&self) -> &'static str {
        "locale_invalid"
    }
}

impl TryFrom<String> for Locale {
    type Error = LocaleError;

    fn try_from(tag: String) -> Result<Self, LocaleError> {
        if tag.len() > MAX_LOCALE_BYTES {
            return Err(LocaleError);
        }
        LanguageTag::parse_and_normalize(&tag).map(|tag| Self(tag.into_inner())).map_err(|_| LocaleError)
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}
