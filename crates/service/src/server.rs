//! Serving HTTP, from the first byte to a stop in which no request is lost.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpServer,
    dev::{ServerHandle, Service},
    http::header,
    middleware::{DefaultHeaders, from_fn},
    rt,
    web::{self, Data},
};
use anyhow::Context;
use prometheus::Registry;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::signal::unix::{SignalKind, signal};
use tracing_actix_web::TracingLogger;
use utoipa::openapi::{
    ComponentsBuilder, Info, OpenApi, OpenApiBuilder,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_actix_web::{AppExt, service_config::ServiceConfig};

use crate::{
    Health, ItemError, Problem, ProblemBody,
    client_address::{self, Network, TrustedProxies},
    client_credentials, document, extract, health,
    methods::{Methods, answer_head, keep_to_path},
    pace::{self, Pace},
    problem,
    request::{RequestDuration, RequestSpan, answer_request_id, measure},
    settings, telemetry,
};

/// Longer than any proxy keeps an idle connection (Traefik: 90 s), so that the proxy closes first and never sends a
/// request into a connection that is just being closed here.
const KEEP_ALIVE: Duration = Duration::from_secs(120);
/// How long a client may take to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Where and how a service listens.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSettings {
    /// The address and port for requests.
    pub listen: SocketAddr,
    /// The address and port for `/metrics`; none when it is not set.
    pub metrics_listen: Option<SocketAddr>,
    /// The address that browsers and devices use, such as `https://numbers.example`.
    pub public_url: String,
    /// Networks or addresses of proxies whose `X-Forwarded-` headers are believed, with commas between.
    #[serde(deserialize_with = "settings::list")]
    #[schemars(with = "String", default = "String::new")]
    pub trusted_proxies: Vec<Network>,
    /// How many threads serve requests.
    pub workers: usize,
    /// How long `/readyz` says no before the service stops to listen, in milliseconds. Longer than the proxy's interval
    /// between health checks.
    pub shutdown_delay_ms: u64,
    /// How long requests under way may take to end, in seconds.
    pub drain_seconds: u64,
    /// How many milliseconds a client may fall behind with a body that it sends; then it is answered 408.
    pub body_grace_ms: u64,
    /// Beside that, so many bytes of a body must come in a second.
    pub body_bytes_per_second: u64,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8080),
            metrics_listen: None,
            public_url: "http://localhost:8080".into(),
            trusted_proxies: Vec::new(),
            workers: 2,
            shutdown_delay_ms: 5_000,
            drain_seconds: 20,
            body_grace_ms: 20_000,
            body_bytes_per_second: 500,
        }
    }
}

impl HttpSettings {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.workers > 0, "the setting http.workers must be at least 1");
        let has_scheme = ["http://", "https://"].iter().any(|scheme| self.public_url.starts_with(scheme));
        anyhow::ensure!(has_scheme, "the setting http.public_url must begin with http:// or https://");
        anyhow::ensure!(
            self.body_bytes_per_second > 0,
            "the setting http.body_bytes_per_second must be at least 1"
        );
        Ok(())
    }

    fn pace(&self) -> Pace {
        let grace = Duration::from_millis(self.body_grace_ms);
        Pace { grace, bytes_per_second: self.body_bytes_per_second }
    }
}

/// A listener that is bound, so that its port is known before anything runs.
pub struct Server {
    settings: HttpSettings,
    listener: TcpListener,
    metrics: Option<(TcpListener, Registry)>,
    health: Health,
}

