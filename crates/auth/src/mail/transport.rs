//! How a mail leaves this process.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use lettre::{
    Message, SmtpTransport, Transport,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        self,
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
        response::Category,
    },
};
use secrecy::ExposeSecret;
use tallykeep_service::is_loopback;
use url::{Host, Url};
use uuid::Uuid;

use super::{MailSecurity, MailSettings, letter::Letter};

/// A mail that was not sent, and why. The words hold nothing of the letter.
#[derive(Debug)]
pub(crate) struct NotSent {
    pub(crate) cause: anyhow::Error,
    /// Whether it would be in vain to try again.
    pub(crate) for_good: bool,
}

/// How long the server may take over each step of the conversation.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends letters. Clones share it.
#[derive(Clone)]
pub(crate) struct Mailer(Arc<Inner>);

struct Inner {
    way: Way,
    from: Mailbox,
    /// What names this installation in identifiers of mails.
    domain: String,
}

enum Way {
    Smtp(SmtpTransport),
    Console,
}

impl Mailer {
    /// The mailer of the settings; `None` when there is to be no mail.
    ///
    /// # Errors
    /// When a setting is missing or wrong; names it.
    pub(crate) fn build(settings: &MailSettings, public_url: &str) -> anyhow::Result<Option<Self>> {
        let domain = Url::parse(public_url).ok().and_then(|url| url.host().map(|host| host.to_owned()));
        let domain = domain.context("the setting http.public_url is no address with a host")?;
        let (way, from) = match (&settings.host, settings.console) {
            (Some(_), true) => anyhow::bail!("of auth.mail.host and auth.mail.console one can be set"),
            (Some(host), false) => {
                let from = settings.from.as_ref().context("the setting auth.mail.from is required")?;
                (Way::Smtp(smtp(settings, host, &domain)?), from.as_str())
            }
            (None, true) => {
                anyhow::ensure!(
                    is_loopback(public_url),
                    "the setting auth.mail.console is for development: it writes links into the log, and \
                     http.public_url is not this machine's own"
                );
                (Way::Console, settings.from.as_deref().unwrap_or("tallykeep@localhost"))
            }
            (None, false) => return Ok(None),
        };
        let from = from.parse().context("the setting auth.mail.from is no address of mail")?;
        Ok(Some(Self(Arc::new(Inner { way, from, domain: domain.to_string() }))))
    }

    /// Sends `letter` to `email`, and waits until the server has taken it.
    ///
    /// # Errors
    /// When it cannot be written, the server cannot be reached, or refuses.
    pub(crate) fn send(&self, email: &str, letter: &Letter) -> Result<(), NotSent> {
        let unwritable = |cause| NotSent { cause, for_good: true };
        match &self.0.way {
            Way::Smtp(smtp) => {
                let message = self.message(email, letter).map_err(unwritable)?;
                smtp.send(&message).map(|_| ()).map_err(refused)
            }
            Way::Console => print(email, letter).map_err(unwritable),
        }
    }

    fn message(&self, email: &str, letter: &Letter) -> anyhow::Result<Message> {
        let to = Mailbox::new(None, email.parse().context("the address cannot be written to")?);
        // Programs that answer mail by themselves leave such a one alone (RFC 3834 §5).
        let automatic =
            HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let message = Message::builder()
            .from(self.0.from.clone())
            .to(to)
            .subject(letter.subject)
            .date_now()
            .message_id(Some(format!("<{}@{}>", Uuid::now_v7(), self.0.domain)))
            .raw_header(automatic)
            .multipart(MultiPart::alternative_plain_html(letter.text()?, letter.html()?));
        Ok(message?)
    }
}

fn print(email: &str, letter: &Letter) -> anyhow::Result<()> {
    let text = letter.text()?;
    let mail = format!("\n--- mail to {email} ---\n{}\n\n{text}--- end ---\n\n", letter.subject);
    Ok(io::stderr().lock().write_all(mail.as_bytes())?)
}

/// What the server refuses for good (5xx) it will refuse again. Not so where it wants another sign-in (x3x, RFC 4954 §6):
/// that is for the operator to mend, and the mail is as good as before.
fn refused(error: smtp::Error) -> NotSent {
    let about_sign_in = error.status().is_some_and(|code| code.category == Category::Unspecified3);
    let for_good = error.is_permanent() && !about_sign_in;
    NotSent { cause: anyhow::Error::new(error).context("SMTP"), for_good }
}

fn smtp(settings: &MailSettings, host: &str, domain: &Host) -> anyhow::Result<SmtpTransport> {
    let (tls, usual_port) = match settings.security {
        MailSecurity::Tls => (Tls::Wrapper(parameters(settings, host)?), 465),
        MailSecurity::Starttls => (Tls::Required(parameters(settings, host)?), 587),
        MailSecurity::Plain => (Tls::None, 25),
    };
    let name = match domain {
        Host::Domain(name) => ClientId::Domain(name.clone()),
        Host::Ipv4(address) => ClientId::Ipv4(*address),
        Host::Ipv6(address) => ClientId::Ipv6(*address),
    };
    let smtp = SmtpTransport::builder_dangerous(host)
        .port(settings.port.unwrap_or(usual_port))
        .hello_name(name)
        .timeout(Some(TIMEOUT))
        .tls(tls);
    let (username, password) = match (&settings.username, &settings.password) {
        (Some(username), Some(password)) => (username, password),
        (None, None) => return Ok(smtp.build()),
        _ => anyhow::bail!("of auth.mail.username and auth.mail.password both are needed or none"),
    };
    anyhow::ensure!(
        settings.security != MailSecurity::Plain,
        "the setting auth.mail.password is never sent over a plain line: set auth.mail.security to tls or starttls"
    );
    let credentials = Credentials::new(username.clone(), password.expose_secret().to_owned());
    Ok(smtp.credentials(credentials).build())
}

fn parameters(settings: &MailSettings, host: &str) -> anyhow::Result<TlsParameters> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(ca) = &settings.ca {
        // What is no PEM at all is read as no certificate.
        let certificates = Some(ca).filter(|ca| ca.contains("-----BEGIN CERTIFICATE-----"));
        let certificates = certificates.and_then(|ca| Certificate::from_pem(ca.as_bytes()).ok());
        let certificates = certificates.context("the setting auth.mail.ca holds no certificates in PEM")?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificates);
    }
    builder.build_rustls().context("the settings of auth.mail allow no TLS")
}
