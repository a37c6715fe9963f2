//! What several of these tests need.

use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use secrecy::SecretString;
use serde_json::{Value, json};
use tallykeep_auth::{AuthSettings, MailSettings, RegistrationMode, State, configure, configure_internal};
use tallykeep_database::{PoolSettings, ServiceRole, connect};
use tallykeep_service::{Health, HttpSettings, Server};
use tallykeep_test_support::{
    Answer, Client, MASTER_SECRET, Served, SignedIn, SmtpServer, TestApp, TestDatabase, http_settings,
};
use utoipa_actix_web::service_config::ServiceConfig;

/// The credential of a service in these tests.
pub(crate) const SERVICE_CREDENTIAL: &str = "only-for-tests-ingest-0123456789abcdef";

/// The state of an auth service over `database`.
pub(crate) fn state(database: &TestDatabase) -> State {
    state_with(database.url(ServiceRole::Auth), |_| {})
}

/// The same with mail.
pub(crate) fn state_with_mail(database: &TestDatabase, mail: MailSettings) -> State {
    state_with(database.url(ServiceRole::Auth), |settings| settings.mail = mail)
}

/// The same over the database at `url`, with settings changed by `change`.
pub(crate) fn state_with(url: SecretString, change: impl FnOnce(&mut AuthSettings)) -> State {
    let pool = PoolSettings { connections: std::num::NonZeroU32::MIN, ..PoolSettings::new(url) };
    State::build(&settings_with(change), &http_settings().public_url, connect(&pool).unwrap()).unwrap()
}

/// The settings of an auth service by itself, changed by `change`.
pub(crate) fn settings_with(change: impl FnOnce(&mut AuthSettings)) -> AuthSettings {
    let mut settings = AuthSettings {
        secret: Some(MASTER_SECRET.into()),
        introspection_credentials: [
            ("query".to_owned(), "only-for-tests-query-0123456789abcdef".into()),
            ("ingest".to_owned(), SERVICE_CREDENTIAL.into()),
        ]
        .into(),
        registration: RegistrationMode::Open,
        rate_limit_per_minute: u16::MAX,
        rate_limit_burst: u16::MAX,
        ..AuthSettings::default()
    };
    change(&mut settings);
    settings
}

/// The auth service by itself, as its container serves it, over `database`.
pub(crate) fn serve(database: &TestDatabase) -> Served {
    serve_state(state(database))
}

/// The same with that state.
pub(crate) fn serve_state(state: State) -> Served {
    serve_at(http_settings(), state)
}

/// The same by other settings of HTTP.
pub(crate) fn serve_at(http: HttpSettings, state: State) -> Served {
    let server = Server::bind(http, Health::default(), None).unwrap();
    Served::start(server, move || {
        let state = state.clone();
        |services: &mut ServiceConfig| {
            configure(state)(services);
            configure_internal(services);
        }
    })
}

/// An application, and the server that its mail goes to.
pub(crate) fn app_with_mail() -> (TestApp, SmtpServer) {
    let smtp = SmtpServer::start();
    (TestApp::with(|settings| settings.auth.mail = smtp.settings()), smtp)
}

/// A registration with the usual password.
pub(crate) fn registration(email: &str) -> Value {
    json!({"email": email, "password": SignedIn::PASSWORD})
}

/// Tries to sign in.
pub(crate) async fn log_in(client: &Client, email: &str, password: &str) -> Answer {
    client.post("/auth/login", &json!({"email": email, "password": password})).await
}

/// `name=value` of the cookie that `answer` sets.
pub(crate) fn cookie(answer: &Answer) -> &str {
    answer.header("set-cookie").split(';').next().unwrap_or_default()
}

/// A browser that has just registered, with its cookie and nothing that tells where its requests come from.
pub(crate) async fn bare_browser(app: &TestApp) -> Client {
    let answer = app.stranger().post("/auth/register", &registration("ada@example.org")).await;
    let _ = answer.expect(201);
    app.stranger().with_header("cookie", cookie(&answer))
}

/// Runs `sql` as a superuser and answers how many rows it touched.
pub(crate) fn execute(database: &TestDatabase, sql: &str) -> usize {
    sql_query(sql).execute(&mut database.connect_as_superuser()).unwrap()
}

/// The rows of `sql`, whose one column is a text called `text`.
pub(crate) fn texts(database: &TestDatabase, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let rows: Vec<Row> = sql_query(sql).load(&mut database.connect_as_superuser()).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// A transaction of somebody else, which holds what it has locked until the end.
pub(crate) struct Transaction(PgConnection);

impl Transaction {
    /// Begins one with `sql`.
    pub(crate) fn begin(database: &TestDatabase, sql: &str) -> Self {
        let mut transaction = Self(database.connect_as_superuser());
        transaction.run("begin");
        transaction.run(sql);
        transaction
    }

    /// Does more in it.
    pub(crate) fn run(&mut self, sql: &str) {
        sql_query(sql).execute(&mut self.0).unwrap();
    }

    /// Ends it, once a statement of the service waits for what it holds.
    pub(crate) async fn commit_when_waited_for(mut self, database: &TestDatabase) {
        wait_for_a_lock(database).await;
        self.run("commit");
    }
}

/// Returns when a statement of the service waits for a lock.
pub(crate) async fn wait_for_a_lock(database: &TestDatabase) {
    let waits = "select query as text from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    while texts(database, waits).is_empty() {
        tokio::task::yield_now().await;
    }
}

/// Lets `interval` pass since the `count` mails were sent that a server has taken: the job notes that after the server has
/// them.
pub(crate) async fn age_sent_mail(database: &TestDatabase, count: usize, interval: &str) {
    while texts(database, "select id::text as text from auth.outbox where sent_at is not null").len() < count
    {
        tokio::task::yield_now().await;
    }
    execute(database, &format!("update auth.outbox set sent_at = sent_at - interval '{interval}'"));
}
