//! Which settings of a provider are taken.

use tallykeep_auth::{AuthSettings, ProviderSettings, Settings, State};
use tallykeep_database::{PoolSettings, ServiceRole, connect};
use tallykeep_service::settings;
use tallykeep_test_support::{MASTER_SECRET, TestDatabase};

fn build(id: &str, change: impl FnOnce(&mut ProviderSettings)) -> Result<(), String> {
    let mut provider = ProviderSettings {
        name: "Google".to_owned(),
        issuer: "https://accounts.google.com".to_owned(),
        client_id: "numbers".to_owned(),
        client_secret: None,
        scopes: vec!["email".to_owned()],
    };
    change(&mut provider);
    let settings = AuthSettings {
        secret: Some(MASTER_SECRET.into()),
        providers: [(id.to_owned(), provider)].into(),
        ..AuthSettings::default()
    };
    let pool = PoolSettings::new(TestDatabase::new().url(ServiceRole::Auth));
    let state = State::build(&settings, "https://numbers.example.org", connect(&pool).unwrap());
    state.map(|_| ()).map_err(|error| format!("{error:#}"))
}

fn issuer(issuer: &str) -> Result<(), String> {
    build("google", |provider| provider.issuer = issuer.to_owned())
}

#[test]
fn an_issuer_is_a_plain_https_address() {
    for right in
        ["https://accounts.google.com", "https://id.example.org/realms/home", "http://localhost:9000"]
    {
        assert_eq!(issuer(right), Ok(()));
    }
    for wrong in [
        "accounts.google.com",
        "http://accounts.google.com",
        "ftp://id.example.org",
        "https://id.example.org?realm=home",
        "https://id.example.org/#home",
        "https://somebody@id.example.org",
    ] {
        let error = issuer(wrong).unwrap_err();
        assert!(error.contains("auth.providers.google.issuer"), "{wrong}: {error}");
    }
}

#[test]
fn what_is_missing_is_named() {
    for wrong in ["", "Google", "goo_gle", "goo/gle", "a-name-that-is-longer-than-an-address-wants"] {
        let error = build(wrong, |_| {}).unwrap_err();
        assert!(error.contains(&format!("auth.providers.{wrong}")), "{error}");
    }
    let error = build("google", |provider| provider.name = " ".to_owned()).unwrap_err();
    assert!(error.contains("auth.providers.google.name"), "{error}");
    let error = build("google", |provider| provider.client_id = String::new()).unwrap_err();
    assert!(error.contains("auth.providers.google.client_id"), "{error}");
}

#[test]
fn a_provider_is_set_by_variables_too() {
    let variables = [
        ("DATABASE__URL", "postgres://localhost/tallykeep"),
        ("AUTH__PROVIDERS__GOOGLE__NAME", "Google"),
        ("AUTH__PROVIDERS__GOOGLE__ISSUER", "https://accounts.google.com"),
        ("AUTH__PROVIDERS__GOOGLE__CLIENT_ID", "numbers"),
        ("AUTH__PROVIDERS__GOOGLE__CLIENT_SECRET", "told to nobody"),
        ("AUTH__PROVIDERS__GOOGLE__SCOPES", "email, profile"),
    ];
    let variables = variables.map(|(name, value)| (format!("TALLYKEEP__{name}"), value.to_owned()));
    let settings: Settings = settings::load(&[], None, variables).unwrap();
    let google = &settings.auth.providers["google"];
    assert_eq!(google.scopes, ["email", "profile"]);
    assert!(!format!("{settings:?}").contains("told to nobody"), "a secret does not show itself");
}
