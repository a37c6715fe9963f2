//! Several containers of one service.

use std::collections::BTreeSet;

use crate::{
    compose::{request_id, requests},
    docker::{docker, until},
    load::Load,
    stack::{REPLICAS, Stack},
};

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn each_of_three_containers_takes_its_share() {
    let stack = Stack::http().await;
    let machine = stack.register().await.machine().await;
    let containers = stack.compose.containers("ingest");
    assert_eq!(containers.len(), REPLICAS);
    let mut ids = BTreeSet::new();
    for _ in 0..10 * REPLICAS {
        let answer = machine.get("/api/v1/metrics").await;
        let _ = answer.expect(200);
        ids.insert(answer.header("x-request-id").to_owned());
    }
    let mut shares = Vec::new();
    until("every request is in a log", async || {
        shares = containers
            .iter()
            .map(|container| {
                let lines = requests(container);
                let mine = lines.iter().filter_map(request_id);
                mine.filter(|id| ids.contains(*id)).count()
            })
            .collect();
        shares.iter().sum::<usize>() == ids.len()
    })
    .await;
    assert!(shares.iter().all(|share| *share >= 5), "{shares:?}");
}

#[tokio::test]
#[ignore = "needs containers: ./scripts/test e2e"]
async fn what_was_acknowledged_is_there_when_a_container_was_killed() {
    let stack = Stack::http_alone().await;
    let load = Load::start(stack.register().await.machine().await, "killed");
    until("the load is under way", async || load.answered() > 200).await;
    docker(&["kill", &stack.compose.containers("ingest")[0]]);
    let before = load.answered();
    until("the others go on", async || load.answered() > before + 500).await;
    let report = load.stop().await;
    assert!(report.answered > 700, "only {} requests were answered", report.answered);
}
