//! What has to happen before an application is given a code.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use diesel::{
    PgConnection,
    result::{DatabaseErrorKind, Error},
};
use jiff::SignedDuration;
use serde_json::json;
use tallykeep_database::models::{Account, Authorization, Consent, NewAuthorization};
use tallykeep_domain::AuthorizationId;
use tallykeep_service::{Problem, Visitor, run_db_as, token_hash};
use url::Url;

use super::{ClientScopes, Refusal, Reply, Wish};
use crate::{
    State,
    audit::{Action, Record},
    session::SignedIn,
    token::random_token,
};

/// How long a person may read the question what the application may know.
const READING: SignedDuration = SignedDuration::from_mins(10);

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

/// A code for the application, where the browser brings it. `consented` says that the person has just let the
/// application know what it asks for.
///
/// # Errors
/// 403 when the person took too long to answer after proving who they are, 409 when the session or the application is
/// gone.
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
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(token_hash(verifier));
    verify_slices_are_equal(challenge.as_bytes(), authorization.code_challenge.as_bytes()).is_ok()
}
