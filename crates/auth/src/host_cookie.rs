//! Cookies of this host alone, also where sessions are for a whole domain: what a browser keeps on the way to a session.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use crate::State;

/// One of them. Over HTTPS the name itself tells browsers that the cookie is for this host, all paths, and HTTPS only;
/// without, as on a laptop, they would drop such a one.
pub(crate) struct HostCookie {
    secure: &'static str,
    plain: &'static str,
}

/// A sign-in that waits for its second factor.
pub(crate) const PENDING_SIGN_IN: HostCookie =
    HostCookie { secure: "__Host-tallykeep_sign_in", plain: "tallykeep_sign_in" };
/// A browser that is asked for a passkey.
pub(crate) const PASSKEY_CEREMONY: HostCookie =
    HostCookie { secure: "__Host-tallykeep_passkey", plain: "tallykeep_passkey" };
/// A browser that is at another provider.
pub(crate) const DEPARTURE: HostCookie =
    HostCookie { secure: "__Host-tallykeep_departure", plain: "tallykeep_departure" };

impl HostCookie {
    const ALL: [Self; 3] = [PENDING_SIGN_IN, PASSKEY_CEREMONY, DEPARTURE];

    /// It with `value`, for so long.
    pub(crate) fn with(&self, state: &State, value: String, max_age: Duration) -> Cookie<'static> {
        own_cookie(state, self.name(state), value, max_age)
    }

    /// What makes a browser forget it.
    pub(crate) fn removal(&self, state: &State) -> Cookie<'static> {
        self.with(state, String::new(), Duration::ZERO)
    }

    /// The value that `request` brings.
    pub(crate) fn of(&self, state: &State, request: &HttpRequest) -> Option<String> {
        request.cookie(self.name(state)).map(|cookie| cookie.value().to_owned())
    }

    fn name(&self, state: &State) -> &'static str {
        if state.site.is_secure() { self.secure } else { self.plain }
    }

    /// Whether one of them has that name, with HTTPS or without.
    pub(crate) fn is_any(name: &str) -> bool {
        Self::ALL.iter().any(|cookie| name == cookie.secure || name == cookie.plain)
    }
}

/// A cookie that scripts do not see: one of these, or that of the session, which may be for a whole domain. Browsers come back from a provider, or from a tool, by a link, so it is `Lax`:
/// `Strict` would be left behind then.
pub(crate) fn own_cookie(
    state: &State,
    name: &'static str,
    value: String,
    max_age: Duration,
) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(state.site.is_secure())
        .same_site(SameSite::Lax)
        .max_age(max_age)
        .finish()
}
