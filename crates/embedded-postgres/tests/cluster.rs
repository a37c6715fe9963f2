//! Clusters of the real PostgreSQL on this machine, as whoever runs the tests: root or an ordinary user.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use secrecy::ExposeSecret;
use tallykeep_embedded_postgres::{Cluster, Error, Options};
use tempfile::TempDir;

/// Tells the copy of this test program that is to be killed where its cluster lies.
const PARENT_FOLDER: &str = "EMBEDDED_POSTGRES_TEST_PARENT_FOLDER";

#[test]
fn a_new_cluster_is_private_and_ready() {
    let folder = folder();
    let cluster = start(&folder);
    let settings = "select current_user, pg_encoding_to_char(encoding), current_setting('fsync'), \
                    current_setting('jit'), current_setting('unix_socket_directories'), lower('É') \
                    from pg_database where datname = current_database()";
    assert_eq!(psql(&cluster, settings), "tallykeep_admin|UTF8|on|off||é");
    assert_eq!(mode(&folder.path().join("postgres-password")), 0o600);
    assert_eq!(mode(&folder.path().join("postgres")), 0o700);
    assert_eq!(owner(&folder.path().join("postgres-password")), owner(folder.path()));
    assert_ne!(owner(&folder.path().join("postgres")), 0);
}

#[test]
fn data_outlives_a_stop() {
    let folder = folder();
    let cluster = start(&folder);
    psql(&cluster, "create table kept as select 42 as answer");
    cluster.stop().unwrap();
    assert!(!folder.path().join("postgres/postmaster.pid").exists());
    assert_eq!(psql(&start(&folder), "select answer from kept"), "42");
}

#[test]
fn dropping_a_cluster_stops_its_server() {
    let folder = folder();
    let cluster = start(&folder);
    let port = cluster.port();
    drop(cluster);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn committed_data_survives_the_killing_of_the_server() {
    let folder = folder();
    let cluster = start(&folder);
    psql(&cluster, "create table kept as select 42 as answer");
    kill(postmaster(&folder));
    drop(cluster);
    assert_eq!(psql(&start(&folder), "select answer from kept"), "42");
}

#[test]
fn a_server_whose_parent_was_killed_is_taken_over() {
    let folder = folder();
    let mut parent = Command::new(env::current_exe().unwrap())
        .args(["--exact", "the_parent_that_is_killed", "--ignored", "--nocapture"])
        .env(PARENT_FOLDER, folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.ends_with("started")), "the parent did not start its cluster");
    let orphan = postmaster(&folder);
    parent.kill().unwrap();
    parent.wait().unwrap();
    let cluster = start(&folder);
    assert_eq!(postmaster(&folder), orphan);
    assert_eq!(psql(&cluster, "select 1"), "1");
    cluster.stop().unwrap();
    assert!(!folder.path().join("postgres/postmaster.pid").exists());
}

#[test]
#[ignore = "run in a process of its own by a_server_whose_parent_was_killed_is_taken_over"]
#[expect(clippy::print_stdout, reason = "this is how it tells the other process")]
fn the_parent_that_is_killed() {
    let folder = env::var_os(PARENT_FOLDER).unwrap();
    let _cluster = Cluster::start(&Options::new(folder)).unwrap();
    println!("started");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

#[test]
fn a_process_id_that_another_process_has_by_now_does_not_stop_a_start() {
    let folder = folder();
    start(&folder).stop().unwrap();
    let data = folder.path().join("postgres");
    let (uid, gid) = (owner(&data), data.metadata().unwrap().gid());
    let mut other = as_user(Command::new("cat"), uid, gid).stdin(Stdio::piped()).spawn().unwrap();
    let left = format!("{}\n{}\n1763708000\n5432\n\n127.0.0.1\n\nready   \n", other.id(), data.display());
    fs::write(data.join("postmaster.pid"), left).unwrap();
    assert_eq!(psql(&start(&folder), "select 1"), "1");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_torn_pid_file_does_not_stop_a_start() {
    let folder = folder();
    start(&folder).stop().unwrap();
    fs::write(folder.path().join("postgres/postmaster.pid"), "").unwrap();
    assert_eq!(psql(&start(&folder), "select 1"), "1");
}

#[test]
fn a_first_start_that_was_cut_short_is_done_again() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("postgres.new/base")).unwrap();
    fs::write(folder.path().join("postgres-password"), "").unwrap();
    assert_eq!(psql(&start(&folder), "select 1"), "1");
    assert_eq!(fs::read_to_string(folder.path().join("postgres-password")).unwrap().len(), 64);
    assert!(!folder.path().join("postgres.new").exists());
}

