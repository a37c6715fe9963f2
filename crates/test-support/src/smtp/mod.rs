//! An SMTP server that keeps what it is sent, to be read by a test.

mod conversation;
mod mail;

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, crypto,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tallykeep_auth::{MailSecurity, MailSettings};

pub use mail::ReceivedMail;

/// How long a mail may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server on a port of its own. What it is sent goes nowhere but to the test.
pub struct SmtpServer {
    address: SocketAddr,
    security: MailSecurity,
    /// The certificate that it shows, in PEM.
    certificate: String,
    shared: Arc<Shared>,
}

struct Shared {
    security: MailSecurity,
    tls: Arc<ServerConfig>,
    inbox: Mutex<Inbox>,
    changed: Condvar,
}

#[derive(Default)]
struct Inbox {
    refusal: Option<&'static str>,
    refused: usize,
    mails: Vec<ReceivedMail>,
    taken: usize,
}

impl SmtpServer {
    /// A server that is spoken to in clear.
    #[must_use]
    pub fn start() -> Self {
        Self::with(MailSecurity::Plain)
    }

    /// A server that is spoken to as `security` says, with a certificate that it has made itself.
    #[must_use]
    pub fn with(security: MailSecurity) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("the port is known");
        let (tls, certificate) = self_signed();
        let shared = Arc::new(Shared { security, tls, inbox: Mutex::default(), changed: Condvar::new() });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&serving);
                // A client that goes away in the middle is its own affair.
                thread::spawn(move || conversation::serve(&client, &shared));
            }
        });
        Self { address, security, certificate, shared }
    }

    /// The settings of an application that sends its mail here.
    #[must_use]
    pub fn settings(&self) -> MailSettings {
        let encrypted = self.security != MailSecurity::Plain;
        MailSettings {
            host: Some(self.address.ip().to_string()),
            port: Some(self.address.port()),
            security: self.security,
            from: Some("Tallykeep <tallykeep@example.org>".to_owned()),
            ca: encrypted.then(|| self.certificate.clone()),
            ..MailSettings::default()
        }
    }

    /// Refuses every mail from now on for a while, or takes them again.
    pub fn refuse(&self, refuses: bool) {
        self.refuse_with(refuses.then_some("451 not now"));
    }

    /// Refuses every mail from now on with that answer, or takes them again.
    pub fn refuse_with(&self, refusal: Option<&'static str>) {
        self.shared.inbox().refusal = refusal;
    }

    /// The next mail, in the order in which they came. Waits for it.
    #[must_use]
    pub fn next(&self) -> ReceivedMail {
        let mut inbox = self.wait_until(|inbox| inbox.mails.len() > inbox.taken);
        inbox.taken += 1;
        inbox.mails[inbox.taken - 1].clone()
    }

    /// Waits until it has refused `count` mails.
    pub fn wait_for_refusals(&self, count: usize) {
        drop(self.wait_until(|inbox| inbox.refused >= count));
    }

    fn wait_until(&self, condition: impl Fn(&Inbox) -> bool) -> MutexGuard<'_, Inbox> {
        let waited =
            self.shared.changed.wait_timeout_while(self.shared.inbox(), PATIENCE, |inbox| !condition(inbox));
        let (inbox, result) = waited.expect("no thread panicked");
        assert!(!result.timed_out(), "no mail came: {} before, {} refused", inbox.mails.len(), inbox.refused);
        inbox
    }
}

impl Shared {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().expect("no thread panicked")
    }
}

/// What a server needs that shows a certificate for 127.0.0.1, and the certificate in PEM.
fn self_signed() -> (Arc<ServerConfig>, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate is made");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key))
        .expect("the certificate fits its key");
    (Arc::new(config), made.cert.pem())
}