impl Server {
    /// Binds the addresses of `settings`.
    ///
    /// # Errors
    /// When a setting is wrong or an address is taken.
    pub fn bind(settings: HttpSettings, health: Health, registry: Option<Registry>) -> anyhow::Result<Self> {
        settings.check()?;
        let bind = |address: SocketAddr| {
            TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))
        };
        let listener = bind(settings.listen)?;
        tracing::info!("server.address" = %listener.local_addr()?, "service_listening");
        let metrics = match (settings.metrics_listen, registry) {
            (Some(address), Some(registry)) => Some((bind(address)?, registry)),
            _ => None,
        };
        if let Some((listener, _)) = &metrics {
            tracing::info!("server.address" = %listener.local_addr()?, "metrics_listening");
        }
        Ok(Self { settings, listener, metrics, health })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Runs [`serve`](Server::serve) on a runtime of its own, to the end of the process.
    ///
    /// # Errors
    /// When the listener fails.
    pub fn run<C>(self, configure: impl Fn() -> C + Clone + Send + 'static) -> anyhow::Result<()>
    where
        C: FnOnce(&mut ServiceConfig),
    {
        rt::System::new().block_on(self.serve(configure, std::future::pending()))
    }

    /// Serves what `configure` mounts until a signal (SIGTERM, SIGINT) or `stop` ends it.
    ///
    /// # Errors
    /// When the listener fails, or signals cannot be received.
    pub async fn serve<C>(
        self,
        configure: impl Fn() -> C + Clone + Send + 'static,
        stop: impl Future<Output = ()> + 'static,
    ) -> anyhow::Result<()>
    where
        C: FnOnce(&mut ServiceConfig),
    {
        let stop = told_to_stop(stop).context("signals cannot be received")?;
        let trusted = Data::new(TrustedProxies(self.settings.trusted_proxies.clone()));
        let durations = Data::new(RequestDuration::new());
        let pace = Data::new(self.settings.pace());
        let health = self.health.clone();
        let server = HttpServer::new(move || {
            let (app, document) = App::new()
                .wrap_fn(keep_to_path)
                .wrap_fn(|request, next| next.call(pace::hold_to_pace(answer_head(request))))
                .wrap(DefaultHeaders::new().add((header::X_CONTENT_TYPE_OPTIONS, "nosniff")))
                .wrap(from_fn(problem::render))
                .wrap(from_fn(answer_request_id))
                .wrap(TracingLogger::<RequestSpan>::new())
                .wrap(from_fn(measure))
                .wrap_fn(|request, next| next.call(client_address::resolve(request)))
                .app_data(Data::clone(&durations))
                .app_data(Data::clone(&trusted))
                .app_data(Data::clone(&pace))
                .configure(defaults)
                .configure(health::configure(health.clone()))
                .into_utoipa_app()
                .configure(configure())
                .split_for_parts();
            app.app_data(Data::new(Methods::of(&document)))
        })
        .workers(self.settings.workers)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEADER_TIMEOUT)
        .shutdown_timeout(self.settings.drain_seconds)
        .disable_signals()
        .listen(self.listener)?
        .run();
        let metrics =
            self.metrics.map(|(listener, registry)| serve_metrics(listener, registry)).transpose()?;
        let delay = self.settings.shutdown_delay_ms;
        let drained = rt::spawn(drain(server.handle(), metrics, self.health, delay, stop));
        server.await.context("the HTTP server failed")?;
        drained.await.context("the service did not stop cleanly")
    }
}

/// What every application of ours is built on: the shape of rejections, the limits, and a 404 for the rest.
pub fn defaults(services: &mut web::ServiceConfig) {
    services
        .app_data(extract::form_config())
        .app_data(extract::path_config())
        .app_data(web::PayloadConfig::new(1 << 20))
        .default_service(web::to(async |request: HttpRequest| Err::<&str, _>(Problem::no_route(&request))));
}

/// The OpenAPI document of what `configure` mounts.
pub fn openapi(title: &str, description: &str, configure: impl FnOnce(&mut ServiceConfig)) -> OpenApi {
    let mut info = Info::new(title, env!("CARGO_PKG_VERSION"));
    info.description = Some(description.to_owned());
    info.license = Some(utoipa::openapi::License::new("MIT OR Apache-2.0"));
    let components = ComponentsBuilder::new()
        .schema_from::<ProblemBody>()
        .schema_from::<ItemError>()
        .security_scheme("bearer", bearer())
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                "tallykeep_session",
                "A browser's session. Over HTTPS its name begins with `__Host-`, or with `__Secure-` where hosts \
                 share the sign-in. A request that changes something has to say in `Sec-Fetch-Site` or `Origin` that \
                 a page of this server sends it.",
            ))),
        )
        .security_scheme("oauth2", client_credentials::scheme())
        .build();
    let document = OpenApiBuilder::new().info(info).components(Some(components)).build();
    let mut document =
        App::new().into_utoipa_app().openapi(document).configure(configure).split_for_parts().1;
    client_credentials::allow(&mut document);
    document::describe(&mut document);
    document
}

fn bearer() -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    SecurityScheme::Http(scheme.description(Some("An API key, or an access token.")).build())
}

fn serve_metrics(listener: TcpListener, registry: Registry) -> anyhow::Result<ServerHandle> {
    let server =
        HttpServer::new(move || App::new().app_data(Data::new(registry.clone())).service(telemetry::metrics))
            .workers(1)
            .disable_signals()
            .listen(listener)?
            .run();
    let handle = server.handle();
    rt::spawn(server);
    Ok(handle)
}

/// Waits for the end, lets the proxy notice, then lets requests under way finish.
async fn drain(
    server: ServerHandle,
    metrics: Option<ServerHandle>,
    health: Health,
    delay_ms: u64,
    stop: impl Future<Output = ()>,
) {
    stop.await;
    tracing::info!(delay_ms, "service_stopping");
    health.stop();
    tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    server.stop(true).await;
    if let Some(metrics) = metrics {
        metrics.stop(false).await;
    }
    tracing::info!("service_stopped");
}

/// Ends with `stop`, or with the first SIGTERM or SIGINT from now on.
fn told_to_stop(stop: impl Future<Output = ()>) -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            () = stop => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
