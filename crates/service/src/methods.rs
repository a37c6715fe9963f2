//! Which methods a path takes: what the answer to another one says, and HEAD.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use actix_web::{
    HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Data,
};
use utoipa::openapi::OpenApi;

use crate::health;

/// The methods of each path that an application has a route for, as `Allow` names them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Methods(Arc<BTreeMap<String, String>>);

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
        Self(Arc::new(methods.into_iter().map(|(path, methods)| (path.to_owned(), allow(methods))).collect()))
    }

    /// The methods that the path of `request` takes. `None` where there is no route for any.
    pub(crate) fn allowed(request: &HttpRequest) -> Option<String> {
        let methods = request.app_data::<Data<Self>>()?;
        let pattern = request.resource_map().match_pattern(request.path())?;
        methods.0.get(&pattern).cloned()
    }
}

/// Answers HEAD as GET without the body, which the framework leaves out, wherever there is a GET (RFC 9110 §9.3.2).
pub(crate) async fn answer_head(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
