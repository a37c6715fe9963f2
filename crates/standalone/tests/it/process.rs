//! The program `tallykeep-standalone`, run on a data folder of a test's own.

use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc::{self, Receiver},
    thread::{self, JoinHandle},
};

use serde_json::Value;
use tallykeep_embedded_postgres::{Cluster, Options};
use tallykeep_test_support::{Client, SignedIn};
use tempfile::TempDir;

/// A folder that the user PostgreSQL runs as can enter, and in it the place for the data. A PostgreSQL that still runs
/// there is ended with it.
pub(crate) struct DataFolder {
    _parent: TempDir,
    path: PathBuf,
}

impl DataFolder {
    pub(crate) fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o755)).unwrap();
        let path = parent.path().join("data");
        Self { _parent: parent, path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The process id of the PostgreSQL that works here.
    pub(crate) fn postmaster(&self) -> Option<u32> {
        let text = fs::read_to_string(self.path.join("postgres/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    /// Kills PostgreSQL and, on Linux, each of its processes, as a power cut would.
    pub(crate) fn kill_postgres(&self) {
        let postmaster = self.postmaster().expect("PostgreSQL runs");
        let processes: Vec<u32> = children(postmaster).into_iter().chain([postmaster]).collect();
        signal("KILL", &processes);
    }

    /// A command that runs the program on this folder, on a free port, with no other setting.
    pub(crate) fn command(&self) -> Command {
        let mut command = program();
        command
            .env("TALLYKEEP__STANDALONE__DATA", &self.path)
            .env("TALLYKEEP__HTTP__LISTEN", "127.0.0.1:0")
            .env("TALLYKEEP__TELEMETRY__FORMAT", "json");
        command
    }

    pub(crate) fn start(&self) -> Process {
        Process::run(self.command())
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // Whoever starts a cluster that runs takes it over, and then may stop it.
        if self.postmaster().is_some() {
            let _ = Cluster::start(&Options::new(&self.path)).and_then(Cluster::stop);
        }
    }
}

/// A process that listens.
pub(crate) struct Process {
    /// Where.
    pub(crate) url: String,
    child: Child,
    lines: Receiver<String>,
    logged: Vec<String>,
    stderr: Option<JoinHandle<String>>,
}

/// A process that has ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// The lines of its standard output.
    pub(crate) logged: Vec<String>,
    pub(crate) stderr: String,
}

impl Process {
    /// Runs `command` and waits until it listens.
    pub(crate) fn run(command: Command) -> Self {
        let mut process = Self::run_until("embedded_postgres_started", command);
        let listening = process.wait_for("service_listening");
        process.url = format!("http://{}", listening["server.address"].as_str().unwrap());
        process
    }

    /// Runs `command` and waits until it logs `event`.
    pub(crate) fn run_until(event: &str, mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let (sender, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut stderr = child.stderr.take().unwrap();
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text).unwrap_or_default()
        });
        let mut process = Self { url: String::new(), child, lines, logged: Vec::new(), stderr: Some(stderr) };
        process.wait_for(event);
        process
    }

    pub(crate) fn stranger(&self) -> Client {
        Client::new(&self.url)
    }

    pub(crate) async fn register(&self, email: &str) -> SignedIn {
        self.stranger().register(email).await
    }

    /// What `event` was logged with when the process started.
    pub(crate) fn logged(&self, event: &str) -> Value {
        self.logged.iter().find_map(|line| as_event(line, event)).expect(event)
    }

    /// Ends it as an operator does, and waits.
    pub(crate) fn terminate(self) -> Ended {
        signal("TERM", &[self.child.id()]);
        self.ended()
    }

    /// Ends it as a crash does, and waits. Its PostgreSQL goes on.
    pub(crate) fn kill_9(self) -> Ended {
        signal("KILL", &[self.child.id()]);
        self.ended()
    }

    fn ended(mut self) -> Ended {
        let status = self.child.wait().unwrap();
        self.logged.extend(self.lines.iter());
        let stderr = self.stderr.take().map(|reader| reader.join().unwrap()).unwrap_or_default();
        Ended { status, logged: std::mem::take(&mut self.logged), stderr }
    }

    /// Waits until it logs `event`, and answers the line.
    pub(crate) fn wait_for(&mut self, event: &str) -> Value {
        while let Ok(line) = self.lines.recv() {
            let found = as_event(&line, event);
            self.logged.push(line);
            if let Some(found) = found {
                return found;
            }
        }
        let stderr = self.stderr.take().map(|reader| reader.join().unwrap());
        panic!("the process ended: {}\n{}", self.logged.join("\n"), stderr.unwrap_or_default());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already unless its test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with none of the settings of whoever runs the tests.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallykeep-standalone"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"TALLYKEEP"))
    {
        command.env_remove(name);
    }
    command
}

/// What a program that refuses to start says.
pub(crate) fn refusal(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(1));
    String::from_utf8(stderr).unwrap()
}

fn as_event(line: &str, event: &str) -> Option<Value> {
    let line: Value = serde_json::from_str(line).ok()?;
    (line["message"] == event).then_some(line)
}

/// Processes that have ended meanwhile are passed over.
fn signal(name: &str, processes: &[u32]) {
    let processes: Vec<_> = processes.iter().map(u32::to_string).collect();
    let script = format!("kill -{name} {} 2>/dev/null", processes.join(" "));
    Command::new("sh").args(["-c", &script]).status().unwrap();
}

/// The processes that `parent` started and that still run. Empty where there is no `/proc`.
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    processes.filter(|process| parent_of(*process) == Some(parent)).collect()
}

/// From `/proc/…/stat` (`proc_pid_stat(5)`): the name in parentheses may hold anything, the parent comes second behind.
fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}
