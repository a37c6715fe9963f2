//! Things that were read, by what they were asked for.

use std::{hash::Hash, sync::Arc, time::Duration};

use super::{Freshness, freshness::Moment};

/// So much of what was read last as there is room for.
pub(crate) struct Cache<K, V> {
    entries: quick_cache::sync::Cache<K, Entry<V>>,
    freshness: Arc<Freshness>,
}

#[derive(Clone)]
struct Entry<V> {
    value: V,
    moment: Moment,
    good_for: Duration,
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    pub(super) fn new(room: usize, freshness: &Arc<Freshness>) -> Self {
        Self { entries: quick_cache::sync::Cache::new(room), freshness: Arc::clone(freshness) }
    }

    /// What is remembered for `key`, if it may be used.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let entry = self.entries.get(key)?;
        self.freshness.allows(entry.moment, entry.good_for).then_some(entry.value)
    }

    /// Remembers `value`, which was read after `moment` and is good for `good_for` from then on.
    pub(crate) fn put(&self, key: K, value: V, moment: Moment, good_for: Duration) {
        if self.freshness.hears() {
            self.entries.insert(key, Entry { value, moment, good_for });
        }
    }
}
