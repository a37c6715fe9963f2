//! Which addresses belong to this site: the public one, and with a cookie domain those of the other tools.

use anyhow::Context;
use url::{Position, Url};

/// The longest path that a browser is sent on to, in bytes. It waits in the database meanwhile.
const LONGEST_PATH: usize = 2048;

use crate::access_rules::HostPattern;

/// The public address and the hosts that share its sign-in.
pub(crate) struct Site {
    public: Url,
    cookie_domain: Option<String>,
}

impl Site {
    /// The site of the settings `http.public_url` and `auth.cookie_domain`.
    ///
    /// # Errors
    /// When one of them is wrong; names it.
    pub(crate) fn new(public_url: &str, cookie_domain: Option<&str>) -> anyhow::Result<Self> {
        let public = Url::parse(public_url).context("the setting http.public_url is no address")?;
        let cookie_domain = cookie_domain.map(str::to_ascii_lowercase);
        if let Some(domain) = &cookie_domain {
            check_cookie_domain(domain, &public)?;
        }
        Ok(Self { public, cookie_domain })
    }

    /// Whether browsers come by HTTPS.
    pub(crate) fn is_secure(&self) -> bool {
        self.public.scheme() == "https"
    }

    /// The origin of the public address, as browsers write it.
    pub(crate) fn origin(&self) -> String {
        self.public.origin().ascii_serialization()
    }

    /// What apps call it: its host. An address of IPv6 loses its colons, which part names there.
    pub(crate) fn name(&self) -> String {
        self.public.host_str().unwrap_or("tallykeep").replace(':', ".")
    }

    /// The host of the public address, where it is a name and no number.
    pub(crate) fn host_name(&self) -> Option<&str> {
        self.public.domain()
    }

    /// The domain that the session cookie is for, where it is not for the public host alone.
    pub(crate) fn cookie_domain(&self) -> Option<&str> {
        self.cookie_domain.as_deref()
    }

    /// Whether `url` belongs to this site: scheme and port are those of the public address, the host is too or lies at
    /// or below the cookie domain, and nobody is named before the host.
    pub(crate) fn contains(&self, url: &Url) -> bool {
        url.scheme() == self.public.scheme()
            && url.port_or_known_default() == self.public.port_or_known_default()
            && (url.username(), url.password()) == ("", None)
            && (url.host() == self.public.host() || self.shares_cookie(url))
    }

    fn shares_cookie(&self, url: &Url) -> bool {
        url.domain().zip(self.cookie_domain()).is_some_and(|(host, domain)| is_at_or_below(host, domain))
    }

    /// The address in `text`, which anybody may have written, when it is absolute and belongs to this site.
    ///
    /// Parsers, browsers' among them, skip tabs and line breaks and read a backslash as a slash. What holds one of
    /// these is refused before it is parsed; what is answered is the parser's spelling, never `text`.
    pub(crate) fn parse(&self, text: &str) -> Option<Url> {
        let after_scheme = text.strip_prefix(self.public.scheme())?;
        if !after_scheme.starts_with("://") || text.contains(is_treacherous) {
            return None;
        }
        Url::parse(text).ok().filter(|url| self.contains(url))
    }

    /// The path in `text`, which anybody may have written, when it is one of the public address: with its query, and
    /// without its fragment. To be put behind [`origin`](Self::origin) and nowhere else, since `//` may be its begin.
    pub(crate) fn parse_path(&self, text: &str) -> Option<String> {
        if !text.starts_with('/') || text.len() > LONGEST_PATH || text.contains(is_treacherous) {
            return None;
        }
        let url = self.public.join(text).ok().filter(|url| url.origin() == self.public.origin())?;
        Some(url[Position::BeforePath..Position::AfterQuery].to_owned())
    }

    /// The page that signs a person in who asked for `url`.
    pub(crate) fn sign_in_page(&self, url: &Url) -> Url {
        self.page("/sign-in", url)
    }

    /// The page that asks a signed-in person, who asked for `url`, for a second factor.
    pub(crate) fn second_factor_page(&self, url: &Url) -> Url {
        self.page("/second-factor", url)
    }

    /// The page that says to a person that `url` is not for them.
    pub(crate) fn forbidden_page(&self, url: &Url) -> Url {
        self.page("/forbidden", url)
    }

    fn page(&self, path: &str, url: &Url) -> Url {
        // A query may hold a backslash as it is, which `parse` would refuse on the way back.
        let wanted = url.as_str().replace('\\', "%5C");
        let mut page = self.public.clone();
        page.set_path(path);
        page.query_pairs_mut().clear().append_pair("rd", &wanted);
        page
    }

    /// Whether a request for one of the hosts of `pattern` could belong to this site.
    pub(crate) fn has_hosts_of(&self, pattern: &HostPattern) -> bool {
        let shares = self.cookie_domain().is_some_and(|domain| is_at_or_below(pattern.name(), domain));
        shares || (!pattern.is_below() && self.public.host_str() == Some(pattern.name()))
    }
}

/// What parsers skip or read as something else.
fn is_treacherous(c: char) -> bool {
    c.is_control() || c.is_whitespace() || c == '\\'
}

fn check_cookie_domain(domain: &str, public: &Url) -> anyhow::Result<()> {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    anyhow::ensure!(
        domain.contains('.') && domain.split('.').all(is_label),
        "the setting auth.cookie_domain must be a domain of at least two labels, without a dot at its ends"
    );
    anyhow::ensure!(
        public.domain().is_some_and(|host| is_at_or_below(host, domain)),
        "the setting auth.cookie_domain must be the host of http.public_url or a domain above it"
    );
    Ok(())
}

fn is_at_or_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
