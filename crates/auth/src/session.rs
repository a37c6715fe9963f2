//! Sessions: the cookie, and the caller behind it.

use actix_web::{
    FromRequest, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    http::Method,
    web,
};
use diesel::PgConnection;
use futures_util::future::LocalBoxFuture;
use jiff::{SignedDuration, Timestamp};
use tallykeep_database::{
    as_account,
    models::{Account, NewSession, Session},
    with_credential,
};
use tallykeep_domain::{AccountId, Role, SessionId};
use tallykeep_service::{Problem, Visitor, hex, run_db, token_hash};

use crate::{State, token::random_token};

/// Over HTTPS the name itself tells browsers that the cookie is for this host, all paths, and HTTPS only.
const HOST_COOKIE: &str = "__Host-tallykeep_session";
/// A cookie that is for a whole domain cannot promise the host.
const DOMAIN_COOKIE: &str = "__Secure-tallykeep_session";
/// On a laptop or in a home network without HTTPS browsers would drop a secure cookie.
const PLAIN_COOKIE: &str = "tallykeep_session";

/// A session that is being opened: its token goes to the browser, its hash to the database.
pub(crate) struct OpenSession {
    token: String,
    user_agent: String,
    expires_at: Timestamp,
}

impl OpenSession {
    pub(crate) fn new(state: &State, visitor: &Visitor) -> Result<Self, Problem> {
        Ok(Self {
            token: random_token()?,
            user_agent: visitor.user_agent.clone(),
            expires_at: Timestamp::now() + SignedDuration::from_hours(24 * i64::from(state.session_days)),
        })
    }

    /// Opens it, and clears away those of the account that have ended.
    ///
    /// # Errors
    /// 401 when the account was kept out since its credential was found good.
    pub(crate) fn insert(&self, connection: &mut PgConnection, account: AccountId) -> Result<(), Problem> {
        if !Account::hold(connection, account)? {
            return Err(wrong_credentials());
        }
        Session::delete_expired(connection, account)?;
        let session = NewSession {
            account_id: account.as_uuid(),
            id: SessionId::generate().as_uuid(),
            token_hash: &token_hash(&self.token),
            user_agent: &self.user_agent,
            expires_at: self.expires_at,
        };
        Ok(session.insert(connection)?)
    }

    pub(crate) fn cookie(&self, state: &State) -> Cookie<'static> {
        cookie(state, self.token.clone(), Duration::days(state.session_days.into()))
    }
}

/// The cookie that makes a browser forget its session.
pub(crate) fn removal_cookie(state: &State) -> Cookie<'static> {
    cookie(state, String::new(), Duration::ZERO)
}

fn cookie(state: &State, value: String, max_age: Duration) -> Cookie<'static> {
    let mut cookie = Cookie::build(cookie_name(state), value)
        .path("/")
        .http_only(true)
        .secure(state.site.is_secure())
        .same_site(SameSite::Lax)
        .max_age(max_age)
        .finish();
    if let Some(domain) = state.site.cookie_domain() {
        cookie.set_domain(domain.to_owned());
    }
    cookie
}

fn cookie_name(state: &State) -> &'static str {
    match (state.site.is_secure(), state.site.cookie_domain()) {
        (true, None) => HOST_COOKIE,
        (true, Some(_)) => DOMAIN_COOKIE,
        (false, _) => PLAIN_COOKIE,
    }
}

/// Whether `pair`, of a `Cookie` header, is a session: also under the names of other settings, since browsers still
/// hold those. It is read as the framework reads it, so that what could count here is what is found.
pub(crate) fn is_session_cookie(pair: &str) -> bool {
    let cookie = Cookie::parse_encoded(pair);
    cookie.is_ok_and(|cookie| [HOST_COOKIE, DOMAIN_COOKIE, PLAIN_COOKIE].contains(&cookie.name()))
}

/// A browser that is signed in.
pub(crate) struct SignedIn {
    pub(crate) account: Account,
    pub(crate) session: SessionId,
}

impl SignedIn {
    /// Who sends `request`, by the session cookie alone. Unlike the extractor it does not ask which site's page made the
    /// browser send it.
    pub(crate) async fn find(state: &State, request: &HttpRequest) -> Result<Option<Self>, Problem> {
        match request.cookie(cookie_name(state)) {
            Some(cookie) => find(state, cookie.value()).await,
            None => Ok(None),
        }
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = request
                .app_data::<web::Data<State>>()
                .ok_or_else(|| Problem::internal("the auth service has no state"))?;
            let cookie = request.cookie(cookie_name(state)).ok_or_else(signed_out)?;
            refuse_other_sites(&request)?;
            find(state, cookie.value()).await?.ok_or_else(signed_out)
        })
    }
}

/// A browser that is signed in as an administrator.
pub(crate) struct Administrator(pub(crate) SignedIn);

impl FromRequest for Administrator {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        Box::pin(async move {
            let signed_in = signed_in.await?;
            if signed_in.account.role != Role::Administrator.as_str() {
                return Err(Problem::forbidden("administrator_needed", "only an administrator may do this"));
            }
            Ok(Self(signed_in))
        })
    }
}

async fn find(state: &State, token: &str) -> Result<Option<SignedIn>, Problem> {
    let hash = token_hash(token);
    run_db(&state.pool, move |connection| {
        with_credential(connection, &hex(&hash), |connection| {
            let Some(session) = Session::find_by_token(connection, &hash)? else { return Ok(None) };
            as_account(connection, session.account_id, |connection| {
                let account = Account::find(connection, session.account_id)?;
                Ok::<_, diesel::result::Error>(
                    account.map(|account| SignedIn { account, session: session.id }),
                )
            })
        })
    })
    .await
}

/// 401: who signs in is not known by that address, or not by that password, or not let in. Which, is not told.
pub(crate) fn wrong_credentials() -> Problem {
    Problem::unauthorized("credentials_invalid", "the e-mail address or the password is wrong")
}

fn signed_out() -> Problem {
    Problem::unauthorized("session_missing", "this needs a signed-in browser")
}

/// Refuses a request that changes something and was made by another site's page. Browsers say so in `Sec-Fetch-Site`;
/// older ones send an `Origin`. A request that says neither did not come from a browser's page of ours.
fn refuse_other_sites(request: &HttpRequest) -> Result<(), Problem> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text("host")
        }
        (None, None) => false,
    };
    if own {
        return Ok(());
    }
    tracing::warn!("csrf_invalid_token");
    Err(Problem::forbidden("csrf_refused", "this request was not made by a page of this site"))
}
