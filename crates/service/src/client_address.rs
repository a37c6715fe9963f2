//! The address of the client, behind proxies that are trusted by setting and by nothing else.

use std::{fmt, net::IpAddr, str::FromStr};

use actix_web::{HttpMessage, HttpRequest, dev::ServiceRequest, http::header::HeaderMap, web};
use ipnet::{AddrParseError, IpNet};

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// A network in CIDR notation, or one address, as Traefik's `trustedIPs` has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl FromStr for Network {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        match text.parse::<IpAddr>() {
            Ok(address) => Ok(Self(address.into())),
            Err(_) => text.parse().map(Self),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The networks whose proxies may say for whom they ask.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedProxies(pub(crate) Vec<Network>);

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.0.contains(&address))
    }

    /// Walks `X-Forwarded-For` from the right, over proxies that are trusted, to the first address that is not. What
    /// stands left of that one was written by the client. A request that did not come from a trusted proxy is from its
    /// peer, whatever it claims, and so is one whose header cannot be read.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines: Vec<_> = headers.get_all("x-forwarded-for").collect();
        let hops = lines.iter().rev().flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
        for hop in hops {
            if !self.trusts(client) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
            client = address.to_canonical();
        }
        client
    }
}

/// Whether a trusted proxy sent the request itself. What `X-Forwarded-For` says has no part in it: that names whom a proxy
/// asks for, and here the question is who asks.
#[must_use]
pub fn is_sent_by_trusted_proxy(request: &HttpRequest) -> bool {
    let trusted = request.app_data::<web::Data<TrustedProxies>>();
    trusted.zip(request.peer_addr()).is_some_and(|(trusted, peer)| trusted.trusts(peer.ip()))
}

/// Puts the [`ClientAddress`] into the request's extensions.
pub(crate) fn resolve(request: ServiceRequest) -> ServiceRequest {
    let trusted = request.app_data::<web::Data<TrustedProxies>>();
    if let (Some(trusted), Some(peer)) = (trusted, request.peer_addr()) {
        let client = ClientAddress(trusted.client(peer.ip(), request.headers()));
        request.extensions_mut().insert(client);
    }
    request
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&'static str]) -> String {
        let trusted = TrustedProxies(trusted.iter().map(|network| network.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(line));
        }
        trusted.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_an_address() {
        assert_eq!(client(&["10.0.0.0/8"], "203.0.113.9", &["1.2.3.4"]), "203.0.113.9");
        assert_eq!(client(&[], "10.0.0.1", &["1.2.3.4"]), "10.0.0.1");
    }

    #[test]
    fn the_rightmost_hop_that_is_not_trusted_is_the_client() {
        let trusted = ["10.0.0.0/8", "192.0.2.0/24"];
        assert_eq!(client(&trusted, "10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client(&trusted, "10.0.0.1", &["1.2.3.4, 198.51.100.7, 192.0.2.5"]), "198.51.100.7");
        assert_eq!(client(&trusted, "10.0.0.1", &["1.2.3.4", "198.51.100.7,192.0.2.5"]), "198.51.100.7");
    }

    #[test]
    fn what_cannot_be_read_ends_the_walk() {
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4, unknown"]), "10.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4, "]), "10.0.0.1");
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_the_same_address() {
        assert_eq!(client(&["10.0.0.0/8"], "::ffff:10.0.0.1", &["::ffff:198.51.100.7"]), "198.51.100.7");
    }
}
