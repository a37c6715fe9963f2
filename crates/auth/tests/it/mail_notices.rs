//! What a person is told of without asking.

use tallykeep_test_support::{SignedIn, TestApp};

use crate::support::{app_with_mail, log_in};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn sign_in(app: &TestApp, user_agent: &str) {
    let client = app.stranger().with_header("user-agent", user_agent);
    let _ = log_in(&client, "ada@example.org", SignedIn::PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn a_sign_in_with_a_new_browser_is_told_of() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    sign_in(&app, FIREFOX).await;
    let mail = smtp.next();
    assert_eq!(
        (mail.to.as_slice(), mail.subject.as_str()),
        (&["RCPT TO:<ada@example.org>".to_owned()][..], "A new sign-in")
    );
    assert_eq!(mail.link(), None);
    for part in [&mail.text, &mail.html] {
        assert!(part.contains("with Firefox on Linux."), "{part}");
        assert!(part.contains("127.0.0.1"), "{part}");
        // The time is that of the account, which is in Berlin.
        assert!(part.contains("(CET)") || part.contains("(CEST)"), "{part}");
    }
}

#[actix_web::test]
async fn a_browser_that_the_account_knows_is_not_told_of() {
    let (app, smtp) = app_with_mail();
    let ada = app.stranger().with_header("user-agent", FIREFOX);
    let _ = ada.register("ada@example.org").await;
    let _verification = smtp.next();
    sign_in(&app, FIREFOX).await;
    sign_in(&app, "curl/8.15.0").await;
    assert!(smtp.next().text.contains("with a program."));
    sign_in(&app, "curl/8.15.0").await;
    sign_in(&app, FIREFOX).await;
    sign_in(&app, "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0").await;
    assert!(smtp.next().text.contains("with Firefox on Windows."));
}

#[actix_web::test]
async fn a_sign_in_that_fails_makes_no_browser_known() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    let robot = app.stranger().with_header("user-agent", FIREFOX);
    let _ = log_in(&robot, "ada@example.org", "not her password").await.expect(401);
    sign_in(&app, FIREFOX).await;
    assert_eq!(smtp.next().subject, "A new sign-in");
}

#[actix_web::test]
async fn what_a_client_calls_itself_does_not_get_into_a_mail() {
    let (app, smtp) = app_with_mail();
    let _ada = app.register("ada@example.org").await;
    let _verification = smtp.next();
    sign_in(&app, "<a href=\"https://evil.example\">Your account is lost</a>").await;
    let mail = smtp.next();
    assert!(!mail.raw.contains("evil") && !mail.raw.contains("lost"), "{}", mail.raw);
}
