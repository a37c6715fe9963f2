//! Which requests a rule is about, and which are refused because that can be doubted.

use tallykeep_domain::{AccessRuleId, Audience};

use super::{AccessRule, AccessRules, Ambiguous, Asked, MethodSet};

fn rule(host: &str, path: &str, methods: &str) -> AccessRule {
    AccessRule {
        id: AccessRuleId::generate(),
        host: host.parse().unwrap(),
        path: path.parse().unwrap(),
        methods: MethodSet::parse(methods.split_ascii_whitespace()).unwrap(),
        audience: Audience::Nobody,
        groups: Vec::new(),
        needs_two_factors: false,
    }
}

/// The number of the rule that decides.
fn decides(rules: &[AccessRule], method: &str, host: &str, path: &str) -> Result<Option<usize>, Ambiguous> {
    let asked = Asked { host, path, method, has_other_method: false };
    let found = AccessRules(rules.to_vec()).find(asked)?.map(|found| found.id);
    Ok(rules.iter().position(|rule| Some(rule.id) == found))
}

#[test]
fn the_first_rule_that_fits_decides() {
    let rules = [
        rule("tool.example.org", "/admin", "POST DELETE"),
        rule("tool.example.org", "/admin/", ""),
        rule("*.example.org", "/", ""),
    ];
    for (method, host, path, decided) in [
        ("POST", "tool.example.org", "/admin", Some(0)),
        ("GET", "tool.example.org", "/admin", Some(1)),
        ("GET", "tool.example.org", "/admin/", Some(1)),
        ("GET", "tool.example.org", "/admin/a/b", Some(1)),
        ("GET", "tool.example.org", "/administrators", Some(2)),
        ("GET", "tool.example.org", "/", Some(2)),
        ("POST", "a.b.example.org", "/admin", Some(2)),
        ("GET", "example.org", "/", None),
        ("GET", ".example.org", "/", None),
        ("GET", "tool.example.org.evil", "/", None),
        ("GET", "badexample.org", "/", None),
    ] {
        assert_eq!(decides(&rules, method, host, path), Ok(decided), "{method} {host} {path}");
    }
}

#[test]
fn whoever_may_get_may_ask_for_the_head() {
    let rules = [rule("tool", "/", "GET")];
    assert_eq!(decides(&rules, "HEAD", "tool", "/"), Ok(Some(0)));
    assert_eq!(decides(&rules, "OPTIONS", "tool", "/"), Ok(None));
}

#[test]
fn a_path_is_the_same_however_it_is_encoded() {
    let rules = [rule("tool", "/größe/a+b c", "")];
    for path in ["/gr%C3%B6%C3%9Fe/a+b%20c", "/gr%c3%b6%c3%9fe/a%2Bb%20c/x", "/%67r%C3%B6%C3%9Fe/%61+b%20c"] {
        assert_eq!(decides(&rules, "GET", "tool", path), Ok(Some(0)), "{path}");
    }
}

#[test]
fn a_path_that_can_be_read_in_two_ways_is_refused_where_a_rule_goes_by_it() {
    let by_path = [rule("tool", "/admin", "")];
    let by_host = [rule("tool", "/", "")];
    for path in [
        "",
        "admin",
        "//",
        "//admin",
        "/x//admin",
        "/./admin",
        "/x/../admin",
        "/x/..",
        "/..",
        "/.",
        "/%2e%2e/admin",
        "/x/%2E%2e/admin",
        "/x/.%2e/admin",
        "/x%2fadmin",
        "/x%2F..%2fadmin",
        "/%5cadmin",
        "/x\\..\\admin",
        "/%2561dmin",
        "/admin;x",
        "/;/admin",
        "/admin%3Bx",
        "/admin%3fx",
        "/admin%23x",
        "/admin%00",
        "/admin%0a",
        "/admin%7f",
        "/admin.",
        "/admin%20",
        "/admin%2e/x",
        "/admin%",
        "/admin%2",
        "/%c0%afadmin",
        "/%ff",
        "/ADMIN",
        "/Admin/x",
        "/%41dmin",
    ] {
        assert_eq!(decides(&by_path, "GET", "tool", path), Err(Ambiguous), "{path}");
        assert_eq!(decides(&by_host, "GET", "tool", path), Ok(Some(0)), "{path}");
        assert_eq!(decides(&by_path, "GET", "other", path), Ok(None), "{path}");
    }
}

#[test]
fn a_method_that_can_be_read_in_two_ways_is_refused_where_a_rule_goes_by_it() {
    let rules = [rule("tool", "/", "POST")];
    assert_eq!(decides(&rules, "post", "tool", "/"), Err(Ambiguous));
    let asked = Asked { host: "tool", path: "/", method: "GET", has_other_method: true };
    assert_eq!(AccessRules(rules.to_vec()).find(asked), Err(Ambiguous));
    assert_eq!(decides(&[rule("tool", "/", "")], "post", "tool", "/"), Ok(Some(0)));
}

#[test]
fn what_names_no_host_path_or_method_is_no_rule() {
    for host in ["", "*", "*.", "a..b", ".a", "a.", "a b", "a/b", "a:80", "*.*.a", "ä.example.org"] {
        assert!(host.parse::<super::HostPattern>().is_err(), "{host}");
    }
    for path in ["", "x", "/a//b", "/a/../b", "/%2f", "/a?b", "/a#b", "/a;b", "/a%"] {
        assert!(path.parse::<super::PathPrefix>().is_err(), "{path}");
    }
    for method in ["", "get", "G T", "GET,POST", "1"] {
        assert!(MethodSet::parse([method]).is_err(), "{method}");
    }
}
