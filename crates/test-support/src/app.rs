//! The whole application, served for real, in this process.

use tallykeep_auth::RegistrationMode;
use tallykeep_service::{HttpSettings, Server};
use tallykeep_standalone::{ServiceUrls, Services, Settings, Work};

use crate::{Client, Line, Served, SignedIn, TestDatabase};

/// All services on a free port, over a database of their own. It stops with the test.
pub struct TestApp {
    /// Where it listens.
    pub url: String,
    /// Its line to the database.
    pub line: Line,
    served: Served,
    jobs: Work,
    /// What it runs over. Dropped last: the services hold connections to it.
    pub database: TestDatabase,
}

impl TestApp {
    /// An application in which everybody may register.
    #[must_use]
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    /// The same with settings changed by `change`.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::over(TestDatabase::new(), change)
    }

    /// The same over a database that is there already.
    #[must_use]
    pub fn with_database(database: TestDatabase, change: impl FnOnce(&mut Settings)) -> Self {
        Self::over(database, change)
    }

    /// Stops it and starts it again over the same database, with settings changed by `change`.
    #[must_use]
    pub fn restart_with(self, change: impl FnOnce(&mut Settings)) -> Self {
        Self::over(self.stop(), change)
    }

    /// Stops it, once its jobs have come to their end.
    #[must_use]
    pub fn stop(self) -> TestDatabase {
        let Self { served, jobs, database, .. } = self;
        drop((served, jobs));
        database
    }

    fn over(database: TestDatabase, change: impl FnOnce(&mut Settings)) -> Self {
        let line = Line::to(&database.address());
        let mut settings = settings();
        change(&mut settings);
        let (served, jobs) = serve(settings, &database.urls_through(&line.address()));
        Self { url: served.url.clone(), line, served, jobs, database }
    }

    /// All services once more, beside these, with the usual settings and over the same database.
    #[must_use]
    pub fn replica(&self) -> Replica {
        let (served, jobs) = serve(settings(), &self.database.urls_through(&self.database.address()));
        Replica { url: served.url.clone(), _served: served, _jobs: jobs }
    }

    /// A client without a credential.
    #[must_use]
    pub fn stranger(&self) -> Client {
        Client::new(&self.url)
    }

    /// A person who has just registered.
    pub async fn register(&self, email: &str) -> SignedIn {
        self.stranger().register(email).await
    }
}

/// A second process, so to speak, of an application. It stops when it is dropped, which has to be before the application.
pub struct Replica {
    /// Where it listens.
    pub url: String,
    _served: Served,
    _jobs: Work,
}

fn serve(settings: Settings, urls: &ServiceUrls) -> (Served, Work) {
    let services = Services::build(&settings, urls).expect("the settings are right");
    let server = Server::bind(settings.http, services.health(), None).expect("a port is free");
    let jobs = services.start_jobs().expect("there is a thread");
    (Served::start(server, move || services.clone().configure()), jobs)
}

/// On a free port of this machine, and quick to stop.
#[must_use]
pub fn http_settings() -> HttpSettings {
    HttpSettings {
        listen: ([127, 0, 0, 1], 0).into(),
        workers: 1,
        shutdown_delay_ms: 0,
        drain_seconds: 1,
        ..HttpSettings::default()
    }
}

/// The master secret of every application in tests.
pub const MASTER_SECRET: &str = "a master key for tests only, 0123456789";

fn settings() -> Settings {
    let mut settings = Settings { http: http_settings(), ..Settings::default() };
    settings.auth.secret = Some(MASTER_SECRET.into());
    settings.auth.registration = RegistrationMode::Open;
    // All clients of a test have one address, and some tests have many clients.
    settings.auth.rate_limit_per_minute = u16::MAX;
    settings.auth.rate_limit_burst = u16::MAX;
    settings
}
