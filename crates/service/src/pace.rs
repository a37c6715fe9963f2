//! How slowly a client may send a body.
//!
//! A client that sends a byte a minute holds a connection and what stands behind it for as long as it likes. Headers have
//! a time by which they must be there; a body may be large and the line slow, so that it has to come at some pace.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::{
    HttpMessage,
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    rt::time::{Instant, Sleep, sleep_until},
    web::{Bytes, Data},
};
use futures_util::{Stream, stream::LocalBoxStream};

/// The least pace of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// How far a client may fall behind.
    pub(crate) grace: Duration,
    /// How many bytes are worth a second.
    pub(crate) bytes_per_second: u64,
}

impl Pace {
    /// For how long after the beginning of a body the next part of it is waited for, once `received` bytes are there.
    fn patience(self, received: u64) -> Duration {
        let earned = received.saturating_mul(1_000) / self.bytes_per_second.max(1);
        self.grace.saturating_add(Duration::from_millis(earned))
    }
}

/// A body that fails when it comes too slowly. The time begins when it is first asked for.
struct Paced {
    payload: Payload,
    pace: Pace,
    received: u64,
    begin: Option<Instant>,
    late: Pin<Box<Sleep>>,
}

impl Stream for Paced {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let begin = match self.begin {
            Some(begin) => begin,
            None => {
                let now = Instant::now();
                let end = now + self.pace.patience(0);
                self.late.as_mut().reset(end);
                *self.begin.insert(now)
            }
        };
        match Pin::new(&mut self.payload).poll_next(context) {
            Poll::Ready(Some(Ok(part))) => {
                self.received = self.received.saturating_add(part.len() as u64);
                let end = begin + self.pace.patience(self.received);
                self.late.as_mut().reset(end);
                Poll::Ready(Some(Ok(part)))
            }
            Poll::Ready(end) => Poll::Ready(end),
            Poll::Pending => {
                ready!(self.late.as_mut().poll(context));
                Poll::Ready(Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into()))))
            }
        }
    }
}

/// Holds every body to the pace of the application, whoever reads it.
pub(crate) fn hold_to_pace(mut request: ServiceRequest) -> ServiceRequest {
    let pace = request.app_data::<Data<Pace>>().map(|pace| *pace.get_ref());
    match (request.take_payload(), pace) {
        (Payload::None, _) | (_, None) => {}
        (payload, Some(pace)) => {
            let late = Box::pin(sleep_until(Instant::now()));
            let paced: LocalBoxStream<'static, _> =
                Box::pin(Paced { payload, pace, received: 0, begin: None, late });
            request.set_payload(Payload::from(paced));
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_arrived_buys_time_for_the_rest() {
        let pace = Pace { grace: Duration::from_secs(10), bytes_per_second: 500 };
        assert_eq!(pace.patience(0), Duration::from_secs(10));
        assert_eq!(pace.patience(1), Duration::from_millis(10_002));
        assert_eq!(pace.patience(32 << 20), Duration::from_millis(10_000 + 67_108_864));
        assert!(pace.patience(u64::MAX) > pace.patience(1 << 40));
    }
}
