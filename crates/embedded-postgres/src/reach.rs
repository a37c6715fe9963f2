//! Reaching a server that another process holds.

use std::path::Path;

use secrecy::SecretString;

use crate::{
    Error,
    cluster::url,
    folder::{DATA, password_in},
    postmaster::Postmaster,
};

/// `postgres://…` for the superuser and the named database of the server that runs on `folder`, whoever started it;
/// nothing when none accepts connections there. It may stop at any moment.
///
/// # Errors
/// When the folder cannot be read.
pub fn reach(folder: &Path, database: &str) -> Result<Option<SecretString>, Error> {
    let folder = folder.canonicalize().map_err(Error::file("open", folder))?;
    let data = folder.join(DATA);
    let server = Postmaster::read(&data)?.filter(|server| server.ready && server.works_on(&data));
    server.map(|server| Ok(url(&password_in(&folder)?, server.port, database))).transpose()
}
