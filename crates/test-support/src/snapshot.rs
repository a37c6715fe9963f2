//! Committed files that are generated.

use std::{env, fs, path::Path};

/// Compares `text` with the committed file `path` (from the workspace's root), or writes the file when
/// `UPDATE_SNAPSHOTS` is set.
///
/// # Panics
/// When they differ.
pub fn assert_snapshot(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let text = format!("{}\n", text.trim_end());
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&file, text).expect("the file can be written");
        return;
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text, "{path} is stale: run `scripts/test update` and look at what changed");
}
