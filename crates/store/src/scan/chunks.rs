//! Chunks as they lie in the table: which there are, and their columns.

use std::ops::Range;

use diesel::{
    PgConnection, QueryResult,
    pg::sql_types::{Array, Timestamptz},
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Integer, Uuid},
};
use tallykeep_domain::{AccountId, SeriesId, TimeRange};

use crate::{
    Piece, ReadError,
    chunk::{Key, PieceColumns, SampleColumns, key, key_columns},
    commit::timestamp,
};

/// A chunk whose content was read.
#[derive(Debug)]
pub(super) struct Chunk {
    /// From its first to behind its last sample, Unix milliseconds.
    pub(super) range: Range<i64>,
    pub(super) content: Content,
}

/// What was read of a chunk.
#[derive(Debug)]
pub(super) enum Content {
    Samples(SampleColumns),
    Pieces(Vec<Piece>),
}

/// A chunk without its columns.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub(super) struct Head {
    #[diesel(sql_type = BigInt)]
    series_id: i64,
    #[diesel(sql_type = Timestamptz)]
    earliest: jiff_diesel::Timestamp,
    #[diesel(sql_type = Timestamptz)]
    latest: jiff_diesel::Timestamp,
    #[diesel(sql_type = Integer)]
    pub(super) samples: i32,
    /// Whether its samples were given up, and its pieces are all that is left.
    #[diesel(sql_type = Bool)]
    pub(super) worn: bool,
}

impl Head {
    pub(super) fn series(&self) -> SeriesId {
        SeriesId(self.series_id)
    }

    /// When its first sample is, Unix milliseconds.
    pub(super) fn earliest(&self) -> i64 {
        self.earliest.to_jiff().as_millisecond()
    }

    /// When its last sample is.
    pub(super) fn latest(&self) -> i64 {
        self.latest.to_jiff().as_millisecond()
    }

    /// From its first to behind its last sample.
    pub(super) fn range(&self) -> Range<i64> {
        self.earliest()..self.latest() + 1
    }

    pub(super) fn key(&self) -> Key {
        key(self.series_id, self.earliest)
    }
}

/// Chunks of a series do not overlap: of those that start before the range only the last can reach into it, and one look
/// into the index finds it. Without that a reader of one day would go over every chunk before it.
///
/// Here and below it is looked series by series and chunk by chunk, whatever the statistics say: `limit` and `union all`
/// leave the planner no join over all chunks of the account, which it liked the better the more there were.
const HEADS: &str = "
    select chunk.series_id, chunk.earliest, chunk.latest, chunk.samples, chunk.worn
    from unnest($2) as wanted (series_id)
    cross join lateral (
        (select series_id, earliest, latest, samples, times is null as worn from metrics.chunks
            where account_id = $1 and series_id = wanted.series_id and earliest <= $3
            order by earliest desc limit 1)
        union all
        (select series_id, earliest, latest, samples, times is null as worn from metrics.chunks
            where account_id = $1 and series_id = wanted.series_id and earliest > $3 and earliest < $4)
    ) chunk
    where chunk.latest >= $3
    order by chunk.series_id, chunk.earliest";

/// The chunks of `series` that reach into `range`, by series and in the order of time.
pub(super) fn heads(
    connection: &mut PgConnection,
    account: AccountId,
    series: &[i64],
    range: TimeRange,
) -> QueryResult<Vec<Head>> {
    sql_query(HEADS)
        .bind::<Uuid, _>(account.as_uuid())
        .bind::<Array<BigInt>, _>(series)
        .bind::<Timestamptz, _>(timestamp(range.start().as_millis()))
        .bind::<Timestamptz, _>(timestamp(range.end().as_millis()))
        .load(connection)
}

const SAMPLES: &str = "
    select chunk.series_id, chunk.earliest, chunk.samples, chunk.format, chunk.times, chunk.sample_values
    from unnest($2, $3) as wanted (series_id, earliest)
    cross join lateral (
        select * from metrics.chunks
        where account_id = $1 and series_id = wanted.series_id and earliest = wanted.earliest limit 1
    ) chunk
    where chunk.times is not null";

#[derive(QueryableByName)]
struct SamplesRow {
    #[diesel(sql_type = BigInt)]
    series_id: i64,
    #[diesel(sql_type = Timestamptz)]
    earliest: jiff_diesel::Timestamp,
    #[diesel(embed)]
    columns: SampleColumns,
}

/// The columns of the chunks with those keys, in any order.
pub(super) fn samples(
    connection: &mut PgConnection,
    account: AccountId,
    keys: &[Key],
) -> QueryResult<Vec<(Key, Content)>> {
    let rows: Vec<SamplesRow> = by_key(SAMPLES, connection, account, keys)?;
    let content = |row: SamplesRow| (key(row.series_id, row.earliest), Content::Samples(row.columns));
    Ok(rows.into_iter().map(content).collect())
}

const PIECES: &str = "
    select chunk.series_id, chunk.earliest, chunk.piece_starts, chunk.piece_counts, chunk.piece_sums, chunk.piece_minima,
        chunk.piece_maxima, chunk.piece_firsts, chunk.piece_lasts, chunk.piece_increases
    from unnest($2, $3) as wanted (series_id, earliest)
    cross join lateral (
        select * from metrics.chunks
        where account_id = $1 and series_id = wanted.series_id and earliest = wanted.earliest limit 1
    ) chunk";

#[derive(QueryableByName)]
struct PiecesRow {
    #[diesel(sql_type = BigInt)]
    series_id: i64,
    #[diesel(sql_type = Timestamptz)]
    earliest: jiff_diesel::Timestamp,
    #[diesel(embed)]
    columns: PieceColumns,
}

/// The pieces of the chunks with those keys, in any order of the chunks.
pub(super) fn pieces(
    connection: &mut PgConnection,
    account: AccountId,
    keys: &[Key],
) -> Result<Vec<(Key, Vec<Piece>)>, ReadError> {
    let rows: Vec<PiecesRow> = by_key(PIECES, connection, account, keys)?;
    let pieces = |row: &PiecesRow| {
        let key = key(row.series_id, row.earliest);
        let pieces = row.columns.pieces().map_err(|_| ReadError::damaged_chunk(key.0, key.1))?;
        Ok((key, pieces))
    };
    rows.iter().map(pieces).collect()
}

fn by_key<T>(
    sql: &'static str,
    connection: &mut PgConnection,
    account: AccountId,
    keys: &[Key],
) -> QueryResult<Vec<T>>
where
    T: QueryableByName<diesel::pg::Pg> + 'static,
{
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let (series, earliest) = key_columns(keys);
    sql_query(sql)
        .bind::<Uuid, _>(account.as_uuid())
        .bind::<Array<BigInt>, _>(series)
        .bind::<Array<Timestamptz>, _>(earliest)
        .load(connection)
}
