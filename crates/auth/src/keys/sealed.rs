//! Secrets at rest: `v1.<key id>.<nonce>.<ciphertext>`, the last two in base64url, by AES-256-GCM.

use anyhow::anyhow;
use aws_lc_rs::aead::{Aad, Nonce};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::SecretSlice;

use super::KeyRing;

const VERSION: &str = "v1";

/// Where a sealed text stands. It opens there and nowhere else, so that who can write to the database cannot give one
/// account's secret to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// With its schema.
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    /// The row's primary key.
    pub(crate) row: &'a str,
}

/// Why a sealed text cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    /// It was never sealed.
    #[error("it is no sealed text")]
    Malformed,
    /// Its master secret is not at hand.
    #[error(
        "it is sealed under the master secret {0}, which is neither auth.secret nor among auth.previous_secrets"
    )]
    UnknownKey(String),
    /// Its bytes or its place are others than those that were sealed.
    #[error("it is damaged, or was sealed for another place")]
    Rejected,
}

impl KeyRing {
    /// Seals `plaintext` for `place` under the active master secret.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(crate) fn seal(&self, place: Place<'_>, plaintext: &[u8]) -> anyhow::Result<String> {
        let mut bytes = plaintext.to_vec();
        let nonce = self
            .active()
            .sealing
            .seal_in_place_append_tag(place.associated_data(), &mut bytes)
            .map_err(|_| anyhow!("nothing can be sealed"))?;
        let (nonce, bytes) =
            (BASE64_URL_SAFE_NO_PAD.encode(nonce.as_ref()), BASE64_URL_SAFE_NO_PAD.encode(bytes));
        Ok(format!("{VERSION}.{}.{nonce}.{bytes}", self.active().id()))
    }

    /// What was sealed for `place`, under whichever master secret of the ring.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub(crate) fn open(&self, place: Place<'_>, sealed: &str) -> Result<SecretSlice<u8>, OpenError> {
        let decode = |text| BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| OpenError::Malformed);
        let [id, nonce, bytes] = parts(sealed)?;
        let nonce = Nonce::try_assume_unique_for_key(&decode(nonce)?).map_err(|_| OpenError::Malformed)?;
        let mut bytes = decode(bytes)?;
        let key = self.find(id).ok_or_else(|| OpenError::UnknownKey(id.to_owned()))?;
        let plaintext = key
            .sealing
            .open_in_place(nonce, place.associated_data(), &mut bytes)
            .map_err(|_| OpenError::Rejected)?
            .len();
        bytes.truncate(plaintext);
        Ok(bytes.into())
    }

    /// Whether `sealed` is under the active master secret already.
    pub(super) fn is_active(&self, sealed: &str) -> bool {
        parts(sealed).is_ok_and(|[id, ..]| id == self.active().id())
    }
}

impl Place<'_> {
    /// Neither a table's name nor a column's holds a colon, so no two places have the same.
    fn associated_data(&self) -> Aad<Vec<u8>> {
        Aad::from(format!("{}:{}:{}", self.table, self.column, self.row).into_bytes())
    }
}

/// Key id, nonce and ciphertext.
fn parts(sealed: &str) -> Result<[&str; 3], OpenError> {
    let parts: Vec<&str> = sealed.split('.').collect();
    match parts[..] {
        [VERSION, id, nonce, bytes] => Ok([id, nonce, bytes]),
        _ => Err(OpenError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    const HERE: Place<'_> = Place { table: "auth.things", column: "secret", row: "1" };

    fn ring(active: &str, previous: &[&str]) -> KeyRing {
        let previous: Vec<_> = previous.iter().map(|secret| (*secret).into()).collect();
        KeyRing::derive(&active.into(), &previous).unwrap()
    }

    fn refusal(ring: &KeyRing, place: Place<'_>, sealed: &str) -> OpenError {
        ring.open(place, sealed).map(|_| ()).unwrap_err()
    }

    #[test]
    fn a_ciphertext_moved_to_another_row_column_or_table_fails() {
        let ring = ring("one", &[]);
        let sealed = ring.seal(HERE, b"hunter2").unwrap();
        for elsewhere in [
            Place { row: "2", ..HERE },
            Place { row: "", ..HERE },
            Place { column: "other", ..HERE },
            Place { table: "auth.others", ..HERE },
        ] {
            assert_eq!(refusal(&ring, elsewhere, &sealed), OpenError::Rejected, "{elsewhere:?}");
        }
        assert_eq!(ring.open(HERE, &sealed).unwrap().expose_secret(), b"hunter2");
    }

    #[test]
    fn what_an_earlier_secret_sealed_opens_while_that_one_is_kept() {
        let sealed = ring("one", &[]).seal(HERE, b"hunter2").unwrap();
        let both = ring("two", &["zero", "one"]);
        assert_eq!(both.open(HERE, &sealed).unwrap().expose_secret(), b"hunter2");
        assert!(!both.is_active(&sealed) && both.is_active(&both.seal(HERE, b"").unwrap()));
        let one = ring("one", &[]).active().id();
        assert_eq!(refusal(&ring("two", &["zero"]), HERE, &sealed), OpenError::UnknownKey(one));
    }

    #[test]
    fn the_same_secret_is_never_sealed_alike() {
        let ring = ring("one", &[]);
        assert_ne!(ring.seal(HERE, b"hunter2").unwrap(), ring.seal(HERE, b"hunter2").unwrap());
    }

    #[test]
    fn what_is_no_sealed_text_is_called_so() {
        let ring = ring("one", &[]);
        let id = ring.active().id();
        let short_nonce = format!("v1.{id}.AAAA.AAAAAAAAAAAAAAAAAAAAAA");
        for text in ["", "hunter2", "v1...", "v2.a.AAAAAAAAAAAAAAAA.AAAA", "v1.a.b.c.d", &short_nonce] {
            assert_eq!(refusal(&ring, HERE, text), OpenError::Malformed, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sealed_opens_again(plaintext: Vec<u8>, row: String) {
            let (ring, place) = (ring("one", &[]), Place { row: &row, ..HERE });
            let sealed = ring.seal(place, &plaintext).unwrap();
            let opened = ring.open(place, &sealed).unwrap();
            prop_assert_eq!(opened.expose_secret(), &plaintext[..]);
        }

        #[test]
        fn a_damaged_text_never_opens(plaintext: Vec<u8>, at: prop::sample::Index, byte in 0x20_u8..0x7f) {
            let ring = ring("one", &[]);
            let sealed = ring.seal(HERE, &plaintext).unwrap();
            let mut damaged = sealed.clone().into_bytes();
            let at = at.index(damaged.len());
            prop_assume!(damaged[at] != byte);
            damaged[at] = byte;
            prop_assert!(ring.open(HERE, std::str::from_utf8(&damaged).unwrap()).is_err());
        }
    }
}
