//! What an application asks a browser to bring back, and what has to happen before.

use diesel::{
    PgConnection,
    result::{DatabaseErrorKind, Error},
};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::models::{Account, Authorization, Consent, NewAuthorization};
use tallykeep_domain::AuthorizationId;
use tallykeep_service::{Problem, Visitor, run_db_as, token_hash};
use url::Url;
use utoipa::{IntoParams, ToSchema};

use super::{ClientScope, ClientScopes, Refusal, Reply};
use crate::{
    State,
    audit::{Action, Record},
    session::SignedIn,
    token::random_token,
};

/// How long ago a person may have proved who they are when that is asked for anew. It takes a moment to come back here.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(30);
/// How long a person may read the question what the application may know.
const READING: SignedDuration = SignedDuration::from_mins(10);
/// The length of a SHA-256 in base64url.
const CHALLENGE_LENGTH: usize = 43;
const LONGEST_NONCE: usize = 1_000;

/// An authorization request (OpenID Connect Core §3.1.2.1). What else it holds is ignored, and so is what is empty.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct AuthorizationRequest {
    /// Of the application.
    client_id: String,
    /// Where the answer goes: one of the registered addresses, to the letter; the port is free on the person's machine.
    redirect_uri: String,
    /// `code`.
    response_type: String,
    /// `query`, or nothing.
    response_mode: String,
    /// Words among `openid`, which must be there, `profile`, `email`, `groups` and `offline_access`.
    scope: String,
    /// Comes back as it is.
    state: String,
    /// Comes back in the ID token.
    nonce: String,
    /// Of PKCE (RFC 7636). It must be there.
    code_challenge: String,
    /// `S256`.
    code_challenge_method: String,
    /// Words among `login`, `consent` and `select_account`, or `none` alone.
    prompt: String,
    /// How many seconds ago the person may have proved who they are.
    max_age: String,
    /// Not supported.
    request: String,
    /// Not supported.
    request_uri: String,
}

impl AuthorizationRequest {
    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    pub(super) fn state(&self) -> Option<&str> {
        Some(self.state.as_str()).filter(|state| !state.is_empty())
    }
}

/// What an application asks for, once it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) scopes: ClientScopes,
    nonce: Option<String>,
    code_challenge: String,
    /// The person is not to be asked anything.
    silent: bool,
    /// The person is to be asked what the application may know, also if they were before.
    asks_consent: bool,
    /// How long ago the person may have proved who they are.
    most_age: Option<SignedDuration>,
}

impl Wish {
    /// Understands `request`.
    ///
    /// # Errors
    /// What the application is told when it cannot be understood.
    pub(crate) fn parse(request: &AuthorizationRequest) -> Result<Self, Refusal> {
        let refuse = |error, description| Err(Refusal::new(error, description));
        if !request.request.is_empty() {
            return refuse("request_not_supported", "the parameter request is not supported");
        }
        if !request.request_uri.is_empty() {
            return refuse("request_uri_not_supported", "the parameter request_uri is not supported");
        }
        if request.response_type != "code" {
            return refuse("unsupported_response_type", "the response_type must be code");
        }
        if !["", "query"].contains(&request.response_mode.as_str()) {
            return refuse("invalid_request", "the response_mode must be query");
        }
        let scopes = ClientScopes::parse(&request.scope);
        if !scopes.contains(ClientScope::OpenId) {
            return refuse("invalid_scope", "the scope must hold openid");
        }
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let challenge = &request.code_challenge;
        if request.code_challenge_method != "S256"
            || challenge.len() != CHALLENGE_LENGTH
            || !challenge.bytes().all(is_base64url)
        {
            return refuse("invalid_request", "a code_challenge by the method S256 is needed (RFC 7636)");
        }
        if request.nonce.len() > LONGEST_NONCE {
            return refuse("invalid_request", "the nonce is too long");
        }
        let prompt = Prompt::parse(&request.prompt)?;
        Ok(Self {
            scopes,
            nonce: Some(request.nonce.clone()).filter(|nonce| !nonce.is_empty()),
            code_challenge: challenge.clone(),
            silent: prompt.none,
            asks_consent: prompt.consent,
            most_age: most_age(&request.max_age, prompt.login)?,
        })
    }
}

#[derive(Default)]
struct Prompt {
    none: bool,
    login: bool,
    consent: bool,
}

impl Prompt {
    fn parse(words: &str) -> Result<Self, Refusal> {
        let mut prompt = Self::default();
        let mut count = 0;
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            count += 1;
            match word {
                "none" => prompt.none = true,
                // Who proves anew who they are may be somebody else.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => return Err(Refusal::new("invalid_request", "the prompt is unknown")),
            }
        }
        if prompt.none && count > 1 {
            return Err(Refusal::new("invalid_request", "the prompt none stands alone"));
        }
        Ok(prompt)
    }
}

