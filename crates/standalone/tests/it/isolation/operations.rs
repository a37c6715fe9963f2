//! Every operation of the API documents, with a valid request that aims at the first account.

use std::fmt;

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn};
use utoipa::openapi::OpenApi;

/// What requests aim at.
pub(crate) struct Target {
    pub(crate) email: String,
    /// The id of the metric `weight`.
    pub(crate) metric: String,
    /// The id of an API key.
    pub(crate) key: String,
}

/// What an operation asks for, as its document says. Where a session will do as well as a bearer, the bearer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    None,
    Session,
    Bearer,
}

impl Credential {
    /// `person` with such a credential.
    pub(crate) fn of(self, person: &SignedIn) -> Client {
        match self {
            Self::None | Self::Bearer => person.page.clone(),
            Self::Session => person.browser.clone(),
        }
    }
}

/// An operation, and what it answers whom.
pub(crate) struct Operation {
    method: Method,
    template: String,
    pub(crate) credential: Credential,
    path: String,
    headers: Headers,
    body: Body,
    /// The scope that a key needs; empty where a key is no credential.
    pub(crate) scope: &'static str,
    /// The status for an account that has nothing.
    pub(crate) newcomer: u16,
    /// The status for an account that has the same names.
    pub(crate) namesake: u16,
}

type Headers = &'static [(&'static str, &'static str)];

enum Body {
    None,
    Json(Value),
    Text(&'static str),
}

impl Operation {
    pub(crate) async fn send(&self, client: &Client) -> Answer {
        let request = client.request(self.method.clone(), &self.path);
        let request =
            self.headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Client::send(match &self.body {
            Body::None => request,
            Body::Json(body) => request.json(body),
            Body::Text(body) => request.body(*body),
        })
        .await
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)
    }
}

/// The operations of all documents.
pub(crate) fn every_operation(target: &Target) -> Vec<Operation> {
    let documents = [tallykeep_auth::openapi(), tallykeep_ingest::openapi(), tallykeep_query::openapi()];
    documents.iter().flat_map(|document| operations_of(document, target)).collect()
}

fn operations_of(document: &OpenApi, target: &Target) -> Vec<Operation> {
    let document = serde_json::to_value(document).unwrap();
    let mut operations = Vec::new();
    for (template, methods) in document["paths"].as_object().unwrap() {
        for (method, description) in methods.as_object().unwrap() {
            let name = description["operationId"].as_str().unwrap();
            let Aim { path, headers, body, scope, newcomer, namesake } = aim(name, target);
            check_filled(name, template, &path, headers, description);
            operations.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                template: template.clone(),
                credential: credential(description),
                path,
                headers,
                body,
                scope,
                newcomer,
                namesake,
            });
        }
    }
    operations
}

fn credential(description: &Value) -> Credential {
    match &description["security"] {
        Value::Null => Credential::None,
        security if *security == json!([{"session": []}]) => Credential::Session,
        security if *security == json!([{"bearer": []}]) => Credential::Bearer,
        security if *security == json!([{"session": []}, {"bearer": []}]) => Credential::Bearer,
        security => panic!("the walk knows no security {security}"),
    }
}

/// Fails when the request leaves out a part of the operation: a parameter that is new may be a new way in.
fn check_filled(name: &str, template: &str, path: &str, headers: Headers, description: &Value) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    assert_eq!(
        path.split('/').count(),
        template.split('/').count(),
        "{name}: {path} does not fit {template}"
    );
    assert!(!path.contains('{'), "{name}: {path}");
    for parameter in description["parameters"].as_array().into_iter().flatten() {
        let parameter = (parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap());
        let filled = match parameter {
            ("query", wanted) => query.split('&').any(|pair| pair.split('=').next() == Some(wanted)),
            ("header", wanted) => headers.iter().any(|(header, _)| *header == wanted),
            (place, _) => place == "path",
        };
        // Where a page goes on is a day or a number of the account's own; what a key opens is the key's account.
        let aimless = ["cursor", "p", "u"].contains(&parameter.1);
        assert!(filled || aimless, "{name}: the walk does not fill the parameter {parameter:?}");
    }
}

struct Aim {
    path: String,
    headers: Headers,
    body: Body,
    scope: &'static str,
    newcomer: u16,
    namesake: u16,
}

impl Aim {
    fn at(path: impl Into<String>, statuses: (u16, u16)) -> Self {
        let (newcomer, namesake) = statuses;
        Self { path: path.into(), headers: &[], body: Body::None, scope: "", newcomer, namesake }
    }

    fn json(self, body: Value) -> Self {
        Self { body: Body::Json(body), ..self }
    }

