//! Chunks that outlived their samples: their pieces are all that is left of them.

use std::ops::Range;

use diesel::{PgConnection, prelude::*};
use jiff_diesel::Timestamp;
use tallykeep_database::schema::metrics::chunks;
use tallykeep_domain::AccountId;
use uuid::Uuid;

use super::{
    CompactError,
    rows::{self, NewChunk},
};
use crate::{
    chunk::{Key, PieceColumns, key},
    commit::timestamp,
    piece::{Piece, reaches},
};

/// How many chunks are looked at at once.
const AT_ONCE: i64 = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = chunks, check_for_backend(diesel::pg::Pg))]
struct Row {
    series_id: i64,
    earliest: Timestamp,
    latest: Timestamp,
    #[diesel(embed)]
    columns: PieceColumns,
}

impl Row {
    fn key(&self) -> Key {
        key(self.series_id, self.earliest)
    }

    fn pieces(&self) -> Result<Vec<Piece>, CompactError> {
        self.columns.pieces().map_err(|error| CompactError::chunk(self.key(), error))
    }
}

/// Takes away what the chunks of some series without samples have in `range`, whole pieces of it: of a piece that is
/// partly within it nobody can tell any more what the rest amounts to.
pub(super) fn remove(
    connection: &mut PgConnection,
    account: AccountId,
    series: &[i64],
    range: &Range<i64>,
) -> Result<(), CompactError> {
    for series in series.chunks(usize::try_from(AT_ONCE).unwrap_or(1)) {
        let rows: Vec<Row> = chunks::table
            .filter(chunks::account_id.eq(account.as_uuid()))
            .filter(chunks::series_id.eq_any(series))
            .filter(chunks::times.is_null())
            .filter(chunks::earliest.lt(timestamp(range.end)))
            .filter(chunks::latest.ge(timestamp(range.start)))
            .select(Row::as_select())
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
) -> Result<(), CompactError> {
    loop {
        let rows: Vec<Row> = rows::before(account, metric, from)
            .filter(chunks::times.is_null())
            .limit(AT_ONCE)
            .select(Row::as_select())
            .load(connection)?;
        if rows.is_empty() {
            return Ok(());
        }
        replace(connection, account, &rows, |reach| reach.start < from)?;
    }
}

/// Writes `rows` anew without the pieces that `goes` says so of, by what they reach over.
fn replace(
    connection: &mut PgConnection,
    account: AccountId,
    rows: &[Row],
    goes: impl Fn(&Range<i64>) -> bool,
) -> Result<(), CompactError> {
    let keys: Vec<Key> = rows.iter().map(Row::key).collect();
    let mut left = Vec::new();
    for row in rows {
        let pieces = row.pieces()?;
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
        left.push(NewChunk::of_pieces(account, series, range, &pieces));
    }
    rows::delete(connection, account, &keys)?;
    Ok(rows::insert(connection, &left)?)
}
