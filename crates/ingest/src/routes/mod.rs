//! Routes, one file per operation.

mod entries;
mod influx;
mod json;
mod metrics;
mod retention;
pub(crate) mod samples;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;

pub(crate) fn mount(services: &mut ServiceConfig) {
    services
        .service(metrics::create::create_metric)
        .service(metrics::list::list_metrics)
        .service(metrics::find::find_metric)
        .service(metrics::change::change_metric)
        .service(retention::find::find_retention)
        .service(retention::replace::replace_retention)
        .service(samples::create::create_samples)
        .service(samples::delete::delete_samples)
        .service(entries::replace::replace_entry)
        .service(entries::find::find_entry)
        .service(entries::delete::delete_entry)
        .service(influx::write_v1)
        .service(influx::write_v2)
        .service(influx::ping);
}

/// Mounts the routes. They need an [`Authenticator`](tallykeep_service::Authenticator) among the application's data.
pub fn configure(state: State) -> impl FnOnce(&mut ServiceConfig) {
    move |services| {
        services.app_data(web::Data::new(state));
        mount(services);
    }
}
