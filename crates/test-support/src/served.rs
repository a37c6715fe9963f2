//! A server of ours in this process.

use std::thread::{self, JoinHandle};

use actix_web::rt::System;
use tallykeep_service::Server;
use tokio::sync::oneshot;
use utoipa_actix_web::service_config::ServiceConfig;

/// A server that serves for real, on a thread of its own. It stops when it is dropped.
pub struct Served {
    /// Where it listens.
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// Serves what `configure` mounts on `server`.
    #[must_use]
    pub fn start<C>(server: Server, configure: impl Fn() -> C + Clone + Send + 'static) -> Self
    where
        C: FnOnce(&mut ServiceConfig),
    {
        let url = format!("http://{}", server.address().expect("the port is known"));
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let stopped = async {
                // A server whose test has gone stops too.
                let _ = stopped.await;
            };
            System::new().block_on(server.serve(configure, stopped)).expect("the server serves");
        });
        Self { url, stop: Some(stop), thread: Some(thread) }
    }

    /// Asks it to stop, as a signal would, and does not wait.
    pub fn ask_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have stopped by itself.
            let _ = stop.send(());
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.ask_to_stop();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !thread::panicking()
        {
            panic!("the server panicked");
        }
    }
}
