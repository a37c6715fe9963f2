//! Every operation of the API documents, with a valid request that aims at the first account.

use std::fmt;

use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Answer, Client, SignedIn};
use utoipa::openapi::OpenApi;

use super::aims::{Aim, aim};

/// What requests aim at.
pub(crate) struct Target {
    /// Its id.
    pub(crate) account: String,
    pub(crate) email: String,
    /// The id of the metric `weight`.
    pub(crate) metric: String,
    /// The id of an API key.
    pub(crate) key: String,
    /// The id of a session.
    pub(crate) session: String,
    /// The id of a passkey.
    pub(crate) passkey: String,
    /// The id of an invitation.
    pub(crate) invitation: String,
    /// The id of who its person is at another provider.
    pub(crate) identity: String,
    /// The id of an application that it made known.
    pub(crate) client: String,
}

/// What an operation asks for, as its document says. Where a session will do as well as a bearer, the bearer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    None,
    Session,
    /// A sign-in that waits for its second factor, which no session is.
    Pending,
    SessionOrPending,
    Bearer,
}

impl Credential {
    /// `person` with such a credential.
    pub(crate) fn of(self, person: &SignedIn) -> Client {
        match self {
            Self::None | Self::Bearer => person.page.clone(),
            Self::Session | Self::Pending | Self::SessionOrPending => person.browser.clone(),
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

pub(crate) type Headers = &'static [(&'static str, &'static str)];

pub(crate) enum Body {
    None,
    Json(Value),
    Form(Vec<(&'static str, String)>),
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
            Body::Form(body) => request.form(body),
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
        // A token that an application was given for somebody, or what proves an application. The account's own
        // credentials are none.
        security if *security == json!([{"openid": []}]) => Credential::None,
        security if *security == json!([{"client": []}, {}]) => Credential::None,
        security if *security == json!([{"session": []}]) => Credential::Session,
        security if *security == json!([{"pending_sign_in": []}]) => Credential::Pending,
        security if *security == json!([{"pending_sign_in": []}, {"session": []}]) => {
            Credential::SessionOrPending
        }
        security if *security == json!([{"bearer": []}, {"oauth2": []}]) => Credential::Bearer,
        security if *security == json!([{"session": []}, {"bearer": []}, {"oauth2": []}]) => {
            Credential::Bearer
        }
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