    fn text(self, body: &'static str) -> Self {
        Self { body: Body::Text(body), ..self }
    }

    fn headers(self, headers: Headers) -> Self {
        Self { headers, ..self }
    }

    fn reads(self) -> Self {
        Self { scope: "metrics:read", ..self }
    }

    fn writes(self) -> Self {
        Self { scope: "metrics:write", ..self }
    }

    fn uses_tools(self) -> Self {
        Self { scope: "tools:access", ..self }
    }
}

/// A valid request that aims at `target`, and its answers to an account with nothing and to one with the same names.
fn aim(operation: &str, target: &Target) -> Aim {
    let Target { email, metric, key } = target;
    match operation {
        "list_keys" => Aim::at("/.well-known/jwks.json", (200, 200)),
        "find_account" => Aim::at("/auth/account", (200, 200)),
        "list_api_keys" => Aim::at("/auth/api-keys", (200, 200)),
        "create_api_key" => Aim::at("/auth/api-keys", (201, 201))
            .json(json!({"name": "own", "scopes": ["metrics:read", "metrics:write"]})),
        "revoke_api_key" => Aim::at(format!("/auth/api-keys/{key}"), (404, 404)),
        "create_invitation" => Aim::at("/auth/invitations", (403, 403)),
        "log_in" => Aim::at("/auth/login", (401, 401))
            .json(json!({"email": email, "password": "not the password of the first"})),
        "log_out" => Aim::at("/auth/logout", (204, 204)),
        "register_account" => Aim::at("/auth/register", (409, 409))
            .json(json!({"email": email, "password": "not the password of the first"})),
        "find_registration" => Aim::at("/auth/registration", (200, 200)),
        "create_access_token" => Aim::at("/auth/token", (200, 200)),
        "forward_auth" => Aim::at("/auth/forward", (200, 200)).headers(FORWARDED).uses_tools(),
        "return_to_tool" => Aim::at("/auth/return?to=http://localhost:8080/", (303, 303)),
        "list_metrics" => Aim::at("/api/v1/metrics?archived=true", (200, 200)).reads(),
        "create_metric" => Aim::at("/api/v1/metrics", (201, 409)).json(json!({"name": "weight"})).writes(),
        "find_metric" => Aim::at(format!("/api/v1/metrics/{metric}"), (404, 404)).reads(),
        "change_metric" => Aim::at(format!("/api/v1/metrics/{metric}"), (404, 404))
            .json(json!({"title": "taken over", "archived": true}))
            .writes(),
        "create_samples" => Aim::at("/api/v1/samples", (200, 200))
            .json(
                json!({"samples": [{"metric": "weight", "labels": {"host": "a", "room": "other"}, "value": 2,
                                      "timestamp": "2026-01-02T03:04:05Z"}]}),
            )
            .writes(),
        "delete_samples" => {
            Aim::at("/api/v1/samples?metric=weight&label=host%3Da&start=0&end=4000000000000", (404, 200))
                .writes()
        }
        "write_v1" => Aim::at("/write?db=any&precision=ms", (204, 204)).text(LINE).writes(),
        "write_v2" => {
            Aim::at("/api/v2/write?org=any&bucket=any&precision=ms", (204, 204)).text(LINE).writes()
        }
        "ping" | "ping_head" => Aim::at("/ping", (204, 204)),
        "find_entry" => Aim::at("/api/v1/entries/2026-01-02", (404, 200)).reads(),
        "replace_entry" => Aim::at("/api/v1/entries/2026-01-02", (422, 200))
            .json(json!({"values": {"weight": 2}, "note": "taken over"}))
            .writes(),
        "delete_entry" => Aim::at("/api/v1/entries/2026-01-02", (404, 204)).writes(),
        "list_entries" => {
            Aim::at("/api/v1/entries?start=2026-01-01&end=2026-01-31&limit=10", (200, 200)).reads()
        }
        "query_metric" => Aim::at(
            "/api/v1/query?metric=weight&label=host%3Da&start=0&end=4000000000000&step=1mo&points=10000\
             &aggregate=max&group_by=room&time_zone=UTC",
            (404, 200),
        )
        .reads(),
        "list_series" => Aim::at("/api/v1/series?metric=weight&label=host%3Da&limit=10", (200, 200)).reads(),
        _ => panic!("the walk does not know how to aim {operation} at an account: teach it here"),
    }
}

const FORWARDED: Headers = &[
    ("X-Forwarded-Method", "GET"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Host", "localhost:8080"),
    ("X-Forwarded-Uri", "/"),
];

const LINE: &str = "weight,host=a,room=other value=2 1767323045000";
