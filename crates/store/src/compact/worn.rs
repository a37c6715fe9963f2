//! Chunks that outlived their samples: their pieces are all that is left of them.

use std::ops::Range;

use diesel::{PgConnection, QueryResult, prelude::*};
use jiff_diesel::Timestamp;
use tallykeep_database::schema::metrics::{chunks, series};
use tallykeep_domain::{AccountId, SeriesId};
use uuid::Uuid;

use super::rows::{self, Key, NewChunk};
use crate::{
    commit::timestamp,
    piece::{Piece, reaches},
};

/// How many chunks are looked at at once.
const AT_ONCE: i64 = 500;

/// Rows of a chunk's pieces, as columns.
type Pieces = (Vec<Timestamp>, Vec<i32>, Vec<f64>, Vec<f64>, Vec<f64>, Vec<f64>, Vec<f64>, Vec<f64>);

#[derive(Queryable)]
struct Row {
    series: i64,
    earliest: Timestamp,
    latest: Timestamp,
    pieces: Pieces,
}

impl Row {
    fn key(&self) -> Key {
        (SeriesId(self.series), self.earliest.to_jiff().as_millisecond())
    }

    fn pieces(&self) -> Vec<Piece> {
        let (starts, counts, sums, minima, maxima, firsts, lasts, increases) = &self.pieces;
        let piece = |(n, start): (usize, &Timestamp)| {
            Some(Piece {
                start: start.to_jiff().as_millisecond(),
                count: *counts.get(n)?,
                sum: *sums.get(n)?,
                min: *minima.get(n)?,
                max: *maxima.get(n)?,
                first: *firsts.get(n)?,
                last: *lasts.get(n)?,
                increase: *increases.get(n)?,
            })
        };
        starts.iter().enumerate().filter_map(piece).collect()
    }
}

/// Takes away what the chunks of some series without samples have in `range`, whole pieces of it: of a piece that is
/// partly within it nobody can tell any more what the rest amounts to.
pub(super) fn remove(
    connection: &mut PgConnection,
    account: AccountId,
    series: &[i64],
    range: &Range<i64>,
) -> QueryResult<()> {
    for series in series.chunks(usize::try_from(AT_ONCE).unwrap_or(1)) {
        let rows: Vec<Row> = chunks::table
            .filter(chunks::account_id.eq(account.as_uuid()))
            .filter(chunks::series_id.eq_any(series))
            .filter(chunks::times.is_null())
            .filter(chunks::earliest.lt(timestamp(range.end)))
            .filter(chunks::latest.ge(timestamp(range.start)))
            .select(selection())
            .load(connection)?;
        replace(connection, account, &rows, |reach| reach.start < range.end && range.start < reach.end)?;
    }
    Ok(())
}

/// Takes away what the chunks of a metric without samples have before `from`.
pub(super) fn remove_before(
    connection: &mut PgConnection,
    account: AccountId,
    metric: Uuid,
    from: i64,
) -> QueryResult<()> {
    loop {
        let rows: Vec<Row> = chunks::table
            .inner_join(
                series::table
                    .on(series::account_id.eq(chunks::account_id).and(series::id.eq(chunks::series_id))),
            )
            .filter(chunks::account_id.eq(account.as_uuid()))
            .filter(series::metric_id.eq(metric))
            .filter(chunks::times.is_null())
            .filter(chunks::earliest.lt(timestamp(from)))
            .limit(AT_ONCE)
            .select(selection())
            .load(connection)?;
        if rows.is_empty() {
            return Ok(());
        }
        replace(connection, account, &rows, |reach| reach.start < from)?;
    }
}

/// The columns of a [`Row`].
#[diesel::dsl::auto_type(no_type_alias)]
fn selection() -> _ {
    (
        chunks::series_id,
        chunks::earliest,
        chunks::latest,
        (
            chunks::piece_starts,
            chunks::piece_counts,
            chunks::piece_sums,
            chunks::piece_minima,
            chunks::piece_maxima,
            chunks::piece_firsts,
            chunks::piece_lasts,
            chunks::piece_increases,
        ),
    )
}

/// Writes `rows` anew without the pieces that `goes` says so of, by what they reach over.
fn replace(
    connection: &mut PgConnection,
    account: AccountId,
    rows: &[Row],
    goes: impl Fn(&Range<i64>) -> bool,
) -> QueryResult<()> {
    let keys: Vec<Key> = rows.iter().map(Row::key).collect();
    let mut left = Vec::new();
    for row in rows {
        let pieces = row.pieces();
        let (series, earliest) = row.key();
        let end = row.latest.to_jiff().as_millisecond() + 1;
        // What the chunk before has in the same hour is no part of the first piece.
        let own = |reach: Range<i64>| reach.start.max(earliest)..reach.end;
        let reaches = reaches(&pieces, end).map(|(piece, reach)| (piece, own(reach)));
        let kept: Vec<_> = reaches.filter(|(_, reach)| !goes(reach)).collect();
        let Some((_, first)) = kept.first() else { continue };
        let Some((_, last)) = kept.last() else { continue };
        let range = first.start..last.end;
        let pieces: Vec<Piece> = kept.iter().map(|(piece, _)| **piece).collect();
        left.push(NewChunk::worn(account, series, range, &pieces));
    }
    rows::delete(connection, account, &keys)?;
    rows::insert(connection, &left)
}
