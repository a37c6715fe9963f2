//! Routes, one file per operation.

mod entries;
mod export;
mod query;
mod series;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;

pub(crate) fn mount(services: &mut ServiceConfig) {
    services
        .service(query::query_metric)
        .service(export::export_samples)
        .service(series::list::list_series)
        .service(series::cardinality::find_series_cardinality)
        .service(entries::list_entries);
}

/// Mounts the routes. They need an [`Authenticator`](tallykeep_service::Authenticator) among the application's data.
pub fn configure(state: State) -> impl FnOnce(&mut ServiceConfig) {
    move |services| {
        services.app_data(web::Data::new(state));
        mount(services);
    }
}
