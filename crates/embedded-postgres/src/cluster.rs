//! A running PostgreSQL server with its data.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    sync::mpsc::Sender,
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Error, Options,
    account::Account,
    binaries,
    folder::{DATA, Folder, LOG, NEW_DATA, PASSWORD},
    log, postmaster,
    postmaster::Postmaster,
    programs::{Programs, said},
};

/// The role that owns a new cluster and may do everything in it.
pub const SUPERUSER: &str = "tallykeep_admin";

/// How often a start is tried: the free port may be taken meanwhile, and the processes of a server that was killed take
/// a moment to notice.
const START_ATTEMPTS: u32 = 5;
/// Long, because recovery after a crash on a slow disk is: `pg_ctl` returns earlier when the server is ready or gone.
const START_SECONDS: &str = "300";
const STOP_SECONDS: &str = "60";

/// A running server. Stops when dropped, and holds its folder against other processes until then.
#[derive(Debug)]
pub struct Cluster {
    folder: Folder,
    programs: Programs,
    password: SecretString,
    port: u16,
    ephemeral: bool,
    stopped: bool,
    /// Ends the thread that bounds the log.
    _log_keeper: Sender<Infallible>,
}

impl Cluster {
    /// Starts the server of the folder and waits until it accepts connections; makes the cluster if there is none, and
    /// takes over a server that a killed process left running, with the settings which that one was started with.
    ///
    /// Blocks: some seconds for a new cluster, a fraction of one for a cluster that exists, longer after a crash.
    ///
    /// # Errors
    ///
    /// See [`Error`]. Data that is already there is never changed by a start that fails.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let began = Instant::now();
        let folder = Folder::open(&options.folder)?;
        let owner = folder.owner()?;
        let account = Account::choose(options.run_as.as_deref(), owner)?;
        let setting = options.binaries.as_deref();
        let binaries = match owner {
            Some(owner) => {
                folder.check_owner(owner, &account)?;
                binaries::for_data(setting, &folder.data(), &folder.major()?)?
            }
            None => binaries::for_new_cluster(setting)?,
        };
        let programs = Programs { binaries, account, folder: folder.path().to_owned() };
        programs.check()?;
        if owner.is_none() {
            initialise(&folder, &programs, options.ephemeral)?;
        }
        folder.prepare_log(&programs.account)?;
        let log_keeper = log::keep_short(folder.log());
        let password = folder.password()?;
        let port = adopt_or_launch(&folder, &programs, options)?;
        log_start(&folder, &programs, port, began.elapsed());
        let ephemeral = options.ephemeral;
        Ok(Self { folder, programs, password, port, ephemeral, stopped: false, _log_keeper: log_keeper })
    }

    /// `postgres://…` for the superuser and the named database, which need not exist yet; `postgres` always does.
    pub fn connection_url(&self, database: &str) -> SecretString {
        url(&self.password, self.port, database)
    }

    /// The port on 127.0.0.1. Another one after the next start.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder with PostgreSQL's programs in the version of this cluster, for `pg_dump` and its like.
    pub fn binaries(&self) -> &Path {
        &self.programs.binaries
    }

    /// The server's log file.
    pub fn log(&self) -> PathBuf {
        self.folder.log()
    }

    /// Ends all connections, stops the server and waits for it.
    ///
    /// # Errors
    ///
    /// [`Error::Stop`] if the server is still there after a minute.
    pub fn stop(mut self) -> Result<(), Error> {
        self.stopped = true;
        self.stop_server()
    }

    fn stop_server(&self) -> Result<(), Error> {
        stop(&self.folder, &self.programs, if self.ephemeral { "immediate" } else { "fast" })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.stopped {
            return;
        }
        if let Err(error) = self.stop_server() {
            tracing::warn!(error = %error, "embedded_postgres_stop_failed");
        }
    }
}

/// Makes the data under a name of its own first, so that a start that was cut short leaves nothing to trip over.
fn initialise(folder: &Folder, programs: &Programs, ephemeral: bool) -> Result<(), Error> {
    // Not every C library has C.UTF-8, with which upper and lower case are known beyond ASCII.
    let mut failure = String::new();
    for locale in ["C.UTF-8", "C"] {
        folder.prepare_data(&programs.account)?;
        let output = programs.run("initdb", initdb_arguments(locale, ephemeral))?;
        if output.status.success() {
            return folder.adopt_data();
        }
        failure = said(&output);
    }
    Err(Error::Initialise(failure))
}

