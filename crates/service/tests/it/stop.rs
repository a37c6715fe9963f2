//! A stop in which no request is lost.

use std::net::TcpStream;

use actix_web::{get, web};
use tallykeep_service::{Health, HttpSettings, Server};
use tallykeep_test_support::{Client, Served, http_settings};
use tokio::{sync::Semaphore, task::yield_now};

/// A request that has begun, and the leave to end it.
struct Gate {
    entered: Semaphore,
    leave: Semaphore,
}

#[get("/slow")]
async fn wait(gate: web::Data<Gate>) -> &'static str {
    gate.entered.add_permits(1);
    let _leave = gate.leave.acquire().await;
    "done"
}

fn serve(settings: HttpSettings) -> (Served, web::Data<Gate>) {
    let gate = web::Data::new(Gate { entered: Semaphore::new(0), leave: Semaphore::new(0) });
    let server = Server::bind(settings, Health::default(), None).unwrap();
    let shared = gate.clone();
    let served = Served::start(server, move || {
        let gate = shared.clone();
        move |services| {
            services.app_data(gate).map(|services| services.service(wait));
        }
    });
    (served, gate)
}

#[actix_web::test]
async fn while_it_stops_a_service_says_that_it_is_not_ready_and_still_serves() {
    let (mut served, gate) = serve(HttpSettings { shutdown_delay_ms: 600_000, ..http_settings() });
    gate.leave.add_permits(1);
    let client = Client::new(&served.url);
    assert_eq!(client.get("/readyz").await.status, 200);
    served.ask_to_stop();
    let ready = loop {
        let ready = client.get("/readyz").await;
        if ready.status != 200 {
            break ready;
        }
    };
    ready.expect_problem(503, "stopping");
    client.get("/readyz?exclude=database").await.expect_problem(503, "stopping");
    assert_eq!(client.get("/livez").await.status, 200);
    assert_eq!(client.get("/slow").await.body, "done");
    // It would wait out its delay, which is so long only that no test is too slow for it.
    std::mem::forget(served);
}

#[actix_web::test]
async fn a_request_under_way_ends_before_the_service_does() {
    let (mut served, gate) = serve(HttpSettings { drain_seconds: 30, ..http_settings() });
    let client = Client::new(&served.url);
    let request = actix_web::rt::spawn(async move { client.get("/slow").await });
    let _entered = gate.entered.acquire().await.unwrap();
    served.ask_to_stop();
    let address = served.url.trim_start_matches("http://");
    while TcpStream::connect(address).is_ok() {
        yield_now().await;
    }
    gate.leave.add_permits(1);
    let answer = request.await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "done"));
}
