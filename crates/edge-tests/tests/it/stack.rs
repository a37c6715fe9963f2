//! The two installations that the runner has started.

use tallykeep_test_support::Client;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::{
    compose::{Compose, required},
    docker::{Outcome, until},
    person::Person,
};

static HTTP: RwLock<()> = RwLock::const_new(());
static HTTPS: RwLock<()> = RwLock::const_new(());

/// How many containers of ingest the installation over HTTP has. Compose has to be told each time.
pub(crate) const REPLICAS: usize = 3;

/// An installation, for as long as a test has it.
pub(crate) struct Stack {
    /// Where clients find it.
    pub(crate) url: String,
    pub(crate) compose: Compose,
    is_http: bool,
    turn: Turn,
}

/// Tests share an installation, but for those that change it.
enum Turn {
    Shared { _guard: RwLockReadGuard<'static, ()> },
    Alone { _guard: RwLockWriteGuard<'static, ()> },
}

impl Stack {
    /// `compose.yaml` alone, over HTTP.
    pub(crate) async fn http() -> Self {
        Self::new(true, Turn::Shared { _guard: HTTP.read().await }).await
    }

    /// The same, for a test that changes it.
    pub(crate) async fn http_alone() -> Self {
        Self::new(true, Turn::Alone { _guard: HTTP.write().await }).await
    }

    /// With `compose.prod.yaml`, over HTTPS.
    pub(crate) async fn https() -> Self {
        Self::new(false, Turn::Shared { _guard: HTTPS.read().await }).await
    }

    /// The same, for a test that changes it.
    pub(crate) async fn https_alone() -> Self {
        Self::new(false, Turn::Alone { _guard: HTTPS.write().await }).await
    }

    /// Both.
    pub(crate) async fn both() -> [Self; 2] {
        [Self::http().await, Self::https().await]
    }

    async fn new(is_http: bool, turn: Turn) -> Self {
        let (url, env_file) = if is_http {
            ("EDGE_HTTP_URL", "EDGE_HTTP_ENV_FILE")
        } else {
            ("EDGE_HTTPS_URL", "EDGE_HTTPS_ENV_FILE")
        };
        let stack = Self { url: required(url), compose: Compose::named_by(env_file), is_http, turn };
        // A test before may have had it made anew.
        stack.is_up().await;
        stack
    }

    /// Whether browsers come by HTTPS.
    pub(crate) fn is_secure(&self) -> bool {
        !self.is_http
    }

    /// Host and port, as clients write them into a request.
    pub(crate) fn host(&self) -> &str {
        self.url.split_once("://").map_or("", |(_, host)| host)
    }

    /// A client without a credential.
    pub(crate) fn stranger(&self) -> Client {
        Client::new(&self.url)
    }

    /// Somebody who has just registered.
    pub(crate) async fn register(&self) -> Person {
        Person::register(self.stranger()).await
    }

    /// Whose address a service of this installation sees when a client says nothing of its own.
    pub(crate) async fn address_of_this_machine(&self) -> String {
        self.client_address("auth", "/auth/registration", &[]).await
    }

    /// Whose address `service` saw when `path` was asked for with `headers`.
    pub(crate) async fn client_address(
        &self,
        service: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> String {
        let client =
            headers.iter().fold(self.stranger(), |client, (name, value)| client.with_header(name, value));
        let answer = client.get(path).await;
        let id = answer.header("x-request-id");
        let mut line = None;
        until("the line of a request", async || {
            line = self.compose.request(service, id);
            line.is_some()
        })
        .await;
        line.expect("waited for")["span"]["client.address"].as_str().unwrap_or_default().to_owned()
    }

    /// Has Compose make the containers as the file of settings says, but for `settings`, and waits for Traefik.
    pub(crate) async fn up_with(&self, settings: &[(&str, &str)]) {
        self.try_up(settings).expect();
        self.is_up().await;
    }

    fn try_up(&self, settings: &[(&str, &str)]) -> Outcome {
        let scale = format!("ingest={}", if self.is_http { REPLICAS } else { 1 });
        let arguments = ["up", "--detach", "--wait", "--no-build", "--scale", &scale];
        self.compose.try_run(settings, &arguments)
    }

    /// Waits until Traefik leads to each service, and not to what stands in for it.
    pub(crate) async fn is_up(&self) {
        let stranger = self.stranger();
        until("every service is routed to", async || {
            let mut up = true;
            for (path, status) in
                [("/", 200), ("/auth/registration", 200), ("/ping", 204), ("/api/v1/query", 401)]
            {
                let answer = Client::try_send(stranger.request(reqwest::Method::GET, path)).await;
                up &= answer.is_some_and(|answer| answer.status == status);
            }
            up
        })
        .await;
    }
}

/// Who had an installation alone leaves it as it was, also when the test has failed.
impl Drop for Stack {
    fn drop(&mut self) {
        if matches!(self.turn, Turn::Alone { .. }) {
            let outcome = self.try_up(&[]);
            assert!(outcome.succeeded || std::thread::panicking(), "{}", outcome.said);
        }
    }
}
