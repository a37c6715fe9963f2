//! Writing chunks anew.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::tz::TimeZone;
use tallykeep_domain::{AccountId, SeriesId};

use super::{
    CompactError, Round,
    change::Change,
    plan::{Header, Merge, plan},
    rows::{self, NewChunk},
};
use crate::{
    chunk::{self, Key},
    columns::Columns,
};

/// How many samples of chunks are unpacked at once. One merge more may be.
const SAMPLES_AT_ONCE: usize = 500_000;

/// A merge that was decided on.
struct Task<'a> {
    change: &'a Change,
    merge: Merge,
    /// The chunks that it takes.
    keys: Vec<Key>,
    /// How many samples there are in all.
    samples: usize,
}

/// Carries out `changes`, which are in the order of their series.
pub(super) fn merge(
    connection: &mut PgConnection,
    account: AccountId,
    changes: &[Change],
    zone: &TimeZone,
    round: &mut Round,
) -> Result<(), CompactError> {
    let headers = rows::headers(connection, account, changes)?;
    let mut tasks = tasks(changes, &headers).into_iter().peekable();
    while tasks.peek().is_some() {
        let mut samples = 0;
        let batch: Vec<_> = std::iter::from_fn(|| {
            let task = tasks.next_if(|_| samples < SAMPLES_AT_ONCE)?;
            samples += task.samples;
            Some(task)
        })
        .collect();
        write(connection, account, &batch, zone, round)?;
    }
    Ok(())
}

fn tasks<'a>(changes: &'a [Change], headers: &[(SeriesId, Header)]) -> Vec<Task<'a>> {
    let mut rest = headers;
    let mut tasks = Vec::new();
    for change in changes {
        let own = rest.partition_point(|(series, _)| *series <= change.series);
        let chunks: Vec<Header> = rest[..own].iter().map(|(_, header)| *header).collect();
        rest = &rest[own..];
        for merge in plan(&chunks, &change.written.times, &change.hidden) {
            let taken = &chunks[merge.chunks.clone()];
            tasks.push(Task {
                change,
                keys: taken.iter().map(|chunk| (change.series, chunk.earliest)).collect(),
                samples: taken.iter().map(|chunk| chunk.samples).sum::<usize>() + merge.written.len(),
                merge,
            });
        }
    }
    tasks
}

fn write(
    connection: &mut PgConnection,
    account: AccountId,
    tasks: &[Task<'_>],
    zone: &TimeZone,
    round: &mut Round,
) -> Result<(), CompactError> {
    let keys: Vec<Key> = tasks.iter().flat_map(|task| task.keys.iter().copied()).collect();
    let mut taken: HashMap<Key, Columns> = rows::take(connection, account, &keys)?.into_iter().collect();
    let mut chunks = Vec::new();
    for task in tasks {
        let mut samples = Columns::default();
        for key in &task.keys {
            samples.write_over(taken.remove(key).unwrap_or_default());
        }
        samples.remove(&task.change.hidden);
        samples.write_over(task.change.written.part(task.merge.written.clone()));
        for start in (0..samples.len()).step_by(chunk::MOST_SAMPLES) {
            let part = samples.part(start..samples.len().min(start + chunk::MOST_SAMPLES));
            chunks.push(NewChunk::new(account, task.change.series, &part, zone)?);
            round.samples_written += part.len();
        }
    }
    round.bytes_out += chunks.iter().map(NewChunk::bytes).sum::<usize>();
    Ok(rows::insert(connection, &chunks)?)
}
