//! The server's log: its end for error messages, and a bound on its size.

use std::{
    convert::Infallible,
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

/// The size, in bytes, past which the log is moved aside.
const MAX_BYTES: u64 = 4 << 20;
const CHECK_EVERY: Duration = Duration::from_secs(60 * 60);
/// Enough for a failed start: the complaint, its detail and its hint, and what led there.
const TAIL_LINES: usize = 12;

/// The last lines of the log.
pub(crate) fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// Keeps the log short, now and from time to time, until the returned handle is dropped.
pub(crate) fn keep_short(log: PathBuf) -> Sender<Infallible> {
    let (handle, dropped) = mpsc::channel();
    rotate_or_warn(&log);
    let watch = move || {
        while matches!(dropped.recv_timeout(CHECK_EVERY), Err(RecvTimeoutError::Timeout)) {
            rotate_or_warn(&log);
        }
    };
    if let Err(error) = thread::Builder::new().name("postgres-log".to_owned()).spawn(watch) {
        tracing::warn!(error = %error, "embedded_postgres_log_unwatched");
    }
    handle
}

fn rotate_or_warn(log: &Path) {
    if let Err(error) = rotate(log, MAX_BYTES) {
        tracing::warn!(error = %error, log = %log.display(), "embedded_postgres_log_rotation_failed");
    }
}

/// Moves what the log holds to `….old` when it is longer than `max` bytes.
///
/// The server keeps the file open, so its content is copied and the file emptied. The server appends, and so goes on
/// from the new end; a line that it writes in between is lost.
fn rotate(log: &Path, max: u64) -> io::Result<()> {
    let metadata = log.symlink_metadata()?;
    // Root must not be led by a symbolic link to empty a file elsewhere.
    if !metadata.is_file() || metadata.len() <= max {
        return Ok(());
    }
    let mut old = log.as_os_str().to_owned();
    old.push(".old");
    // Another user may own the last one, who could not be written to but can be replaced.
    if Path::new(&old).exists() {
        fs::remove_file(&old)?;
    }
    fs::copy(log, &old)?;
    OpenOptions::new().write(true).open(log)?.set_len(0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_long_log_is_moved_aside_while_the_server_goes_on_writing() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("postgres.log");
        let old = folder.path().join("postgres.log.old");
        fs::write(&old, "from last year\n").unwrap();
        let mut server = OpenOptions::new().append(true).create(true).open(&log).unwrap();
        server.write_all(b"before\n").unwrap();
        rotate(&log, 7).unwrap();
        assert_eq!(
            fs::read_to_string(&old).unwrap(),
            "from last year\n",
            "seven bytes are not more than seven"
        );
        rotate(&log, 6).unwrap();
        server.write_all(b"after\n").unwrap();
        assert_eq!(fs::read_to_string(&old).unwrap(), "before\n");
        assert_eq!(fs::read_to_string(&log).unwrap(), "after\n");
    }

    #[test]
    fn the_tail_is_the_end_of_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("postgres.log");
        fs::write(&log, (1..=40).map(|n| format!("line {n}\n")).collect::<String>()).unwrap();
        let tail = tail(&log);
        assert!(tail.starts_with("line 29\n") && tail.ends_with("line 40"), "{tail}");
    }
}
