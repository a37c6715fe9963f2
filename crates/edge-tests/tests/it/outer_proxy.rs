//! A load balancer before Traefik, one that is there and one that a client pretends to be.

use std::collections::BTreeSet;

use crate::stack::Stack;

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn an_outer_proxy_that_a_setting_names_is_believed_for_one_hop() {
    let stack = Stack::http_alone().await;
    let own = stack.address_of_this_machine().await;
    stack.up_with(&[("TALLYKEEP_OUTER_PROXIES", &format!("{own}/32"))]).await;
    for (service, path) in [("auth", "/auth/registration"), ("query", "/api/v1/query"), ("ingest", "/ping")] {
        for said in ["198.51.100.7", "6.6.6.6, 198.51.100.7", "10.213.65.2, 198.51.100.7"] {
            let address = stack.client_address(service, path, &[("x-forwarded-for", said)]).await;
            assert_eq!(address, "198.51.100.7", "{service}: {said}");
        }
    }
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn behind_an_outer_proxy_each_client_has_a_limit_of_its_own() {
    const REQUESTS: usize = 120;
    let stack = Stack::http_alone().await;
    let own = stack.address_of_this_machine().await;
    stack.up_with(&[("TALLYKEEP_OUTER_PROXIES", own.as_str()), ("TALLYKEEP_AUTH_RATE", "1")]).await;
    let greedy = stack.stranger().with_header("x-forwarded-for", "198.51.100.7");
    let mut limited = 0;
    for _ in 0..REQUESTS {
        limited += usize::from(greedy.get("/auth/registration").await.status == 429);
    }
    assert!(limited > REQUESTS / 4, "only {limited} were limited");
    let another = stack.stranger().with_header("x-forwarded-for", "198.51.100.8");
    assert_eq!(another.get("/auth/registration").await.status, 200);
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn another_x_forwarded_for_each_time_does_not_dodge_the_rate_limit() {
    const REQUESTS: usize = 120;
    let stack = Stack::http_alone().await;
    stack.up_with(&[("TALLYKEEP_AUTH_RATE", "1")]).await;
    let mut statuses = BTreeSet::new();
    let mut limited = 0;
    for n in 0..REQUESTS {
        let client = stack.stranger().with_header("x-forwarded-for", &format!("198.51.100.{n}"));
        let answer = client.get("/auth/registration").await;
        limited += usize::from(answer.status == 429);
        statuses.insert(answer.status.as_u16());
    }
    assert_eq!(statuses, BTreeSet::from([200, 429]));
    assert!(limited > REQUESTS / 4, "only {limited} were limited");
}
