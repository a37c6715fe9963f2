//! The ceiling: a handler that takes the request and does nothing, on the same framework with as many threads.

use std::{net::TcpListener, thread};

use actix_web::{App, HttpResponse, HttpServer, rt::System, web};

/// As many as the service has by default.
const WORKERS: usize = 2;

/// Serves empty answers for the rest of this process, and answers where.
pub(super) fn start() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    // Without the body the framework would close the connection after each request that has one.
    let app = || App::new().default_service(web::to(async |_: web::Bytes| HttpResponse::Ok()));
    // Should it not come up, the first request to it fails.
    thread::spawn(move || {
        System::new().block_on(async {
            HttpServer::new(app).workers(WORKERS).disable_signals().listen(listener)?.run().await
        })
    });
    Ok(url)
}