#[test]
fn a_password_outlives_data_that_is_away_for_a_while() {
    let folder = folder();
    let (data, away) = (folder.path().join("postgres"), folder.path().join("away"));
    let cluster = start(&folder);
    psql(&cluster, "create table kept as select 42 as answer");
    cluster.stop().unwrap();
    fs::rename(&data, &away).unwrap();
    start(&folder).stop().unwrap();
    fs::remove_dir_all(&data).unwrap();
    fs::rename(&away, &data).unwrap();
    assert_eq!(psql(&start(&folder), "select answer from kept"), "42");
}

#[test]
fn a_second_start_on_one_folder_is_refused() {
    let folder = folder();
    let first = start(&folder);
    let error = Cluster::start(&Options::new(folder.path())).unwrap_err();
    assert!(matches!(error, Error::InUse(_)), "{error}");
    assert_eq!(psql(&first, "select 1"), "1");
}

#[test]
fn a_wrong_password_is_refused() {
    let folder = folder();
    let cluster = start(&folder);
    let right = fs::read_to_string(folder.path().join("postgres-password")).unwrap();
    assert_eq!(right.len(), 64);
    let url = cluster.connection_url("postgres").expose_secret().replace(&right, "wrong");
    let output = psql_at(&cluster, &url, "select 1");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("password authentication failed"), "{output:?}");
}

#[test]
fn the_server_listens_on_loopback_only() {
    let folder = folder();
    let cluster = start(&folder);
    assert!(TcpStream::connect(("127.0.0.1", cluster.port())).is_ok());
    // Also an address of this machine, which a server on all addresses would answer.
    assert!(TcpStream::connect(("127.0.0.2", cluster.port())).is_err());
    assert_eq!(psql(&cluster, "show listen_addresses"), "127.0.0.1");
}

#[test]
fn a_path_that_means_something_to_a_shell_is_only_a_path() {
    let folder = folder();
    let odd = folder.path().join("it's $HOME \"and\" `more`");
    let cluster = Cluster::start(&Options::new(&odd)).unwrap();
    let shown = psql(&cluster, "show data_directory");
    assert_eq!(Path::new(&shown), odd.canonicalize().unwrap().join("postgres"));
}

#[test]
fn a_database_name_is_quoted_in_the_url() {
    let folder = folder();
    let cluster = start(&folder);
    psql(&cluster, "create database \"a/b ?é\"");
    let output =
        psql_at(&cluster, cluster.connection_url("a/b ?é").expose_secret(), "select current_database()");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "a/b ?é");
}

#[test]
fn an_ephemeral_cluster_waits_for_no_disk() {
    let folder = folder();
    let cluster = Cluster::start(&Options::ephemeral_for_tests(folder.path())).unwrap();
    assert_eq!(psql(&cluster, "show fsync"), "off");
}

#[test]
fn without_postgresql_the_error_says_what_to_install_and_where_it_looked() {
    let folder = folder();
    let mut options = Options::new(folder.path());
    options.binaries = Some(PathBuf::from("/nowhere/bin"));
    let error = Cluster::start(&options).unwrap_err().to_string();
    assert!(error.starts_with("found no PostgreSQL 15 or newer; install"), "{error}");
    assert!(error.ends_with("Looked in:\n  /nowhere/bin: no initdb"), "{error}");
}

#[test]
fn data_of_a_version_that_is_not_installed_is_left_alone() {
    let folder = folder();
    start(&folder).stop().unwrap();
    let version = folder.path().join("postgres/PG_VERSION");
    let real = fs::read_to_string(&version).unwrap();
    fs::write(&version, "99\n").unwrap();
    let error = Cluster::start(&Options::new(folder.path())).unwrap_err().to_string();
    assert!(error.contains("made by PostgreSQL 99, which is not installed"), "{error}");
    fs::write(&version, &real).unwrap();
    assert_eq!(psql(&start(&folder), "select 1"), "1");
}

