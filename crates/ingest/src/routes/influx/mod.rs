//! The write paths of InfluxDB 1 and 2, and what their clients ask first.
//!
//! Their clients expect other answers than ours: 204 and nothing else for success, errors in a shape of their own, and
//! never a redirect or a page.

mod answer;
mod write;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::State;
use answer::Version;

/// The parameters of InfluxDB 1.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read one by one; declared for the document")]
pub(crate) struct WriteV1Query {
    /// The database. There is one for each account, whatever its name.
    db: Option<String>,
    /// The unit of time stamps: `n`, `u`, `ms`, `s`, `m`, `h`; nanoseconds if left out.
    #[param(pattern = "^(ns|n|us|u|ms|s|m|h)?$")]
    precision: Option<String>,
    /// A user name, not looked at.
    u: Option<String>,
    /// The API key, where the client can send it in no header.
    p: Option<String>,
}

/// The parameters of InfluxDB 2.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read one by one; declared for the document")]
pub(crate) struct WriteV2Query {
    /// The organisation, not looked at.
    org: Option<String>,
    /// The bucket. There is one for each account, whatever its name.
    bucket: Option<String>,
    /// The unit of time stamps: `ns`, `us`, `ms`, `s`; nanoseconds if left out.
    #[param(pattern = "^(ns|n|us|u|ms|s|m|h)?$")]
    precision: Option<String>,
}

/// Writes line protocol as a client of InfluxDB 1 sends it.
///
/// A field `usage` of the measurement `cpu` goes to the metric `cpu_usage`, a field `value` to the metric `cpu` itself.
/// Strings are not kept. Lines that are wrong do not lose the others.
#[utoipa::path(
    tag = "influx",
    params(WriteV1Query),
    request_body(content = String, content_type = "text/plain"),
    responses(
        (status = 204, description = "All lines were kept."),
        (status = "4XX", description = "`{\"error\": …}`; lines that are good were kept.", body = answer::ErrorV1),
        (status = "5XX", description = "Try again.", body = answer::ErrorV1)
    ),
    security(("bearer" = []))
)]
#[post("/write")]
pub(crate) async fn write_v1(
    request: HttpRequest,
    state: web::Data<State>,
    payload: web::Payload,
) -> HttpResponse {
    answer::answer(Version::V1, write::write(Version::V1, &request, &state, payload).await)
}

/// Writes line protocol as a client of InfluxDB 2 sends it; see `/write`.
#[utoipa::path(
    tag = "influx",
    params(WriteV2Query),
    request_body(content = String, content_type = "text/plain"),
    responses(
        (status = 204, description = "All lines were kept."),
        (status = "4XX", description = "Lines that are good were kept.", body = answer::ErrorV2),
        (status = "5XX", description = "Try again.", body = answer::ErrorV2)
    ),
    security(("bearer" = []))
)]
#[post("/api/v2/write")]
pub(crate) async fn write_v2(
    request: HttpRequest,
    state: web::Data<State>,
    payload: web::Payload,
) -> HttpResponse {
    answer::answer(Version::V2, write::write(Version::V2, &request, &state, payload).await)
}

/// Answers that there is a server that takes line protocol.
#[utoipa::path(tag = "influx", responses((status = 204, description = "It is there.")))]
#[get("/ping")]
pub(crate) async fn ping() -> HttpResponse {
    // Clients choose by the version what they send. This is the last of the line whose write paths are spoken here.
    HttpResponse::NoContent().insert_header(("X-Influxdb-Version", "2.7.12")).finish()
}