fn initdb_arguments(locale: &str, ephemeral: bool) -> Vec<String> {
    let mut arguments = vec![
        format!("--pgdata={NEW_DATA}"),
        format!("--username={SUPERUSER}"),
        format!("--pwfile={PASSWORD}"),
        "--auth=scram-sha-256".to_owned(),
        "--encoding=UTF8".to_owned(),
        format!("--locale={locale}"),
        // Sorting by code point is the same in both, and this one compares bytes.
        "--lc-collate=C".to_owned(),
    ];
    if ephemeral {
        arguments.push("--no-sync".to_owned());
    }
    arguments
}

/// The port of the server that is running afterwards.
fn adopt_or_launch(folder: &Folder, programs: &Programs, options: &Options) -> Result<u16, Error> {
    match running(folder, programs)? {
        Some(server) if server.ready => {
            tracing::info!(port = server.port, "embedded_postgres_adopted");
            return Ok(server.port);
        }
        // Left half-way up or down; pg_ctl can wait for a stop, not for somebody else's start.
        Some(_) => stop(folder, programs, "fast")?,
        None => postmaster::remove_stale(&folder.data())?,
    }
    launch(folder, programs, options)
}

/// The server of this folder, if it runs.
fn running(folder: &Folder, programs: &Programs) -> Result<Option<Postmaster>, Error> {
    let Some(server) = Postmaster::read(&folder.data())? else {
        return Ok(None);
    };
    let status = programs.run("pg_ctl", ["status", "--pgdata", DATA])?.status;
    Ok(Some(server).filter(|server| status.success() && server.works_on(&folder.data())))
}

fn launch(folder: &Folder, programs: &Programs, options: &Options) -> Result<u16, Error> {
    let mut attempt = 1;
    loop {
        let port = free_port()?;
        let settings = settings(port, options);
        let arguments = [
            "start",
            "--pgdata",
            DATA,
            "--log",
            LOG,
            "--wait",
            "--timeout",
            START_SECONDS,
            "--options",
            &settings,
        ];
        let output = programs.run("pg_ctl", arguments)?;
        if output.status.success() {
            return Ok(port);
        }
        let too_slow = running(folder, programs)?.is_some();
        if too_slow {
            stop(folder, programs, "fast")?;
        }
        if too_slow || attempt == START_ATTEMPTS {
            let (log, reason) = (folder.log(), said(&output));
            return Err(Error::Start { tail: log::tail(&log), reason, log });
        }
        attempt += 1;
    }
}

/// Settings for the command line of the server, where they win over what is in the data folder.
///
/// A shell reads them: names, numbers and addresses only.
fn settings(port: u16, options: &Options) -> String {
    let mut settings = vec![
        format!("port={port}"),
        format!("listen_addresses={}", Ipv4Addr::LOCALHOST),
        "unix_socket_directories=".to_owned(),
        format!("shared_buffers={}MB", options.shared_buffers_mib),
        format!("max_connections={}", options.max_connections),
        // Compiling a plan costs a small machine more than it saves.
        "jit=off".to_owned(),
        // A line every five minutes is no news.
        "log_checkpoints=off".to_owned(),
        "logging_collector=off".to_owned(),
        "cluster_name=tallykeep".to_owned(),
    ];
    let durability = if options.ephemeral { "off" } else { "on" };
    settings.extend(
        ["fsync", "synchronous_commit", "full_page_writes"].map(|name| format!("{name}={durability}")),
    );
    settings.into_iter().map(|setting| format!("-c {setting}")).collect::<Vec<_>>().join(" ")
}

/// Stops the server, if it runs, and waits.
fn stop(folder: &Folder, programs: &Programs, mode: &str) -> Result<(), Error> {
    // Asked first: pg_ctl would wait for a server that was killed until its parent, which may be us, has reaped it.
    if running(folder, programs)?.is_none() {
        return Ok(());
    }
    let arguments = ["stop", "--pgdata", DATA, "--mode", mode, "--wait", "--timeout", STOP_SECONDS];
    let output = programs.run("pg_ctl", arguments)?;
    if output.status.success() { Ok(()) } else { Err(Error::Stop(said(&output))) }
}

/// A port that nobody has at this moment.
fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::NoPort)?;
    Ok(listener.local_addr().map_err(Error::NoPort)?.port())
}

pub(crate) fn url(password: &SecretString, port: u16, database: &str) -> SecretString {
    let (password, database) = (percent_encode(password.expose_secret()), percent_encode(database));
    SecretString::from(format!("postgres://{SUPERUSER}:{password}@{}:{port}/{database}", Ipv4Addr::LOCALHOST))
}

fn percent_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn log_start(folder: &Folder, programs: &Programs, port: u16, took: Duration) {
    tracing::info!(
        postgres.port = port,
        postgres.data = %folder.data().display(),
        postgres.binaries = %programs.binaries.display(),
        postgres.user = programs.account.name,
        duration_ms = took.as_millis(),
        "embedded_postgres_started"
    );
}