#[test]
fn a_server_that_cannot_start_is_quoted() {
    let folder = folder();
    start(&folder).stop().unwrap();
    fs::write(folder.path().join("postgres/postgresql.conf"), "no_such_setting = 1\n").unwrap();
    let error = Cluster::start(&Options::new(folder.path())).unwrap_err();
    assert!(matches!(&error, Error::Start { tail, .. } if tail.contains("no_such_setting")), "{error}");
}

#[test]
fn data_without_its_password_is_not_made_anew() {
    let folder = folder();
    start(&folder).stop().unwrap();
    fs::remove_file(folder.path().join("postgres-password")).unwrap();
    let error = Cluster::start(&Options::new(folder.path())).unwrap_err();
    assert!(matches!(error, Error::NoPassword(_)), "{error}");
    assert!(folder.path().join("postgres/PG_VERSION").exists());
}

#[test]
fn root_is_told_which_folder_stops_the_user() {
    if !is_root("an ordinary user runs PostgreSQL itself") {
        return;
    }
    let folder = folder();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let error = Cluster::start(&Options::new(closed.join("inner"))).unwrap_err();
    assert!(matches!(&error, Error::Unreachable { folder, .. } if *folder == closed), "{error}");
    assert!(error.to_string().contains(&format!("chmod o+x {}", closed.display())), "{error}");
}

#[test]
fn root_runs_a_cluster_as_whoever_owns_its_data() {
    if !is_root("only root can run it as another user") {
        return;
    }
    let folder = folder();
    let mut options = Options::new(folder.path());
    options.run_as = Some("nobody".to_owned());
    Cluster::start(&options).unwrap().stop().unwrap();
    let data = folder.path().join("postgres");
    let nobody = owner(&data);
    assert_eq!(psql(&start(&folder), "select 1"), "1");
    assert_eq!(owner(&data), nobody);
    options.run_as = Some("daemon".to_owned());
    let error = Cluster::start(&options).unwrap_err();
    assert!(matches!(error, Error::ForeignData { .. }), "{error}");
}

#[test]
fn an_unknown_user_is_named() {
    let folder = folder();
    let mut options = Options::new(folder.path());
    options.run_as = Some("no-such-user".to_owned());
    let error = Cluster::start(&options).unwrap_err();
    assert!(matches!(error, Error::NoSuchUser(_) | Error::CannotSwitchUser { .. }), "{error}");
    assert!(error.to_string().contains("no-such-user"), "{error}");
}

/// A temporary folder that every user can enter, whatever the umask: PostgreSQL may run as another one.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn start(folder: &TempDir) -> Cluster {
    Cluster::start(&Options::new(folder.path())).unwrap()
}

/// What the statement returns, columns apart by `|`.
#[track_caller]
fn psql(cluster: &Cluster, sql: &str) -> String {
    let output = psql_at(cluster, cluster.connection_url("postgres").expose_secret(), sql);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn psql_at(cluster: &Cluster, url: &str, sql: &str) -> Output {
    let arguments = ["--no-psqlrc", "--no-align", "--tuples-only", "--no-password", "--command", sql, url];
    Command::new(cluster.binaries().join("psql")).args(arguments).output().unwrap()
}

fn postmaster(folder: &TempDir) -> u32 {
    let file = fs::read_to_string(folder.path().join("postgres/postmaster.pid")).unwrap();
    file.lines().next().unwrap().parse().unwrap()
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

/// `command` as the user, which only root can and need ask for.
fn as_user(mut command: Command, uid: u32, gid: u32) -> Command {
    if current_user() == 0 {
        command.uid(uid).gid(gid);
    }
    command
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn is_root(reason: &str) -> bool {
    let root = current_user() == 0;
    if !root {
        eprintln!("skipped: {reason}");
    }
    root
}

fn current_user() -> u32 {
    owner(tempfile::tempdir().unwrap().path())
}

fn owner(path: &Path) -> u32 {
    path.metadata().unwrap().uid()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}