/// What both parameters allow. Without a moment's grace nobody could ever come back from proving who they are.
fn most_age(max_age: &str, login: bool) -> Result<Option<SignedDuration>, Refusal> {
    let unreadable = |_| Refusal::new("invalid_request", "the max_age is no number of seconds");
    let given = Some(max_age).filter(|text| !text.is_empty());
    let given = given.map(str::parse::<u32>).transpose().map_err(unreadable)?;
    let seconds = if login { Some(0) } else { given };
    Ok(seconds.map(|seconds| SignedDuration::from_secs(seconds.into()).max(JUST_NOW)))
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The person signs in, or proves anew who they are.
    SignIn,
    /// The person says what the application may know.
    Consent,
    /// The application is given a code.
    Code,
    /// The person would have to be asked, and must not be.
    Refuse(Refusal),
}

/// What comes next for the browser in which `caller` is signed in, if anybody is.
pub(crate) async fn next_step(
    state: &State,
    reply: &Reply,
    wish: &Wish,
    caller: Option<&SignedIn>,
) -> Result<Step, Problem> {
    let or_refuse = |step, error, description| {
        Ok(if wish.silent { Step::Refuse(Refusal::new(error, description)) } else { step })
    };
    let is_fresh = |caller: &&SignedIn| wish.most_age.is_none_or(|age| caller.has_authenticated_within(age));
    let Some(caller) = caller.filter(is_fresh) else {
        return or_refuse(Step::SignIn, "login_required", "the person has to sign in");
    };
    if needs_consent(state, reply, wish, caller).await? {
        let why = "the person has to say what the application may know";
        return or_refuse(Step::Consent, "consent_required", why);
    }
    Ok(Step::Code)
}

async fn needs_consent(
    state: &State,
    reply: &Reply,
    wish: &Wish,
    caller: &SignedIn,
) -> Result<bool, Problem> {
    if reply.client.trusted {
        return Ok(false);
    }
    if wish.asks_consent || reply.goes_to_anybody() {
        return Ok(true);
    }
    let (account, client) = (caller.account.id, reply.client.id);
    let given =
        run_db_as(&state.pool, account, move |connection| Ok(Consent::scopes(connection, account, client)?));
    Ok(!given.await?.is_some_and(|given| wish.scopes.is_within(&ClientScopes::parse(&given))))
}

/// A code for the application, where the browser brings it. `consented` says that the person has just let the application
/// know what it asks for.
///
/// # Errors
/// 403 when the person took too long to answer after proving who they are, 409 when the session or the application is gone.
pub(crate) async fn issue_code(
    state: &State,
    reply: &Reply,
    wish: Wish,
    caller: &SignedIn,
    consented: bool,
    visitor: Visitor,
) -> Result<Url, Problem> {
    if wish.most_age.is_some_and(|age| !caller.has_authenticated_within(age.saturating_add(READING))) {
        let detail = "the application wants to be sure that it is you; go back to it and sign in again";
        return Err(Problem::forbidden("authentication_too_old", detail));
    }
    let code = random_token()?;
    let (account, session, authenticated_at) = (caller.account.id, caller.session, caller.authenticated_at);
    let methods = caller.methods.to_string();
    let (client, redirect_uri, code_hash) = (reply.client.id, reply.redirect_uri.clone(), token_hash(&code));
    let insert = move |connection: &mut PgConnection| {
        if !Account::hold(connection, account)? {
            return Err(gone());
        }
        if consented {
            let known = Consent::scopes(connection, account, client)?.unwrap_or_default();
            let scopes = wish.scopes.and(&ClientScopes::parse(&known)).to_string();
            Consent::give(connection, account, client, &scopes).map_err(unless_gone)?;
            let detail = json!({"client": client, "scopes": wish.scopes.to_string()});
            Record::success(Action::AllowClient, account).with(detail).write(connection, &visitor)?;
        }
        let authorization = NewAuthorization {
            account_id: account.as_uuid(),
            id: AuthorizationId::generate().as_uuid(),
            client_id: client.as_uuid(),
            session_id: Some(session.as_uuid()),
            scopes: &wish.scopes.to_string(),
            code_hash: &code_hash,
            redirect_uri: &redirect_uri,
            code_challenge: &wish.code_challenge,
            nonce: wish.nonce.as_deref(),
            authenticated_at,
            methods: &methods,
        };
        authorization.insert(connection).map_err(unless_gone)?;
        let record = Record::success(Action::SignInToClient, account).with(json!({"client": client}));
        Ok(record.write(connection, &visitor)?)
    };
    run_db_as(&state.pool, account, insert).await?;
    Ok(reply.code(&code))
}

/// The session may have ended since it was looked up, or the application been removed.
fn unless_gone(error: Error) -> Problem {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => gone(),
        error => error.into(),
    }
}

fn gone() -> Problem {
    Problem::conflict("authorization_gone", "the session or the application has just ended; begin again")
}

/// Whether the code of `authorization` was given for `verifier` (RFC 7636 §4.6).
pub(super) fn proves(authorization: &Authorization, verifier: &str) -> bool {
    use aws_lc_rs::constant_time::verify_slices_are_equal;
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(token_hash(verifier));
    verify_slices_are_equal(challenge.as_bytes(), authorization.code_challenge.as_bytes()).is_ok()
}
