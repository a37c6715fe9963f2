//! The ceiling: a handler that does nothing, on the same framework with as many threads.

use std::{net::TcpListener, thread};

use actix_web::{App, HttpResponse, HttpServer, rt::System, web};

/// As many as the service has by default.
const WORKERS: usize = 2;

/// Serves empty answers for the rest of this process, and answers where.
pub(super) fn start() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = || App::new().default_service(web::to(HttpResponse::Ok));
    // Should it not come up, the first request to it fails.
    thread::spawn(move || {
        System::new().block_on(async {
            HttpServer::new(app).workers(WORKERS).disable_signals().listen(listener)?.run().await
        })
    });
    Ok(url)
}
