//! From what a client calls a series to its number, without the database.

use quick_cache::{Weighter, sync::Cache};
use tallykeep_domain::{AccountId, MetricPrefix, SeriesId};

/// Numbers of series by account and by the bytes that name them on the wire. The same series may be there under
/// several spellings; each costs an entry and saves its parsing.
pub(crate) struct SeriesCache {
    numbers: Cache<Box<[u8]>, SeriesId, ByLength>,
}

/// An entry weighs what it takes. Names are of any length, and whoever sends chooses it.
#[derive(Debug, Clone, Copy)]
struct ByLength;

/// Key, number and the cache's own bookkeeping, besides the bytes of the key.
const ENTRY_BYTES: u64 = 64;

impl Weighter<Box<[u8]>, SeriesId> for ByLength {
    fn weight(&self, key: &Box<[u8]>, _: &SeriesId) -> u64 {
        key.len() as u64 + ENTRY_BYTES
    }
}

/// Writes keys of one account into one buffer, so that a look-up allocates nothing.
///
/// What a credential for some metrics only may write to is found among keys of its own: there a name stands that was
/// checked against that prefix, so that a hit needs no look at the name.
pub(crate) struct CacheKey {
    bytes: Vec<u8>,
    head: usize,
}

/// The two ways of naming a series. The tag keeps them apart.
const LINE: u8 = 0;
const LABELS: u8 = 1;

impl CacheKey {
    pub(crate) fn new(account: AccountId, within: &MetricPrefix) -> Self {
        let mut bytes = account.as_uuid().as_bytes().to_vec();
        bytes.extend_from_slice(within.as_str().as_bytes());
        bytes.push(b'\n');
        Self { head: bytes.len(), bytes }
    }

    /// A field of a line: series and key as received. Neither holds a line break, which therefore parts them.
    pub(crate) fn of_field(&mut self, series: &[u8], field: &[u8]) -> &[u8] {
        self.set(LINE, series, field)
    }

    /// A metric's name and the fingerprint of labels, whose length is fixed.
    pub(crate) fn of_labels(&mut self, metric: &[u8], fingerprint: &[u8]) -> &[u8] {
        self.set(LABELS, metric, fingerprint)
    }

    fn set(&mut self, tag: u8, one: &[u8], other: &[u8]) -> &[u8] {
        self.bytes.truncate(self.head);
        self.bytes.push(tag);
        self.bytes.extend_from_slice(one);
        self.bytes.push(b'\n');
        self.bytes.extend_from_slice(other);
        &self.bytes
    }
}

impl SeriesCache {
    pub(crate) fn new(bytes: usize) -> Self {
        /// What a key of a device takes, give or take.
        const USUAL_BYTES: usize = 128;
        Self { numbers: Cache::with_weighter(bytes / USUAL_BYTES, bytes as u64, ByLength) }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<SeriesId> {
        self.numbers.get(key)
    }

    pub(crate) fn insert(&self, key: Box<[u8]>, number: SeriesId) {
        self.numbers.insert(key, number);
    }
}
