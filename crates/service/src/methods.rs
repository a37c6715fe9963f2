//! Which methods a path takes: what the answer to another one says, and HEAD.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{
    HttpRequest,
    body::EitherBody,
    dev::{ResourceDef, Service, ServiceRequest, ServiceResponse},
    http::Method,
    web::Data,
};
use futures_util::{
    TryFutureExt,
    future::{Either, ready},
};
use utoipa::openapi::OpenApi;

use crate::{Problem, health};

/// The methods of each path that an application has a route for, as `Allow` names them.
///
/// Paths are matched here, and not by the framework's map of resources: that looks into the first scope whose prefix fits
/// and into no other.
pub(crate) struct Methods {
    paths: Vec<(ResourceDef, String)>,
    /// Paths that are written out, where a parameter of another one could stand for the same.
    ambiguous: BTreeMap<String, String>,
}

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
        let paths: Vec<_> =
            methods.into_iter().map(|(path, methods)| (ResourceDef::new(path), allow(methods))).collect();
        let written_out = paths.iter().filter_map(|(path, allow)| Some((path.pattern()?, allow)));
        let ambiguous = written_out
            .filter(|(path, _)| !path.contains('{') && fitting(&paths, path).count() > 1)
            .map(|(path, allow)| (path.to_owned(), allow.clone()))
            .collect();
        Self { paths, ambiguous }
    }

    /// The methods that the path of `request` takes. `None` where there is no route for any.
    pub(crate) fn allowed(request: &HttpRequest) -> Option<String> {
        let methods = request.app_data::<Data<Self>>()?;
        fitting(&methods.paths, request.path()).next().cloned()
    }

    /// Whether `request` is for a path that is written out and takes other methods only.
    fn is_refused(&self, request: &ServiceRequest) -> bool {
        let method = request.method().as_str();
        let allow = self.ambiguous.get(request.path());
        allow.is_some_and(|allow| allow.split(", ").all(|one| one != method))
    }
}

/// What the paths say that fit `path`.
fn fitting<'a>(paths: &'a [(ResourceDef, String)], path: &str) -> impl Iterator<Item = &'a String> {
    paths.iter().filter(move |(one, _)| one.is_match(path)).map(|(_, allow)| allow)
}

/// Answers 405 where a path that is written out does not take the method. The framework would go on, and take what is
/// written out for the parameter of another path.
pub(crate) fn keep_to_path<S, B>(
    request: ServiceRequest,
    next: &S,
) -> impl Future<Output = Result<ServiceResponse<EitherBody<B>>, actix_web::Error>> + use<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>,
{
    let methods = request.app_data::<Data<Methods>>();
    if methods.is_some_and(|methods| methods.is_refused(&request)) {
        let problem = Problem::no_route(request.request());
        return Either::Left(ready(Ok(request.error_response(problem).map_into_right_body())));
    }
    Either::Right(next.call(request).map_ok(ServiceResponse::map_into_left_body))
}

/// Has HEAD answered as GET without the body, which the framework leaves out, wherever there is a GET (RFC 9110 §9.3.2).
pub(crate) fn answer_head(mut request: ServiceRequest) -> ServiceRequest {
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    request
}
