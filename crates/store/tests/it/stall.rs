//! Commits that do not come to their end, for as long as a test needs that.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

use diesel::{PgConnection, RunQueryDsl, sql_query};

use crate::Store;

/// Holds a lock on the table of segments, so that whoever writes to it waits.
pub(crate) struct Stall {
    connection: PgConnection,
}

impl Stall {
    pub(crate) fn begin(store: &Store) -> Self {
        let mut connection = store.database.connect_as_superuser();
        sql_query("begin").execute(&mut connection).unwrap();
        sql_query("lock table metrics.segments in exclusive mode").execute(&mut connection).unwrap();
        Self { connection }
    }

    /// Returns when the writer has taken its batch and waits in its commit.
    pub(crate) fn wait_for_writer(&self, store: &Store) {
        store.wait_until(
            "exists (select from pg_locks where not granted and relation = 'metrics.segments'::regclass
                and database = (select oid from pg_database where datname = current_database()))",
        );
    }

    /// Lets whoever waits write, and nobody who comes after.
    pub(crate) fn hand_over(self, store: &Store) -> Self {
        std::thread::scope(|scope| {
            let next = scope.spawn(|| Self::begin(store));
            store.wait_until(
                "2 = (select count(*) from pg_locks where not granted and relation = 'metrics.segments'::regclass
                    and database = (select oid from pg_database where datname = current_database()))",
            );
            self.end();
            next.join().unwrap()
        })
    }

    pub(crate) fn end(mut self) {
        sql_query("rollback").execute(&mut self.connection).unwrap();
    }
}

/// Lets `future` go as far as it can now. An append is in its batch then, or has been answered.
pub(crate) fn step<F: Future>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}
