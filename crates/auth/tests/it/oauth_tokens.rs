//! What applications are given, and when it ends (OpenID Connect).

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tallykeep_test_support::{Client, SignedIn, TestApp};

use crate::{
    erasure::run_jobs_until,
    oauth::{Application, REDIRECT_URI, VERIFIER, error, trade},
    support::{execute, texts},
};

async fn app() -> (TestApp, SignedIn, Application) {
    let app = TestApp::start();
    let ada = app.register("ada@example.org").await;
    let wiki = Application::register(&app, &ada, json!({})).await;
    (app, ada, wiki)
}

fn text<'a>(tokens: &'a Value, field: &str) -> &'a str {
    tokens[field].as_str().unwrap()
}

#[actix_web::test]
async fn a_code_used_twice_ends_what_it_gave() {
    let (app, ada, wiki) = app().await;
    let code = wiki.code(&ada.browser, &json!({})).await;
    let tokens = wiki.trade(&code).await.expect(200);
    assert_eq!(wiki.userinfo(&tokens).await, 200);
    assert_eq!(error(&wiki.trade(&code).await, 400), "invalid_grant");
    assert_eq!(wiki.userinfo(&tokens).await, 401);
    assert_eq!(error(&wiki.refresh(text(&tokens, "refresh_token")).await, 400), "invalid_grant");
    let events = "select action as text from auth.audit_events where action = 'client_code_reuse'";
    assert_eq!(texts(&app.database, events).len(), 1);
}

#[actix_web::test]
async fn of_many_trades_of_a_code_at_once_one_at_most_is_given_tokens() {
    let (_app, ada, wiki) = app().await;
    let code = wiki.code(&ada.browser, &json!({})).await;
    let answers = join_all((0..6).map(|_| wiki.trade(&code))).await;
    let given: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(given.len(), 1);
    assert_eq!(wiki.userinfo(&given[0].json()).await, 401);
}

#[actix_web::test]
async fn a_code_ends_after_a_minute() {
    let (app, ada, wiki) = app().await;
    let code = wiki.code(&ada.browser, &json!({})).await;
    let life = "select (code_expires_at - created_at)::text as text from auth.authorizations";
    assert_eq!(texts(&app.database, life), ["00:01:00"]);
    let age = "update auth.authorizations set code_expires_at = code_expires_at - interval '60 seconds'";
    execute(&app.database, age);
    assert_eq!(error(&wiki.trade(&code).await, 400), "invalid_grant");
}

#[actix_web::test]
async fn a_code_is_good_with_its_own_verifier_and_address_alone_and_ends_otherwise() {
    let (_app, ada, wiki) = app().await;
    let other = "another-verifier-of-at-least-forty-three-characters-0123";
    for (name, value) in [
        ("code_verifier", other),
        ("code_verifier", ""),
        ("code_verifier", &crate::oauth::challenge(VERIFIER)),
        ("redirect_uri", "https://wiki.example/callback/"),
        ("redirect_uri", ""),
    ] {
        let code = wiki.code(&ada.browser, &json!({})).await;
        let form = trade(&code).map(|pair| if pair.0 == name { (name, value) } else { pair });
        assert_eq!(error(&wiki.ask(&form).await, 400), "invalid_grant", "{name} {value}");
        assert_eq!(error(&wiki.trade(&code).await, 400), "invalid_grant", "{name} {value}");
    }
    let code = wiki.code(&ada.browser, &json!({})).await;
    for missing in ["code_verifier", "redirect_uri", "code"] {
        let form: Vec<_> = trade(&code).into_iter().filter(|(name, _)| *name != missing).collect();
        assert_eq!(error(&wiki.ask(&form).await, 400), "invalid_request", "{missing}");
    }
    let _ = wiki.trade(&code).await.expect(200);
}

#[actix_web::test]
async fn what_one_application_was_given_is_worth_nothing_to_another() {
    let (app, ada, wiki) = app().await;
    let other = Application::register(&app, &ada, json!({"name": "Other"})).await;
    let code = wiki.code(&ada.browser, &json!({})).await;
    assert_eq!(error(&other.trade(&code).await, 400), "invalid_grant");
    let tokens = wiki.trade(&code).await.expect(200);
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    assert_eq!(error(&other.refresh(refresh).await, 400), "invalid_grant");
    for token in [access, refresh] {
        let worth = other.post("/auth/oauth2/introspect", &[("token", token)]).await.expect(200);
        assert_eq!(worth, json!({"active": false}));
        let _ = other.post("/auth/oauth2/revoke", &[("token", token)]).await.expect(200);
    }
    assert_eq!(wiki.userinfo(&tokens).await, 200);
    let _ = wiki.refresh(refresh).await.expect(200);
}

