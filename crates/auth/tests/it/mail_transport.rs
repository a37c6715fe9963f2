//! The way to the SMTP server, and what a mail looks like there.

use tallykeep_auth::{AuthSettings, MailSecurity, MailSettings, State};
use tallykeep_database::{PoolSettings, ServiceRole, connect};
use tallykeep_test_support::{MASTER_SECRET, SmtpServer, TestApp, TestDatabase};

use crate::support::{app_with_mail, execute, texts};

const AUTHENTICATED: [(MailSecurity, &str); 2] =
    [(MailSecurity::Tls, "tls"), (MailSecurity::Starttls, "starttls")];

/// An application that cannot send to `smtp`, once it has tried.
async fn failing(mail: MailSettings) -> TestApp {
    let app = TestApp::with(|settings| settings.auth.mail = mail);
    let _ada = app.register("ada@example.org").await;
    while texts(&app.database, "select 'tried' as text from auth.outbox where attempts = 1") != ["tried"] {
        tokio::task::yield_now().await;
    }
    app
}

/// Has `app` send with settings that are right what it could not, and checks that this was the first time.
async fn mend(app: TestApp, smtp: &SmtpServer) {
    // What tries in vain must not try again now.
    let database = app.stop();
    execute(&database, "update auth.outbox set due_at = now()");
    let app = TestApp::with_database(database, |settings| settings.auth.mail = smtp.settings());
    assert_eq!(smtp.next().to, ["RCPT TO:<ada@example.org>"]);
    let sent = "select attempts::text as text from auth.outbox where sent_at is not null";
    while texts(&app.database, sent) != ["2"] {
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn mail_goes_over_tls_and_over_starttls_with_a_password() {
    for (security, name) in AUTHENTICATED {
        let smtp = SmtpServer::with(security);
        let app = TestApp::with(|settings| {
            settings.auth.mail = MailSettings {
                username: Some("mailer".to_owned()),
                password: Some("its password".into()),
                ..smtp.settings()
            };
        });
        let _ada = app.register("ada@example.org").await;
        let mail = smtp.next();
        assert!(mail.encrypted, "{name}");
        // base64 of NUL, name, NUL, password (RFC 4616).
        assert_eq!(mail.credentials.as_deref(), Some("AG1haWxlcgBpdHMgcGFzc3dvcmQ="), "{name}");
    }
}

#[actix_web::test]
async fn a_server_with_a_certificate_of_somebody_else_gets_nothing() {
    for (security, _) in AUTHENTICATED {
        let (smtp, other) = (SmtpServer::with(security), SmtpServer::with(security));
        for ca in [other.settings().ca, None] {
            let app = failing(MailSettings { ca, ..smtp.settings() }).await;
            mend(app, &smtp).await;
        }
    }
}

#[actix_web::test]
async fn a_server_without_starttls_gets_nothing_where_a_setting_asks_for_it() {
    let smtp = SmtpServer::start();
    let app = failing(MailSettings { security: MailSecurity::Starttls, ..smtp.settings() }).await;
    mend(app, &smtp).await;
}

#[actix_web::test]
async fn a_mail_has_the_headers_of_one_and_nothing_that_its_reader_would_fetch() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let mail = smtp.next();
    assert_eq!(mail.from, "MAIL FROM:<tallykeep@example.org>");
    assert_eq!(mail.header("From"), "Tallykeep <tallykeep@example.org>");
    assert_eq!(mail.header("To"), "ada@example.org");
    assert_eq!(mail.header("Subject"), mail.subject);
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(mail.header("Message-ID").ends_with("@localhost>"), "{}", mail.raw);
    assert!(mail.header("Date").ends_with("+0000"), "{}", mail.raw);
    assert_eq!(mail.header("Bcc"), "");
    for loaded in ["<img", "src=", "url(", "<link", "<script", "@import"] {
        assert!(!mail.html.contains(loaded), "{}", mail.html);
    }
    assert_eq!(mail.html.matches("http").count(), 2, "the link, and which site it is: {}", mail.html);
    assert!(mail.text.contains("If you have no account there"), "{}", mail.text);
    assert!(mail.text.contains("Tallykeep at http://localhost:8080"), "{}", mail.text);
}

#[actix_web::test]
async fn every_address_that_can_register_can_be_written_to() {
    let (app, smtp) = app_with_mail();
    let odd =
        ["root@localhost", "o'hara+x=y/z@example.org", "!#$%&'*+-/=?^_`{|}~@example.org", "a@1.b-2.example"];
    for email in odd {
        let _ = app.register(email).await;
        assert_eq!(smtp.next().to, [format!("RCPT TO:<{email}>")]);
    }
}

#[actix_web::test]
async fn settings_that_cannot_be_meant_stop_the_start_and_are_named() {
    let smtp = MailSettings {
        host: Some("localhost".to_owned()),
        from: Some("tallykeep@example.org".to_owned()),
        ..MailSettings::default()
    };
    let password = MailSettings { password: Some("x".into()), ..smtp.clone() };
    let both = MailSettings { username: Some("x".to_owned()), ..password.clone() };
    let console = MailSettings { console: true, ..MailSettings::default() };
    let wrong = [
        (MailSettings { from: None, ..smtp.clone() }, "auth.mail.from is required"),
        (MailSettings { from: Some("nobody".to_owned()), ..smtp.clone() }, "auth.mail.from"),
        (MailSettings { from: Some("a@b.c\r\nBcc: d@e.f".to_owned()), ..smtp.clone() }, "auth.mail.from"),
        (password, "auth.mail.username and auth.mail.password"),
        (MailSettings { security: MailSecurity::Plain, ..both }, "never sent over a plain line"),
        (MailSettings { ca: Some("no certificate".to_owned()), ..smtp.clone() }, "auth.mail.ca"),
        (MailSettings { console: true, ..smtp.clone() }, "auth.mail.console"),
        (console.clone(), "auth.mail.console is for development"),
    ];
    let database = TestDatabase::new();
    let build = |mail: MailSettings, public_url: &str| {
        let settings = AuthSettings { secret: Some(MASTER_SECRET.into()), mail, ..AuthSettings::default() };
        let pool = connect(&PoolSettings::new(database.url(ServiceRole::Auth))).unwrap();
        State::build(&settings, public_url, pool).map(|_| ()).map_err(|error| format!("{error:#}"))
    };
    for (settings, word) in wrong {
        let error = build(settings, "https://numbers.example.org").unwrap_err();
        assert!(error.contains(word), "{error} has no {word}");
    }
    assert_eq!(build(smtp, "https://numbers.example.org"), Ok(()));
    assert_eq!(build(console, "http://localhost:8080"), Ok(()));
}
