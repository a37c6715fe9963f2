//! Whether the service is alive, ready, and well.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use tallykeep_database::Pool;
use utoipa::ToSchema;

use crate::{Problem, Query, run_db};

/// Where the health routes are.
pub(crate) const PATHS: [&str; 3] = ["/livez", "/readyz", "/health"];

/// What the health routes look at. Clones share it.
#[derive(Clone, Default)]
pub struct Health {
    database: Option<Pool>,
    stands_in: bool,
    stopping: Arc<AtomicBool>,
}

/// The answer of `/health`.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthResponse {
    /// `healthy` or `unhealthy`.
    #[schema(value_type = String)]
    pub status: &'static str,
    /// `connected`, `disconnected`, or `unused` where the service has none.
    #[schema(value_type = String)]
    pub database: &'static str,
    /// `configured` once log lines go where the settings say.
    #[schema(value_type = String)]
    pub logging: &'static str,
}

impl Health {
    /// Looks at `database` too.
    #[must_use]
    pub fn with_database(database: Pool) -> Self {
        Self { database: Some(database), ..Self::default() }
    }

    /// Of what answers in place of a service that is down: it takes requests, but `/health` says that nothing is well.
    #[must_use]
    pub fn stand_in() -> Self {
        Self { stands_in: true, ..Self::default() }
    }

    /// From now on `/readyz` says no, so that a proxy sends no more requests here.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    async fn check_database(&self) -> Result<(), Problem> {
        let Some(pool) = &self.database else { return Ok(()) };
        // The pool asks the database for a sign of life before it hands out a connection.
        run_db(pool, |_| Ok::<_, Problem>(())).await
    }
}

pub(crate) fn configure(health: Health) -> impl FnOnce(&mut web::ServiceConfig) {
    move |services| {
        services.app_data(web::Data::new(health)).service(live).service(ready).service(report);
    }
}

#[get("/livez")]
async fn live() -> &'static str {
    "ok"
}

/// What `/readyz` leaves out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadyQuery {
    exclude: Option<Check>,
}

/// A check that `/readyz` can leave out, as Kubernetes' API server can.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Check {
    Database,
}

/// A proxy asks with `?exclude=database`: while the database is away the service itself answers in the shape that its
/// clients expect, and takes up its work with the next request.
#[get("/readyz")]
async fn ready(health: web::Data<Health>, Query(query): Query<ReadyQuery>) -> Result<&'static str, Problem> {
    if health.stopping.load(Ordering::Relaxed) {
        return Err(Problem::unavailable("stopping", "the service is stopping"));
    }
    match query.exclude {
        Some(Check::Database) => {}
        None => health.check_database().await?,
    }
    Ok("ok")
}

#[get("/health")]
async fn report(health: web::Data<Health>) -> HttpResponse {
    let database = match (&health.database, health.check_database().await) {
        (None, _) => "unused",
        (Some(_), Ok(())) => "connected",
        (Some(_), Err(_)) => "disconnected",
    };
    let logging = if tracing::dispatcher::has_been_set() { "configured" } else { "unconfigured" };
    let healthy = database != "disconnected" && !health.stands_in;
    let status = if healthy { "healthy" } else { "unhealthy" };
    let mut response = if healthy { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.json(HealthResponse { status, database, logging })
}
