//! A small service with a route for each thing that can be refused.

use actix_web::{HttpRequest, HttpResponse, error, get, post, web};
use serde::Deserialize;
use tallykeep_domain::AccountId;
use tallykeep_service::{
    ClientAddress, Health, HttpSettings, Json, Memory, Problem, Query, Server, given, receive_body,
};
use tallykeep_test_support::{Served, http_settings};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// What `/body` takes at the most, in bytes.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// The service with these settings and routes of its own.
pub(crate) fn serve(settings: HttpSettings, health: Health) -> Served {
    Served::start(Server::bind(settings, health, None).unwrap(), || mount)
}

/// The service with nothing special.
pub(crate) fn start() -> Served {
    serve(http_settings(), Health::default())
}

fn mount(services: &mut ServiceConfig) {
    services.service(create_thing).service(count_things).service(find_thing).map(|services| {
        services
            .service(search)
            .service(measure_body)
            .service(show_address)
            .service(fail)
            .service(fail_in_the_framework)
    });
}

/// A thing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Thing {
    count: u32,
}

#[utoipa::path]
#[post("/things")]
async fn create_thing(thing: Json<Thing>) -> String {
    thing.count.to_string()
}

#[utoipa::path]
#[post("/things/count")]
async fn count_things() -> String {
    "0".to_owned()
}

#[utoipa::path]
#[get("/things/{number}")]
async fn find_thing(number: web::Path<u32>) -> String {
    number.to_string()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    #[serde(default, deserialize_with = "given")]
    limit: Option<u32>,
    #[serde(default)]
    label: Vec<String>,
}

#[get("/search")]
async fn search(Query(search): Query<Search>) -> String {
    format!("{:?} {:?}", search.limit, search.label)
}

#[post("/body")]
async fn measure_body(request: HttpRequest, payload: web::Payload) -> Result<String, Problem> {
    let memory = Memory::new(4 * BODY_LIMIT);
    let (body, _reservation) =
        receive_body(&request, payload, BODY_LIMIT, memory.reserve(AccountId::generate())).await?;
    Ok(body.len().to_string())
}

#[get("/address")]
async fn show_address(address: web::ReqData<ClientAddress>) -> String {
    address.0.to_string()
}

#[get("/fault")]
async fn fail() -> Result<HttpResponse, Problem> {
    Err(Problem::internal("the disk is full of hunter2"))
}

#[get("/framework-fault")]
async fn fail_in_the_framework() -> Result<HttpResponse, actix_web::Error> {
    Err(error::ErrorInternalServerError("the table is full of hunter2"))
}
