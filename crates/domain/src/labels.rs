//! Labels: the names and values that tell the series of one metric apart.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};
use sha2::{Digest, Sha256};

use crate::{Rejection, TextError, text};

/// The most labels that a series may have.
pub const MAX_LABELS: usize = 32;
const MAX_NAME_BYTES: usize = 128;
const MAX_VALUE_BYTES: usize = 1024;

/// A label's name, for filters and grouping: 1 to 128 bytes, no control character, not beginning with `__`
/// (reserved, as in Prometheus).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct LabelName(String);

/// Why a set of labels was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelsError {
    /// More than [`MAX_LABELS`].
    #[error("{0} labels; the most is {MAX_LABELS}")]
    TooMany(usize),
    /// A label's name.
    #[error("the label name {name:?} {error}")]
    Name {
        /// The name, cut short.
        name: String,
        /// What is wrong with it.
        error: TextError,
    },
    /// A name that is kept for the system.
    #[error("the label name {0:?} begins with __, which is reserved")]
    Reserved(String),
    /// A label's value.
    #[error("the value of the label {name:?} {error}")]
    Value {
        /// The label's name.
        name: String,
        /// What is wrong with its value.
        error: TextError,
    },
    /// One name twice.
    #[error("the label {0:?} is given twice")]
    Duplicate(String),
    /// A filter without `=`.
    #[error("{0:?} is no label; expected name=value")]
    Shape(String),
}

impl Rejection for LabelsError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooMany(_) => "labels_too_many",
            Self::Duplicate(_) => "label_duplicate",
            Self::Name { .. } | Self::Reserved(_) | Self::Value { .. } | Self::Shape(_) => "label_invalid",
        }
    }
}

impl LabelName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LabelName {
    type Error = LabelsError;

    fn try_from(name: String) -> Result<Self, LabelsError> {
        text::check(&name, MAX_NAME_BYTES)
            .map_err(|error| LabelsError::Name { name: shortened(&name), error })?;
        if name.starts_with("__") {
            return Err(LabelsError::Reserved(name));
        }
        Ok(Self(name))
    }
}

/// The labels of one series in canonical form: sorted by name, each name once, no value empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(Vec<(LabelName, String)>);

/// A SHA-256 over the canonical form. Stands for the labels in unique keys, where the labels themselves could
/// exceed what an index row of PostgreSQL holds (2,704 bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Labels {
    /// Makes the canonical form of `pairs`.
    ///
    /// # Errors
    /// When there are too many, one is given twice, or a name or value is out of bounds.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, LabelsError> {
        let mut labels = Vec::new();
        for (name, value) in pairs {
            let name = LabelName::try_from(name)?;
            text::check(&value, MAX_VALUE_BYTES)
                .map_err(|error| LabelsError::Value { name: name.0.clone(), error })?;
            labels.push((name, value));
        }
        if labels.len() > MAX_LABELS {
            return Err(LabelsError::TooMany(labels.len()));
        }
        labels.sort();
        if let Some(pair) = labels.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(LabelsError::Duplicate(pair[0].0.0.clone()));
        }
        Ok(Self(labels))
    }

    /// Parses filters of the form `name=value`; the value may hold further equals signs.
    ///
    /// # Errors
    /// As [`Labels::new`], and when a filter has no `=`.
    pub fn parse_all(filters: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, LabelsError> {
        let pairs = filters.into_iter().map(|filter| {
            let filter = filter.as_ref();
            filter
                .split_once('=')
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .ok_or_else(|| LabelsError::Shape(shortened(filter)))
        });
        Self::new(pairs.collect::<Result<Vec<_>, _>>()?)
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of the label `name`.
    #[must_use]
    pub fn get(&self, name: &LabelName) -> Option<&str> {
        let at = self.0.binary_search_by(|(other, _)| other.cmp(name)).ok()?;
        Some(&self.0[at].1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The labels whose names are in `names`: what a query that groups by them tells its series apart by.
    #[must_use]
    pub fn only(&self, names: &[LabelName]) -> Self {
        Self(self.0.iter().filter(|(name, _)| names.contains(name)).cloned().collect())
    }

    /// See [`Fingerprint`]. Lengths are part of what is hashed, so no two sets of labels run together.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        for part in self.iter().flat_map(|(name, value)| [name, value]) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Fingerprint(hash.finalize().into())
    }
}

impl Serialize for Labels {
    /// As a JSON object.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl fmt::Display for Labels {
    /// As Prometheus prints them: `{core="1",host="a"}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (n, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name}={value:?}", if n == 0 { "" } else { "," })?;
        }
        f.write_str("}")
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
