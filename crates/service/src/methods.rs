//! Which methods a path takes: what the answer to another one says, and HEAD.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use actix_web::{
    HttpRequest,
    dev::{ResourceDef, ServiceRequest},
    http::Method,
    web::Data,
};
use utoipa::openapi::OpenApi;

use crate::health;

/// The methods of each path that an application has a route for, as `Allow` names them.
///
/// Paths are matched here, and not by the framework's map of resources: that looks into the first scope whose prefix fits
/// and into no other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Methods(Arc<Vec<(ResourceDef, String)>>);

impl Methods {
    /// Those of the routes in `document`, and of the health routes.
    pub(crate) fn of(document: &OpenApi) -> Self {
        let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for path in health::PATHS {
            methods.entry(path).or_default().insert("GET");
        }
        for (path, item) in &document.paths.paths {
            let operations = [
                ("GET", &item.get),
                ("PUT", &item.put),
                ("POST", &item.post),
                ("DELETE", &item.delete),
                ("PATCH", &item.patch),
            ];
            let named = operations.into_iter().filter(|(_, operation)| operation.is_some());
            methods.entry(path).or_default().extend(named.map(|(name, _)| name));
        }
        let allow = |mut methods: BTreeSet<&str>| {
            if methods.contains("GET") {
                methods.insert("HEAD");
            }
            methods.into_iter().collect::<Vec<_>>().join(", ")
        };
        // In this order what is written out comes before what a parameter stands for.
        let paths = methods.into_iter().map(|(path, methods)| (ResourceDef::new(path), allow(methods)));
        Self(Arc::new(paths.collect()))
    }

    /// The methods that the path of `request` takes. `None` where there is no route for any.
    pub(crate) fn allowed(request: &HttpRequest) -> Option<String> {
        let methods = request.app_data::<Data<Self>>()?;
        let fitting = methods.0.iter().find(|(path, _)| path.is_match(request.path()));
        fitting.map(|(_, allow)| allow.clone())
    }
}

/// Has HEAD answered as GET without the body, which the framework leaves out, wherever there is a GET (RFC 9110 §9.3.2).
pub(crate) fn answer_head(mut request: ServiceRequest) -> ServiceRequest {
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    request
}
