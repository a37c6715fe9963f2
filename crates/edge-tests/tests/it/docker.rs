//! Docker and Compose, by their commands.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tokio::time;

/// What a command said, and whether it was content.
pub(crate) struct Outcome {
    pub(crate) succeeded: bool,
    pub(crate) stdout: String,
    /// Standard output and standard error, for people.
    pub(crate) said: String,
}

impl Outcome {
    /// The standard output of a command that has to succeed.
    #[track_caller]
    pub(crate) fn expect(self) -> String {
        assert!(self.succeeded, "{}", self.said);
        self.stdout
    }
}

/// Runs `command` from the root of the repository, to its end.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let output = command.current_dir(root()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = format!("{command:?}\n{stdout}{}", String::from_utf8_lossy(&output.stderr));
    Outcome { succeeded: output.status.success(), stdout, said }
}

/// `docker` with `arguments`, which has to succeed.
#[track_caller]
pub(crate) fn docker(arguments: &[&str]) -> String {
    run(Command::new("docker").args(arguments)).expect()
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

/// Waits until `happened` says so. What is waited for is what containers do, who tell nobody when they are done.
///
/// # Panics
/// When it takes longer than a minute.
pub(crate) async fn until(what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let mut again = time::interval(Duration::from_millis(100));
    let waiting = async {
        while !happened().await {
            again.tick().await;
        }
    };
    assert!(time::timeout(Duration::from_secs(60), waiting).await.is_ok(), "waited in vain: {what}");
}
