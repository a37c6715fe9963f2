//! How often a stranger may ask for what costs something. All replicas count together, in the database.

use std::net::{IpAddr, Ipv6Addr};

use tallykeep_database::models::RateLimit;
use tallykeep_service::{Problem, Visitor, run_db};

use crate::State;

/// What an IPv6 customer has at the least, and a single person can send from any address of.
const IPV6_NETWORK: u128 = !0 << 64;
/// Who has no address. They all count as one, so that none of them is without a limit.
const UNKNOWN: &str = "unknown";

/// Lets the request through if its client may ask once more now. It stands first in a handler.
///
/// # Errors
/// 429 if not, and 503 when the database is away.
pub(crate) async fn admit(state: &State, visitor: &Visitor) -> Result<(), Problem> {
    if count(state, client(visitor.address)).await? {
        return Ok(());
    }
    let address = visitor.address.map(tracing::field::display);
    tracing::warn!("client.address" = address, "rate_limit_exceeded");
    Err(refusal(state))
}

/// The same for what a page of another site has a browser send. Any page can have its visitors' browsers send as many of
/// these as it likes: if they were counted with the others, it could keep its visitors from signing in, and have a firewall
/// that reads the log shut them out.
///
/// # Errors
/// As [`admit`].
pub(crate) async fn admit_other_site(state: &State, visitor: &Visitor) -> Result<(), Problem> {
    let client = format!("other sites, {}", client(visitor.address));
    if count(state, client).await? { Ok(()) } else { Err(refusal(state)) }
}

/// Notes one more request of `client`, and answers whether it may.
async fn count(state: &State, client: String) -> Result<bool, Problem> {
    let rules = state.rate_limit;
    run_db(&state.pool, move |connection| RateLimit::admit(connection, &client, rules)).await
}

fn refusal(state: &State) -> Problem {
    Problem::too_many_requests(state.rate_limit.seconds_for_one())
}

/// Who counts as one client: an IPv4 address, or a network of IPv6.
fn client(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        None => UNKNOWN.to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            format!("{}/64", Ipv6Addr::from_bits(address.to_bits() & IPV6_NETWORK))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        client(one.parse().ok()) == client(other.parse().ok())
    }

    #[test]
    fn a_network_of_ipv6_and_a_single_address_of_ipv4_are_one_client() {
        assert!(same("2001:db8:1:2::3", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert!(!same("2001:db8:1:2::3", "2001:db8:1:3::3"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
        assert!(same("192.0.2.1", "::ffff:192.0.2.1"));
    }

    #[test]
    fn who_has_no_address_is_one_client_with_all_others_who_have_none() {
        assert!(same("", "nothing") && !same("", "192.0.2.1"));
    }
}