#[actix_web::test]
async fn a_refresh_token_is_good_once_and_a_copy_of_it_ends_the_whole_sign_in() {
    let (app, ada, wiki) = app().await;
    let first = wiki.tokens(&ada.browser).await;
    let second = wiki.refresh(text(&first, "refresh_token")).await.expect(200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(wiki.userinfo(&second).await, 200);
    assert_eq!(error(&wiki.refresh(text(&first, "refresh_token")).await, 400), "invalid_grant");
    assert_eq!(error(&wiki.refresh(text(&second, "refresh_token")).await, 400), "invalid_grant");
    assert_eq!((wiki.userinfo(&first).await, wiki.userinfo(&second).await), (401, 401));
    let events = "select action as text from auth.audit_events where action = 'client_token_reuse'";
    assert_eq!(texts(&app.database, events).len(), 1);
}

#[actix_web::test]
async fn a_refresh_gives_no_more_than_was_granted() {
    let (_app, ada, wiki) = app().await;
    let code = wiki.code(&ada.browser, &json!({"scope": "openid email offline_access"})).await;
    let tokens = wiki.trade(&code).await.expect(200);
    let refresh = text(&tokens, "refresh_token");
    let form = |scope| [("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", scope)];
    assert_eq!(error(&wiki.ask(&form("openid profile")).await, 400), "invalid_scope");
    let fewer = wiki.ask(&form("openid")).await.expect(200);
    assert_eq!(fewer["scope"], "openid");
    let again = wiki.refresh(text(&fewer, "refresh_token")).await.expect(200);
    assert_eq!(again["scope"], "openid email offline_access");
}

#[actix_web::test]
async fn an_application_that_did_not_ask_for_it_is_told_nothing_once_the_person_is_away() {
    let (_app, ada, wiki) = app().await;
    let code = wiki.code(&ada.browser, &json!({"scope": "openid"})).await;
    let tokens = wiki.trade(&code).await.expect(200);
    assert!(tokens["refresh_token"].is_null());
    let away = wiki.tokens(&ada.browser).await;
    let late = wiki.code(&ada.browser, &json!({})).await;
    let _ = ada.browser.post("/auth/logout", &Value::Null).await.expect(204);
    assert_eq!((wiki.userinfo(&tokens).await, wiki.userinfo(&away).await), (401, 200));
    assert_eq!(error(&wiki.trade(&late).await, 400), "invalid_grant");
    let _ = wiki.refresh(text(&away, "refresh_token")).await.expect(200);
}

/// What ends a sign-in at an application, by a request of the account's own browser.
#[actix_web::test]
async fn a_sign_in_at_an_application_ends_with_what_it_rests_on() {
    let (app, ada, wiki) = app().await;
    let bob = app.register("bob@example.org").await;
    let id = bob.browser.get("/auth/account").await.expect(200)["id"].as_str().unwrap().to_owned();
    let check = async |what: &str, tokens: &Value| {
        assert_eq!(wiki.userinfo(tokens).await, 401, "{what}");
        assert_eq!(error(&wiki.refresh(text(tokens, "refresh_token")).await, 400), "invalid_grant", "{what}");
    };
    let tokens = wiki.tokens(&bob.browser).await;
    let _ = bob.browser.delete(&format!("/auth/applications/{}", wiki.id)).await.expect(204);
    check("withdrawn", &tokens).await;
    let tokens = wiki.tokens(&bob.browser).await;
    let account = format!("/auth/admin/accounts/{id}");
    let _ = ada.browser.patch(&account, &json!({"disabled": true})).await.expect(200);
    check("disabled", &tokens).await;
    let _ = ada.browser.patch(&account, &json!({"disabled": false})).await.expect(200);
    check("disabled and enabled", &tokens).await;
    let tokens = wiki.tokens(&ada.browser).await;
    let passwords = json!({"current_password": SignedIn::PASSWORD, "new_password": "another horse battery"});
    let changed = ada.browser.put("/auth/password", &passwords).await;
    let _ = changed.expect(204);
    check("another password", &tokens).await;
    let cookie = changed.header("set-cookie").split(';').next().unwrap().to_owned();
    let ada = ada.browser.with_header("cookie", &cookie);
    let tokens = wiki.tokens(&ada).await;
    let _ = ada.delete(&format!("/auth/admin/clients/{}", wiki.id)).await.expect(204);
    assert_eq!(wiki.userinfo(&tokens).await, 401);
    assert_eq!(error(&wiki.refresh(text(&tokens, "refresh_token")).await, 401), "invalid_client");
}

#[actix_web::test]
async fn refresh_tokens_end_by_themselves_however_often_they_are_traded() {
    let (app, ada, wiki) = app().await;
    let tokens = wiki.tokens(&ada.browser).await;
    let left = |kind: &str| {
        let sql = format!(
            "select round(extract(epoch from expires_at - now()) / 3600)::text as text
             from auth.client_tokens where kind = '{kind}' and used_at is null"
        );
        texts(&app.database, &sql)
    };
    assert_eq!(left("refresh"), [(7 * 24).to_string()]);
    execute(&app.database, "update auth.authorizations set created_at = created_at - interval '29 days'");
    let tokens = wiki.refresh(text(&tokens, "refresh_token")).await.expect(200);
    assert_eq!(left("refresh"), ["24"]);
    execute(&app.database, "update auth.client_tokens set expires_at = now()");
    assert_eq!(wiki.userinfo(&tokens).await, 401);
    assert_eq!(error(&wiki.refresh(text(&tokens, "refresh_token")).await, 400), "invalid_grant");
}

#[actix_web::test]
async fn nobody_but_the_application_itself_is_given_tokens() {
    let (app, ada, wiki) = app().await;
    let code = wiki.code(&ada.browser, &json!({})).await;
    let ask = async |form: &[(&str, &str)], basic: Option<(&str, &str)>| {
        let request = app.stranger().request(Method::POST, "/auth/oauth2/token");
        let request = match basic {
            Some((id, secret)) => request.basic_auth(id, Some(secret)),
            None => request,
        };
        Client::send(request.form(&[&trade(&code)[..], form].concat())).await
    };
    let (id, secret) = (wiki.id.as_str(), wiki.secret.as_str());
    for (form, basic) in [
        (vec![], None),
        (vec![("client_id", id)], None),
        (vec![("client_id", id), ("client_secret", "")], None),
        (vec![("client_id", id), ("client_secret", "wrong")], None),
        (vec![("client_id", "018f0000-0000-7000-8000-000000000000"), ("client_secret", secret)], None),
        (vec![], Some((id, "wrong"))),
        (vec![], Some(("wiki", secret))),
    ] {
        let answer = ask(&form, basic).await;
        assert_eq!(error(&answer, 401), "invalid_client", "{form:?} {basic:?}");
        assert!(answer.header("www-authenticate").starts_with("Basic"));
    }
    let both = ask(&[("client_id", id), ("client_secret", secret)], Some((id, secret))).await;
    assert_eq!(error(&both, 400), "invalid_request");
    let _ = ask(&[("client_id", id), ("client_secret", secret)], None).await.expect(200);
}

#[actix_web::test]
async fn whoever_guesses_at_a_secret_is_locked_out_and_not_the_application() {
    let app = TestApp::with(|settings| {
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    });
    let ada = app.register("ada@example.org").await;
    let wiki = Application::register(&app, &ada, json!({})).await;
    let ask = async |address: &str, secret: &str| {
        let request = app.stranger().request(Method::POST, "/auth/oauth2/introspect");
        let request = request.header("x-forwarded-for", address).basic_auth(&wiki.id, Some(secret));
        Client::send(request.form(&[("token", "x")])).await.status.as_u16()
    };
    for _ in 0..5 {
        assert_eq!(ask("192.0.2.1", "wrong").await, 401);
    }
    assert_eq!((ask("192.0.2.1", &wiki.secret).await, ask("192.0.2.2", &wiki.secret).await), (401, 200));
    let events = "select detail ->> 'client' as text from auth.audit_events
        where action = 'authenticate_client' and not succeeded";
    assert!(texts(&app.database, events).iter().all(|client| *client == wiki.id));
}

#[actix_web::test]
async fn an_application_without_a_secret_names_itself_and_pkce_does_the_rest() {
    let (app, ada, _) = app().await;
    let program = Application::register(&app, &ada, json!({"confidential": false})).await;
    assert_eq!(program.secret, "");
    let code = program.code(&ada.browser, &json!({})).await;
    let ask = async |path: &str, form: &[(&str, &str)]| {
        let form = [form, &[("client_id", program.id.as_str())]].concat();
        Client::send(app.stranger().request(Method::POST, path).form(&form)).await
    };
    let tokens = ask("/auth/oauth2/token", &trade(&code)).await.expect(200);
    let refresh = text(&tokens, "refresh_token");
    let refused = ask("/auth/oauth2/introspect", &[("token", refresh)]).await;
    assert_eq!(error(&refused, 401), "invalid_client");
    let _ = ask("/auth/oauth2/revoke", &[("token", refresh)]).await.expect(200);
    assert_eq!(program.userinfo(&tokens).await, 401);
}

#[actix_web::test]
async fn an_application_learns_what_its_tokens_are_worth_and_ends_them() {
    let (_app, ada, wiki) = app().await;
    let account = ada.browser.get("/auth/account").await.expect(200);
    let tokens = wiki.tokens(&ada.browser).await;
    let worth =
        async |token: &str| wiki.post("/auth/oauth2/introspect", &[("token", token)]).await.expect(200);
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    for token in [access, refresh] {
        let worth = worth(token).await;
        assert_eq!((&worth["active"], &worth["sub"]), (&json!(true), &account["id"]));
        assert_eq!((&worth["client_id"], &worth["iss"]), (&json!(wiki.id), &json!("http://localhost:8080")));
        assert!(worth["exp"].as_i64() > worth["iat"].as_i64(), "{worth}");
    }
    for token in ["", "x", text(&tokens, "id_token"), &wiki.secret] {
        assert_eq!(worth(token).await, json!({"active": false}), "{token}");
    }
    let _ = wiki.post("/auth/oauth2/revoke", &[("token", access)]).await.expect(200);
    assert_eq!(
        (worth(access).await, worth(refresh).await["active"].clone()),
        (json!({"active": false}), json!(true))
    );
    let _ = wiki.post("/auth/oauth2/revoke", &[("token", refresh)]).await.expect(200);
    assert_eq!(worth(refresh).await, json!({"active": false}));
    let _ = wiki.post("/auth/oauth2/revoke", &[("token", refresh)]).await.expect(200);
}

#[actix_web::test]
async fn what_is_no_request_for_tokens_is_refused_in_the_shape_of_oauth() {
    let (_app, ada, wiki) = app().await;
    let code = wiki.code(&ada.browser, &json!({})).await;
    for (form, expected) in [
        (vec![("grant_type", "password"), ("username", "ada@example.org")], "unsupported_grant_type"),
        (vec![("grant_type", "implicit")], "unsupported_grant_type"),
        (vec![("code", code.as_str())], "invalid_request"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "authorization_code"), ("grant_type", "authorization_code")], "invalid_request"),
    ] {
        assert_eq!(error(&wiki.ask(&form).await, 400), expected, "{form:?}");
    }
    let form = [("grant_type", "client_credentials")];
    assert_eq!(error(&wiki.ask(&form).await, 401), "invalid_client");
}

