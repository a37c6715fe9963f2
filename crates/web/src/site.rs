//! The files that `npm run build` made, embedded.

use rust_embed::{EmbeddedFile, RustEmbed};

/// The built app. A debug build reads the folder at run time; either way nothing outside of it is reachable.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// A folder of files: the built app, or that of a test.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    get: fn(&str) -> Option<EmbeddedFile>,
}

impl Site {
    /// The built app.
    pub(crate) const APP: Self = Self::of::<Dist>();

    /// The files of `F`.
    pub(crate) const fn of<F: RustEmbed>() -> Self {
        Self { get: F::get }
    }

    /// The file at `path`, which has no leading slash.
    pub(crate) fn file(self, path: &str) -> Option<EmbeddedFile> {
        (self.get)(path)
    }
}
