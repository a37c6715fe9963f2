//! The operator's command line: the program itself.

use std::{
    io::Write,
    process::{Output, Stdio},
};

use secrecy::ExposeSecret;
use serde_json::json;
use tallykeep_database::ServiceRole;
use tallykeep_test_support::{Client, SignedIn, TestDatabase};

use crate::{
    authenticator::{CodeApp, begin, confirm},
    process::command,
    support::{log_in, registration, serve, texts},
};

/// The exit code of what was refused, standard output and standard error.
type Said = (Option<i32>, String, String);

/// Runs `admin` with `arguments`, separated by spaces, and `input`.
fn admin(database: &TestDatabase, arguments: &str, input: &str) -> Said {
    let mut command = command(database.url(ServiceRole::Auth).expose_secret());
    command.arg("admin").args(arguments.split(' ')).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A task that reads nothing may have ended by now.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[track_caller]
fn done(said: Said) -> String {
    assert_eq!((said.0, said.2.as_str()), (Some(0), ""), "{}", said.1);
    said.1
}

#[track_caller]
fn refused((code, stdout, stderr): Said, reason: &str) {
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(stderr.contains(reason), "{stderr}");
}

#[actix_web::test]
async fn an_account_is_made_with_a_password_that_is_printed_once_or_read() {
    let database = TestDatabase::new();
    let printed = done(admin(&database, "create-account ada@example.org", ""));
    let (first, second) = printed.trim_end().split_once('\n').unwrap();
    assert_eq!(first, "made the account ada@example.org, administrator");
    let made = second.rsplit(' ').next().unwrap();
    let printed =
        done(admin(&database, "create-account Bob@example.org --password-stdin", "a good password\n"));
    assert_eq!(printed, "made the account bob@example.org, member\n");
    let served = serve(&database);
    let client = Client::new(&served.url);
    let _ = log_in(&client, "ada@example.org", made).await.expect(200);
    let _ = log_in(&client, "bob@example.org", "a good password").await.expect(200);
    let events =
        "select action || ' by ' || user_agent as text from auth.audit_events where action <> 'sign_in'";
    assert_eq!(texts(&database, events), ["create_account by the command line"; 2]);
}

#[test]
fn what_cannot_be_made_is_refused_with_the_reason() {
    let database = TestDatabase::new();
    done(admin(&database, "create-account ada@example.org", ""));
    refused(admin(&database, "create-account ada@example.org", ""), "email_taken");
    refused(
        admin(&database, "create-account b@example.org --password-stdin", "short\n"),
        "password_too_short",
    );
    refused(admin(&database, "create-account b@example.org --password-stdin", ""), "password_too_short");
    refused(admin(&database, "create-account b@example.org --time-zone Mars/Olympus", ""), "Mars/Olympus");
    refused(
        admin(&database, "disable bob@example.org", ""),
        "there is no account with the address bob@example.org",
    );
    refused(admin(&database, "disable ada@example.org", ""), "last_administrator");
    refused(admin(&database, "delete ada@example.org", ""), "last_administrator");
    for wrong in [
        "create-account not-an-address",
        "create-account",
        "reset",
        "create-account b@example.org --password x",
    ] {
        assert_eq!(admin(&database, wrong, "").0, Some(2), "{wrong}");
    }
    assert_eq!(texts(&database, "select email as text from auth.accounts"), ["ada@example.org"]);
}

#[actix_web::test]
async fn an_invitation_admits_whom_it_is_given_to() {
    let database = TestDatabase::new();
    refused(admin(&database, "invite", ""), "administrator_missing");
    done(admin(&database, "create-account ada@example.org", ""));
    let printed = done(admin(&database, "invite", ""));
    let token = printed.trim_end().rsplit(' ').next().unwrap();
    let mut body = registration("bob@example.org");
    body["invitation"] = token.into();
    let app = tallykeep_test_support::TestApp::with_database(database, |settings| {
        settings.auth.registration = tallykeep_auth::RegistrationMode::Invite;
    });
    let _ = app.stranger().post("/auth/register", &body).await.expect(201);
}

#[actix_web::test]
async fn accounts_are_kept_out_let_in_deleted_and_listed() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let client = Client::new(&served.url);
    let _ada = client.register("ada@example.org").await;
    let bob = client.register("bob@example.org").await;
    let state = || {
        let list = done(admin(&database, "list BOB", ""));
        let mut columns = list.trim_end().split('\t').map(str::to_owned);
        assert_eq!(
            (columns.next().unwrap(), columns.next().unwrap()),
            ("bob@example.org".into(), "member".into())
        );
        columns.next().unwrap()
    };
    assert_eq!(state(), "active");
    assert_eq!(done(admin(&database, "disable bob@example.org", "")), "disabled bob@example.org\n");
    assert!(state().starts_with("disabled since "));
    bob.browser.get("/auth/account").await.expect_problem(401, "session_missing");
    assert_eq!(done(admin(&database, "enable bob@example.org", "")), "enabled bob@example.org\n");
    let _ = log_in(&client, "bob@example.org", SignedIn::PASSWORD).await.expect(200);
    assert!(done(admin(&database, "delete bob@example.org", "")).starts_with("deleted bob@example.org; "));
    assert!(state().starts_with("erased after "));
    done(admin(&database, "enable bob@example.org", ""));
    assert_eq!(done(admin(&database, "list", "")).lines().count(), 2);
}