#[actix_web::test]
async fn what_is_kept_of_codes_and_tokens_opens_nothing() {
    let (app, ada, wiki) = app().await;
    let code = wiki.code(&ada.browser, &json!({})).await;
    let tokens = wiki.trade(&code).await.expect(200);
    let dump = "select row_to_json(t)::text as text from auth.clients t
        union all select row_to_json(t)::text from auth.authorizations t
        union all select row_to_json(t)::text from auth.client_tokens t
        union all select row_to_json(t)::text from auth.audit_events t";
    let dump = texts(&app.database, dump).join("\n");
    assert!(dump.contains(REDIRECT_URI));
    let secrets =
        [&code, text(&tokens, "access_token"), text(&tokens, "refresh_token"), &wiki.secret, VERIFIER];
    for secret in secrets {
        assert!(!dump.contains(secret), "{secret}");
    }
}

#[actix_web::test]
async fn what_has_ended_is_swept_and_what_has_not_stays() {
    let (app, ada, wiki) = app().await;
    let _ = wiki.tokens(&ada.browser).await;
    let _ = wiki.code(&ada.browser, &json!({})).await;
    let past = "update auth.authorizations set code_expires_at = now() - interval '1 hour' where code_used_at is null";
    execute(&app.database, past);
    execute(&app.database, "update auth.client_tokens set expires_at = now() where kind = 'access'");
    let swept = "select '' as text where (select count(*) from auth.authorizations) = 1";
    let app = run_jobs_until(app, swept).await;
    assert_eq!(texts(&app.database, "select kind as text from auth.client_tokens"), ["refresh"]);
}
