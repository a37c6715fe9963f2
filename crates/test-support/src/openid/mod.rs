//! Another provider of sign-ins (OpenID Connect), which does what a test wants.

mod keys;
mod routes;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use reqwest::Url;
use serde_json::Value;
use tallykeep_auth::ProviderSettings;
use tallykeep_service::{Health, Server};

use crate::{Client, Served, http_settings};
use keys::Keys;

pub use keys::Signing;

/// What the provider knows the application as.
const CLIENT_ID: &str = "tallykeep";
const CLIENT_SECRET: &str = "what the provider gave the application";

/// A provider on a port of its own. It signs in one person at a time, without asking anybody.
pub struct OpenIdProvider {
    shared: Arc<Mutex<Provider>>,
    served: Served,
}

/// Somebody who is signed in at the provider.
#[derive(Debug, Clone)]
pub struct Person {
    /// The provider's name for them.
    pub subject: String,
    /// Their address.
    pub email: Option<String>,
    /// Whether the provider says that it is theirs.
    pub email_verified: bool,
}

/// How an address of the provider answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    Well,
    /// 503.
    Away,
    /// Never.
    Silent,
    /// With more than anybody wants to hold.
    Endless,
    /// By sending on to another address of its own, where the answer is.
    Redirecting,
}

type Change = Box<dyn Fn(&mut Value) + Send>;

struct Provider {
    issuer: String,
    person: Person,
    signing: Signing,
    keys: Keys,
    codes: HashMap<String, Given>,
    moods: HashMap<String, Mood>,
    change_claims: Change,
    change_document: Change,
    /// Whether addresses are told at `/userinfo` alone.
    is_terse: bool,
    asked_for_keys: usize,
}

/// What a code was given for.
#[derive(Debug, Clone)]
struct Given {
    redirect_uri: String,
    nonce: String,
    challenge: String,
    /// Whether the person had to show who they are for it.
    asked_person: bool,
}

impl OpenIdProvider {
    /// A provider at which Ada is signed in.
    #[must_use]
    pub fn start() -> Self {
        let server = Server::bind(http_settings(), Health::default(), None).expect("a port is free");
        let issuer = format!("http://{}", server.address().expect("the port is known"));
        let shared = Arc::new(Mutex::new(Provider {
            issuer,
            person: Person::new("ada-at-the-provider", "ada@example.org"),
            signing: Signing::Es256,
            keys: Keys::generate("first"),
            codes: HashMap::new(),
            moods: HashMap::new(),
            change_claims: Box::new(|_| {}),
            change_document: Box::new(|_| {}),
            is_terse: false,
            asked_for_keys: 0,
        }));
        let serving = Arc::clone(&shared);
        let served = Served::start(server, move || routes::configure(Arc::clone(&serving)));
        Self { shared, served }
    }

    /// The settings of an application that lets people sign in with it.
    #[must_use]
    pub fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            name: "Example".to_owned(),
            issuer: self.served.url.clone(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: Some(CLIENT_SECRET.into()),
            scopes: vec!["email".to_owned()],
        }
    }

    /// Its secret with the application.
    #[must_use]
    pub fn client_secret(&self) -> Vec<u8> {
        CLIENT_SECRET.into()
    }

    /// The public keys, as everybody can read them.
    #[must_use]
    pub fn public_keys(&self) -> Vec<u8> {
        self.provider().keys.document().to_string().into_bytes()
    }

    /// Somebody else is signed in from now on.
    pub fn switch_to(&self, person: Person) {
        self.provider().person = person;
    }

    /// It signs in another way from now on.
    pub fn sign_by(&self, signing: Signing) {
        self.provider().signing = signing;
    }

    /// It has other keys from now on, under other names.
    pub fn rotate_keys(&self) {
        self.provider().keys = Keys::generate("second");
    }

    /// It signs with other keys from now on, under the same names, and says nothing of them.
    pub fn forge_keys(&self) {
        let forged = Keys::generate("first");
        let document = self.provider().keys.document();
        self.provider().keys = forged;
        self.change_document_of_keys(document);
    }

    /// Changes what it states before it is signed.
    pub fn change_claims(&self, change: impl Fn(&mut Value) + Send + 'static) {
        self.provider().change_claims = Box::new(change);
    }

    /// Changes what it says of itself.
    pub fn change_document(&self, change: impl Fn(&mut Value) + Send + 'static) {
        self.provider().change_document = Box::new(change);
    }

    /// How the address with that path answers from now on.
    pub fn answer(&self, path: &str, mood: Mood) {
        self.provider().moods.insert(path.to_owned(), mood);
    }

    /// It states no address any more, and tells it when asked.
    pub fn be_terse(&self) {
        self.provider().is_terse = true;
    }

    /// How often it was asked for its keys.
    #[must_use]
    pub fn asked_for_keys(&self) -> usize {
        self.provider().asked_for_keys
    }

    /// Opens the address that the application sends a browser to, and answers where the provider sends it.
    pub async fn visit(&self, location: &str) -> Url {
        let url: Url = location.parse().expect("it is an address");
        let path = &location[url.origin().ascii_serialization().len()..];
        let answer = Client::new(&self.served.url).get(path).await;
        let _ = answer.expect(303);
        answer.header("location").parse().expect("it is an address")
    }

    fn change_document_of_keys(&self, document: Value) {
        let mut provider = self.provider();
        let before = std::mem::replace(&mut provider.change_document, Box::new(|_| {}));
        provider.change_document = Box::new(move |told| {
            before(told);
            if told.get("keys").is_some() {
                *told = document.clone();
            }
        });
    }

    fn provider(&self) -> MutexGuard<'_, Provider> {
        self.shared.lock().expect("no thread panicked")
    }
}

impl Person {
    /// Somebody whose address the provider has seen to be theirs.
    #[must_use]
    pub fn new(subject: &str, email: &str) -> Self {
        Self { subject: subject.to_owned(), email: Some(email.to_owned()), email_verified: true }
    }

    /// The same, without that.
    #[must_use]
    pub fn unverified(subject: &str, email: &str) -> Self {
        Self { email_verified: false, ..Self::new(subject, email) }
    }
}
