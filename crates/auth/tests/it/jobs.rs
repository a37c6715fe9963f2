//! Work that nobody waits for.

use std::{
    io::{ErrorKind, Read},
    net::TcpListener,
};

use tallykeep_auth::{MailSecurity, MailSettings};
use tallykeep_test_support::TestApp;

use crate::support::{execute, texts};

#[actix_web::test]
async fn a_mail_server_that_takes_its_time_holds_up_nothing_else() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mail = MailSettings {
        host: Some("127.0.0.1".to_owned()),
        port: Some(silent.local_addr().unwrap().port()),
        security: MailSecurity::Plain,
        from: Some("tallykeep@example.org".to_owned()),
        ..MailSettings::default()
    };
    let app = TestApp::with(|settings| settings.auth.mail = mail.clone());
    let _ada = app.register("ada@example.org").await;
    let (first, _) = silent.accept().unwrap();
    drop(first);
    // What tries now must not try again.
    let database = app.stop();
    execute(&database, "update auth.outbox set due_at = now()");
    execute(&database, "insert into auth.rate_limits values ('192.0.2.1', now() - interval '1 day')");
    // The job of mail stands before the one that sweeps, in the order of the alphabet.
    let app = TestApp::with_database(database, |settings| settings.auth.mail = mail);
    let (mut waiting, _) = silent.accept().unwrap();
    let left = "select client as text from auth.rate_limits where client = '192.0.2.1'";
    while !texts(&app.database, left).is_empty() {
        tokio::task::yield_now().await;
    }
    waiting.set_nonblocking(true).unwrap();
    let heard = waiting.read(&mut [0]);
    assert_eq!(heard.unwrap_err().kind(), ErrorKind::WouldBlock, "the mail is still being sent");
    // So that the application need not wait for it.
    drop((waiting, silent));
}

#[actix_web::test]
async fn invitations_that_have_ended_are_removed() {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    for _ in 0..2 {
        let _ = ada.browser.post("/auth/invitations", &serde_json::Value::Null).await.expect(201);
    }
    execute(
        &app.database,
        "update auth.invitations set expires_at = now() - interval '1 second'
        where id = (select id from auth.invitations order by id limit 1)",
    );
    let app = app.restart_with(|_| {});
    let all = "select id::text as text from auth.invitations";
    while texts(&app.database, all).len() > 1 {
        tokio::task::yield_now().await;
    }
    let live = "select id::text as text from auth.invitations where expires_at > now()";
    assert_eq!(texts(&app.database, all), texts(&app.database, live));
}
