//! For each operation a valid request that aims at what belongs to the first account.

use serde_json::{Value, json};
use tallykeep_test_support::{Authenticator, Doing};

use super::operations::{Body, Headers, Target};

/// A request, and its answers.
pub(crate) struct Aim {
    pub(crate) path: String,
    pub(crate) headers: Headers,
    pub(crate) body: Body,
    pub(crate) scope: &'static str,
    pub(crate) newcomer: u16,
    pub(crate) namesake: u16,
}

impl Aim {
    fn at(path: impl Into<String>, statuses: (u16, u16)) -> Self {
        let (newcomer, namesake) = statuses;
        Self { path: path.into(), headers: &[], body: Body::None, scope: "", newcomer, namesake }
    }

    fn json(self, body: Value) -> Self {
        Self { body: Body::Json(body), ..self }
    }

    fn form(self, body: Vec<(&'static str, String)>) -> Self {
        Self { body: Body::Form(body), ..self }
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
pub(crate) fn aim(operation: &str, target: &Target) -> Aim {
    let rooms = [
        accounts,
        administration,
        api_keys,
        applications,
        federation,
        links,
        passkeys,
        sessions,
        second_factors,
        tools,
        ingest,
        query,
    ];
    rooms.iter().find_map(|room| room(operation, target)).unwrap_or_else(|| {
        panic!("the walk does not know how to aim {operation} at an account: teach it here")
    })
}

fn accounts(operation: &str, target: &Target) -> Option<Aim> {
    let Target { email, .. } = target;
    Some(match operation {
        "change_password" => Aim::at("/auth/password", (403, 403)).json(json!({
            "current_password": "not the password of the first", "new_password": "taken over by another",
        })),
        "change_account" => Aim::at("/auth/account", (200, 200))
            .json(json!({"name": "Own", "locale": "de", "time_zone": "UTC"})),
        "delete_account" => {
            Aim::at("/auth/account", (403, 403)).json(json!({"password": "not the password of the first"}))
        }
        "export_account" => Aim::at("/auth/account/export", (200, 200)),
        "find_account" => Aim::at("/auth/account", (200, 200)),
        "list_audit_events" => Aim::at("/auth/audit-events?limit=10", (200, 200)),
        "register_account" => Aim::at("/auth/register", (409, 409))
            .json(json!({"email": email, "password": "not the password of the first"})),
        "find_registration" => Aim::at("/auth/registration", (200, 200)),
        _ => return None,
    })
}

fn administration(operation: &str, target: &Target) -> Option<Aim> {
    let Target { account, invitation, .. } = target;
    let of_account = format!("/auth/admin/accounts/{account}");
    let membership = format!("/auth/admin/groups/family/members/{account}");
    let of_access_rule = format!("/auth/admin/access-rules/{account}");
    let access_rule = json!({"host": "localhost", "audience": "everybody"});
    Some(match operation {
        "create_password_reset_link" => {
            Aim::at(format!("/auth/admin/accounts/{account}/password-reset"), (403, 403))
        }
        "change_any_account" => {
            Aim::at(of_account, (403, 403)).json(json!({"role": "member", "disabled": true}))
        }
        "delete_any_account" | "find_any_account" => Aim::at(of_account, (403, 403)),
        "remove_any_second_factors" => Aim::at(format!("{of_account}/second-factors"), (403, 403)),
        "list_accounts" => Aim::at("/auth/admin/accounts?search=first&limit=10", (403, 403)),
        "list_access_rules" => Aim::at("/auth/admin/access-rules", (403, 403)),
        "create_access_rule" => Aim::at("/auth/admin/access-rules", (403, 403)).json(access_rule),
        "change_access_rule" => Aim::at(of_access_rule, (403, 403)).json(access_rule),
        "delete_access_rule" => Aim::at(of_access_rule, (403, 403)),
        "order_access_rules" => {
            Aim::at("/auth/admin/access-rules/order", (403, 403)).json(json!({"ids": [account]}))
        }
        "check_access" => Aim::at("/auth/admin/access-rules/check", (403, 403))
            .json(json!({"url": "http://localhost/", "method": "GET", "account": account})),
        "list_groups" => Aim::at("/auth/admin/groups", (403, 403)),
        "create_group" | "delete_group" => Aim::at("/auth/admin/groups/family", (403, 403)),
        "change_group" => {
            Aim::at("/auth/admin/groups/family", (403, 403)).json(json!({"requires_second_factor": true}))
        }
        "join_group" | "leave_group" => Aim::at(membership, (403, 403)),
        "list_invitations" => Aim::at("/auth/invitations", (403, 403)),
        "revoke_invitation" => Aim::at(format!("/auth/invitations/{invitation}"), (403, 403)),
        "create_invitation" => Aim::at("/auth/invitations", (403, 403)),
        "list_all_audit_events" => {
            Aim::at(format!("/auth/admin/audit-events?account_id={account}&limit=10"), (403, 403))
        }
        _ => return None,
    })
}

fn api_keys(operation: &str, target: &Target) -> Option<Aim> {
    let Target { key, .. } = target;
    Some(match operation {
        "list_api_keys" => Aim::at("/auth/api-keys", (200, 200)),
        "create_api_key" => Aim::at("/auth/api-keys", (201, 201))
            .json(json!({"name": "own", "scopes": ["metrics:read", "metrics:write"]})),
        "rotate_api_key" => {
            Aim::at(format!("/auth/api-keys/{key}/rotate"), (404, 404)).json(json!({"overlap_hours": 0}))
        }
        "revoke_api_key" => Aim::at(format!("/auth/api-keys/{key}"), (404, 404)),
        _ => return None,
    })
}

fn applications(operation: &str, target: &Target) -> Option<Aim> {
    let Target { client, key, .. } = target;
    let administered = format!("/auth/admin/clients/{client}");
    let question = "client_id=x&redirect_uri=x&response_type=code&response_mode=query&scope=openid&state=x&nonce=x\
        &code_challenge=x&code_challenge_method=S256&prompt=none&max_age=1&request=&request_uri=";
    let token = |aim: Aim| {
        aim.form(vec![
            ("token", key.clone()),
            ("client_id", client.clone()),
            ("client_secret", "guessed".to_owned()),
        ])
    };
    Some(match operation {
        "find_openid_configuration" => Aim::at("/.well-known/openid-configuration", (200, 200)),
        "find_authorization_server" => Aim::at("/.well-known/oauth-authorization-server", (200, 200)),
        "authorize" => Aim::at(format!("/auth/oauth2/authorize?{question}"), (400, 400)),
        "authorize_by_post" => Aim::at("/auth/oauth2/authorize", (303, 303))
            .form(vec![("client_id", client.clone()), ("redirect_uri", "https://evil.example".to_owned())]),
        "find_consent_question" => Aim::at(format!("/auth/oauth2/consent?{question}"), (400, 400)),
        "answer_consent_question" => Aim::at("/auth/oauth2/consent", (400, 400)).json(
            json!({"request": {"client_id": client, "redirect_uri": "https://evil.example"}, "allow": true}),
        ),
        // The walk's own credentials are in the header, and say that it is somebody else than the body does.
        "create_client_tokens" => Aim::at("/auth/oauth2/token", (400, 400)).form(vec![
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", client.clone()),
            ("client_secret", "guessed".to_owned()),
        ]),
        "find_user_claims" => Aim::at("/auth/oauth2/userinfo", (401, 401)),
        "introspect_client_token" => token(Aim::at("/auth/oauth2/introspect", (400, 400))),
        "revoke_client_token" => token(Aim::at("/auth/oauth2/revoke", (400, 400))),
        "log_out_for_client" => Aim::at(
            format!(
                "/auth/oauth2/logout?id_token_hint=x&client_id={client}&post_logout_redirect_uri=&state=x"
            ),
            (302, 302),
        ),
        "confirm_log_out" => Aim::at("/auth/oauth2/logout", (200, 200)).json(json!({"client_id": client})),
        "list_applications" => Aim::at("/auth/applications", (200, 200)),
        "withdraw_application" => Aim::at(format!("/auth/applications/{client}"), (404, 404)),
        "list_clients" => Aim::at("/auth/admin/clients", (403, 403)),
        "create_client" => Aim::at("/auth/admin/clients", (403, 403))
            .json(json!({"name": "Own", "redirect_uris": ["https://evil.example/"]})),
        "change_client" => Aim::at(administered, (403, 403)).json(json!({"trusted": true})),
        "rotate_client_secret" => Aim::at(format!("{administered}/secret"), (403, 403)),
        "delete_client" => Aim::at(administered, (403, 403)),
        _ => return None,
    })
}

fn federation(operation: &str, target: &Target) -> Option<Aim> {
    let Target { identity, .. } = target;
    Some(match operation {
        "list_identities" => Aim::at("/auth/identities", (200, 200)),
        "unlink_identity" => Aim::at(format!("/auth/identities/{identity}"), (404, 404)),
        "list_providers" => Aim::at("/auth/providers", (200, 200)),
        // There is none, so nobody is sent to one and nobody comes back.
        "start_with_provider" => {
            Aim::at("/auth/providers/example/start", (404, 404)).json(json!({"return_to": "/"}))
        }
        "return_from_provider" => Aim::at(
            "/auth/providers/example/callback?state=guessed&code=guessed&error=denied&iss=https://id.example",
            (303, 303),
        ),
        _ => return None,
    })
}

fn links(operation: &str, target: &Target) -> Option<Aim> {
    let Target { email, .. } = target;
    let token = json!({"token": "guessed"});
    Some(match operation {
        "ask_for_email_change" => Aim::at("/auth/email-change", (403, 403))
            .json(json!({"email": email, "password": "not the password of the first"})),
        "confirm_email_change" => Aim::at("/auth/email-change/confirm", (403, 403)).json(token),
        "ask_for_email_verification" => Aim::at("/auth/email-verification", (409, 409)),
        "verify_email" => Aim::at("/auth/email-verification/confirm", (403, 403)).json(token),
        "ask_for_password_reset" => Aim::at("/auth/password-reset", (202, 202)).json(json!({"email": email})),
        "reset_password" => Aim::at("/auth/password-reset/confirm", (403, 403))
            .json(json!({"token": "guessed", "password": "not the password of the first"})),
        _ => return None,
    })
}

fn passkeys(operation: &str, target: &Target) -> Option<Aim> {
    let Target { passkey, .. } = target;
    let one = format!("/auth/passkeys/{passkey}");
    // A device of somebody else answers what nobody asked.
    let asked = json!({"challenge": "AAAAAAAAAAAAAAAAAAAAAA", "user": {"id": "AAAAAAAAAAAAAAAAAAAAAA"}});
    let mut device = Authenticator::new();
    let made = json!({"name": "own", "credential": device.register(&asked, &Doing::default())});
    let signed = json!({"credential": device.sign(&asked, &Doing::default())});
    Some(match operation {
        "begin_passkey_registration" => Aim::at("/auth/passkeys/options", (200, 200)),
        "register_passkey" => Aim::at("/auth/passkeys", (409, 409)).json(made),
        "list_passkeys" => Aim::at("/auth/passkeys", (200, 200)),
        "rename_passkey" => Aim::at(one, (404, 404)).json(json!({"name": "own"})),
        "remove_passkey" => Aim::at(one, (404, 404)),
        "begin_passkey_sign_in" => Aim::at("/auth/login/passkey/options", (200, 200)),
        "sign_in_by_passkey" => Aim::at("/auth/login/passkey", (409, 409)).json(signed),
        "begin_passkey_second_factor" => Aim::at("/auth/second-factor/passkey/options", (200, 200)),
        "give_passkey_as_second_factor" => Aim::at("/auth/second-factor/passkey", (409, 409)).json(signed),
        "begin_passkey_reauthentication" => Aim::at("/auth/reauthenticate/passkey/options", (200, 200)),
        "reauthenticate_by_passkey" => Aim::at("/auth/reauthenticate/passkey", (409, 409)).json(signed),
        _ => return None,
    })
}

fn sessions(operation: &str, target: &Target) -> Option<Aim> {
    let Target { email, session, .. } = target;
    Some(match operation {
        "list_keys" => Aim::at("/.well-known/jwks.json", (200, 200)),
        "log_in" => Aim::at("/auth/login", (401, 401))
            .json(json!({"email": email, "password": "not the password of the first"})),
        "log_out" => Aim::at("/auth/logout", (204, 204)),
        "list_sessions" => Aim::at("/auth/sessions", (200, 200)),
        "revoke_session" => Aim::at(format!("/auth/sessions/{session}"), (404, 404)),
        "revoke_other_sessions" => Aim::at("/auth/sessions", (204, 204)),
        "reauthenticate" => Aim::at("/auth/reauthenticate", (403, 403))
            .json(json!({"password": "not the password of the first"})),
        "create_access_token" => Aim::at("/auth/token", (200, 200)),
        _ => return None,
    })
}

fn second_factors(operation: &str, _: &Target) -> Option<Aim> {
    let code = json!({"code": "000000"});
    Some(match operation {
        "find_pending_sign_in" | "give_up_sign_in" => Aim::at("/auth/pending-sign-in", (401, 401)),
        "give_totp" => Aim::at("/auth/second-factor/totp", (403, 403)).json(code),
        "give_recovery_code" => Aim::at("/auth/second-factor/recovery-code", (403, 403)).json(code),
        "find_second_factors" => Aim::at("/auth/second-factors", (200, 200)),
        "begin_totp_enrolment" => Aim::at("/auth/second-factors/totp", (201, 201)),
        "confirm_totp_enrolment" => Aim::at("/auth/second-factors/totp/confirm", (403, 403)).json(code),
        "remove_own_totp" => Aim::at("/auth/second-factors/totp", (404, 404)),
        "create_recovery_codes" => Aim::at("/auth/second-factors/recovery-codes", (409, 409)),
        _ => return None,
    })
}

fn tools(operation: &str, _: &Target) -> Option<Aim> {
    Some(match operation {
        "forward_auth" => Aim::at("/auth/forward", (200, 200)).headers(FORWARDED).uses_tools(),
        "return_to_tool" => Aim::at("/auth/return?to=http://localhost:8080/", (303, 303)),
        _ => return None,
    })
}

fn ingest(operation: &str, target: &Target) -> Option<Aim> {
    let Target { metric, .. } = target;
    Some(match operation {
        "list_metrics" => Aim::at("/api/v1/metrics?archived=true", (200, 200)).reads(),
        "create_metric" => Aim::at("/api/v1/metrics", (201, 409)).json(json!({"name": "weight"})).writes(),
        "find_metric" => Aim::at(format!("/api/v1/metrics/{metric}"), (404, 404)).reads(),
        "change_metric" => Aim::at(format!("/api/v1/metrics/{metric}"), (404, 404))
            .json(json!({"title": "taken over", "archived": true}))
            .writes(),
        "find_retention" => Aim::at("/api/v1/retention", (200, 200)).reads(),
        "replace_retention" => {
            Aim::at("/api/v1/retention", (200, 200)).json(json!({"raw_days": 1, "rollup_days": 1})).writes()
        }
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
        "ping" => Aim::at("/ping", (204, 204)),
        "replace_entry" => Aim::at("/api/v1/entries/2026-01-02", (422, 200))
            .json(json!({"values": {"weight": 2}, "note": "taken over"}))
            .writes(),
        "delete_entry" => Aim::at("/api/v1/entries/2026-01-02", (404, 204)).writes(),
        _ => return None,
    })
}

fn query(operation: &str, _: &Target) -> Option<Aim> {
    Some(match operation {
        "find_entry" => Aim::at("/api/v1/entries/2026-01-02", (404, 200)).reads(),
        "list_entries" => {
            Aim::at("/api/v1/entries?start=2026-01-01&end=2026-01-31&limit=10", (200, 200)).reads()
        }
        "query_metric" => Aim::at(
            "/api/v1/query?metric=weight&label=host%3Da&start=0&end=4000000000000&step=1mo&points=10000\
             &aggregate=quantile&quantile=0.5&group_by=room&time_zone=UTC",
            (404, 200),
        )
        .reads(),
        "export_samples" => {
            let path = "/api/v1/export?metric=weight&label=host%3Da&start=0&end=4000000000000&format=csv";
            Aim::at(path, (404, 200)).reads()
        }
        "list_series" => Aim::at("/api/v1/series?metric=weight&label=host%3Da&limit=10", (200, 200)).reads(),
        "find_series_cardinality" => {
            Aim::at("/api/v1/series/cardinality?metric=weight&limit=10", (200, 200)).reads()
        }
        _ => return None,
    })
}

const FORWARDED: Headers = &[
    ("X-Forwarded-Method", "GET"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Host", "localhost:8080"),
    ("X-Forwarded-Uri", "/"),
];

const LINE: &str = "weight,host=a,room=other value=2 1767323045000";