#[test]
fn without_a_database_it_says_so_and_tells_no_secret() {
    let mut command = command("postgres://tallykeep_auth:hunter2@127.0.0.1:1/none");
    let Output { status, stderr, .. } = command.args(["admin", "list"]).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("database_unavailable") && !said.contains("hunter2"), "{said}");
}

#[actix_web::test]
async fn who_has_forgotten_the_password_is_given_a_link() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let client = Client::new(&served.url);
    let _ada = client.register("ada@example.org").await;
    let printed = done(admin(&database, "reset-password ada@example.org", ""));
    let token = printed.trim_end().rsplit_once("/reset-password#token=").unwrap().1;
    let body = json!({"token": token, "password": "another good password"});
    let _ = client.post("/auth/password-reset/confirm", &body).await.expect(204);
    let _ = log_in(&client, "ada@example.org", "another good password").await.expect(200);
    refused(
        admin(&database, "reset-password bob@example.org", ""),
        "there is no account with the address bob@example.org",
    );
}

#[actix_web::test]
async fn a_rotation_of_keys_says_what_became_of_them() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let client = Client::new(&served.url);
    let _ada = client.register("ada@example.org").await;
    let before = client.get("/.well-known/jwks.json").await.expect(200)["keys"][0]["kid"].clone();
    let printed = done(admin(&database, "rotate-keys", ""));
    let after = texts(&database, "select id as text from auth.signing_keys");
    assert!(after.len() == 1 && before != json!(after[0]), "{before} {after:?}");
    let expected = format!(
        "access tokens are signed with {} now; dropped 1 keys\nsealed 0 secrets anew; 0 cannot be read\n\
         0 passwords are still under an earlier master secret\n",
        after[0]
    );
    assert_eq!(printed, expected);
}

#[actix_web::test]
async fn secrets_are_sealed_anew_without_making_a_token_void() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let client = Client::new(&served.url);
    let ada = client.register("ada@example.org").await;
    let keys = "select id as text from auth.signing_keys";
    let before = texts(&database, keys);
    assert_eq!(
        done(admin(&database, "reseal", "")),
        "sealed 0 secrets anew; 0 cannot be read\n0 passwords are still under an earlier master secret\n"
    );
    assert_eq!(texts(&database, keys), before);
    let _ = ada.browser.get("/auth/account").await.expect(200);
}

#[actix_web::test]
async fn second_factors_that_were_lost_are_removed() {
    let database = TestDatabase::new();
    let served = serve(&database);
    let client = Client::new(&served.url);
    let ada = client.register("ada@example.org").await;
    let authenticator = CodeApp::of(&begin(&ada.browser).await);
    let _ = confirm(&ada.browser, &authenticator.code()).await.expect(200);
    let _ = log_in(&client, "ada@example.org", SignedIn::PASSWORD).await.expect(202);
    let printed = done(admin(&database, "reset-second-factors ada@example.org", ""));
    assert_eq!(printed, "ada@example.org has no second factor any more, and is signed out everywhere\n");
    assert_eq!(texts(&database, "select id::text as text from auth.sessions"), [""; 0]);
    let _ = log_in(&client, "ada@example.org", SignedIn::PASSWORD).await.expect(200);
    refused(
        admin(&database, "reset-second-factors bob@example.org", ""),
        "there is no account with the address bob@example.org",
    );
}
