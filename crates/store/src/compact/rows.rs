//! Chunks in the database.

use std::ops::Range;

use diesel::{
    PgConnection, QueryResult,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Integer, Timestamptz, Uuid},
};
use jiff::tz::TimeZone;
use jiff_diesel::Timestamp;
use tallykeep_database::schema::metrics::{chunks, series};
use tallykeep_domain::{AccountId, SeriesId};
use uuid::Uuid as Number;

use super::{
    CompactError,
    change::Change,
    plan::{Header, NEIGHBOURS},
};
use crate::{
    EncodeError,
    chunk::{self, Encoded, Key, PieceColumns, SampleColumns, key, key_columns},
    columns::Columns,
    commit::timestamp,
    deletion::Deletion,
    piece::{self, Piece},
};

/// How many rows go with a statement: PostgreSQL takes 65,535 parameters, and a row has sixteen.
const ROWS_AT_ONCE: usize = 1_000;

/// How many chunks are listed at once.
const LISTED_AT_ONCE: i64 = 500;

/// The chunks of a metric that begin before `from`.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn before(account: AccountId, metric: Number, from: i64) -> _ {
    let account: Number = account.as_uuid();
    let from: Timestamp = timestamp(from);
    chunks::table
        .inner_join(
            series::table.on(series::account_id.eq(chunks::account_id).and(series::id.eq(chunks::series_id))),
        )
        .filter(chunks::account_id.eq(account))
        .filter(series::metric_id.eq(metric))
        .filter(chunks::earliest.lt(from))
}

/// Deletes the chunks that lie within `deletion` altogether.
pub(super) fn delete_within(
    connection: &mut PgConnection,
    account: AccountId,
    deletion: &Deletion,
) -> QueryResult<()> {
    let range = deletion.range();
    diesel::delete(chunks::table)
        .filter(chunks::account_id.eq(account.as_uuid()))
        .filter(chunks::series_id.eq_any(&deletion.series))
        .filter(chunks::earliest.ge(timestamp(range.start)))
        .filter(chunks::latest.lt(timestamp(range.end)))
        .execute(connection)
        .map(|_| ())
}

#[derive(QueryableByName)]
struct HeaderRow {
    #[diesel(sql_type = BigInt)]
    series_id: i64,
    #[diesel(sql_type = Timestamptz)]
    earliest: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    latest: Timestamp,
    #[diesel(sql_type = Integer)]
    samples: i32,
}

/// The chunks that each of `changes` reaches, with those beside them, by series and time. Those that outlived their
/// samples are left out: nothing is written among them any more.
pub(super) fn headers(
    connection: &mut PgConnection,
    account: AccountId,
    changes: &[Change],
) -> QueryResult<Vec<(SeriesId, Header)>> {
    // The chunks of a series do not overlap. So the one that holds a time begins before it, and no other one of those
    // that do can reach it.
    const SQL: &str = "select chunk.* from unnest($2, $3, $4) as reach (series, first, last)
        cross join lateral (
            (select series_id, earliest, latest, samples from metrics.chunks
                where account_id = $1 and series_id = reach.series and earliest < reach.first and times is not null
                order by earliest desc limit $5)
            union all
            (select series_id, earliest, latest, samples from metrics.chunks
                where account_id = $1 and series_id = reach.series
                    and earliest >= reach.first and earliest <= reach.last and times is not null)
            union all
            (select series_id, earliest, latest, samples from metrics.chunks
                where account_id = $1 and series_id = reach.series and earliest > reach.last and times is not null
                order by earliest limit $5)
        ) as chunk order by series_id, earliest";
    let reaches = changes.iter().filter_map(|change| Some((change.series.0, change.reach()?)));
    let (series, (first, last)): (Vec<_>, (Vec<_>, Vec<_>)) =
        reaches.map(|(series, (first, last))| (series, (timestamp(first), timestamp(last)))).unzip();
    let rows: Vec<HeaderRow> = sql_query(SQL)
        .bind::<Uuid, _>(account.as_uuid())
        .bind::<Array<BigInt>, _>(series)
        .bind::<Array<Timestamptz>, _>(first)
        .bind::<Array<Timestamptz>, _>(last)
        .bind::<BigInt, _>(NEIGHBOURS)
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (SeriesId(row.series_id), row.header())).collect())
}

impl HeaderRow {
    fn header(&self) -> Header {
        Header {
            earliest: self.earliest.to_jiff().as_millisecond(),
            latest: self.latest.to_jiff().as_millisecond(),
            samples: usize::try_from(self.samples).unwrap_or_default(),
        }
    }
}

/// The keys of some chunks behind `after` in the order of the keys, with the starts of their pieces in Unix milliseconds.
/// Those that have outlived their samples are left out.
pub(super) fn piece_starts(
    connection: &mut PgConnection,
    account: AccountId,
    after: Key,
) -> QueryResult<Vec<(Key, Vec<i64>)>> {
    let (series, earliest) = (after.0.0, timestamp(after.1));
    let behind =
        chunks::series_id.gt(series).or(chunks::series_id.eq(series).and(chunks::earliest.gt(earliest)));
    let rows: Vec<(i64, Timestamp, Vec<Timestamp>)> = chunks::table
        .filter(chunks::account_id.eq(account.as_uuid()))
        .filter(chunks::series_id.ge(series))
        .filter(behind)
        .filter(chunks::times.is_not_null())
        .order((chunks::series_id, chunks::earliest))
        .limit(LISTED_AT_ONCE)
        .select((chunks::series_id, chunks::earliest, chunks::piece_starts))
        .load(connection)?;
    let row = |(series, earliest, starts): (i64, Timestamp, Vec<Timestamp>)| {
        (key(series, earliest), starts.iter().map(|start| start.to_jiff().as_millisecond()).collect())
    };
    Ok(rows.into_iter().map(row).collect())
}

#[derive(QueryableByName)]
struct ChunkRow {
    #[diesel(sql_type = BigInt)]
    series_id: i64,
    #[diesel(sql_type = Timestamptz)]
    earliest: Timestamp,
    #[diesel(embed)]
    columns: SampleColumns,
}

/// Each is looked up by itself, whatever the statistics say: a join could go over all chunks of the account. Nobody else
/// moves one, since the account is locked.
const DELETE: &str = "delete from metrics.chunks where account_id = $1 and ctid = any (array(
        select chunk.ctid from unnest($2, $3) as key (series, earliest) cross join lateral (
            select ctid from metrics.chunks
            where account_id = $1 and series_id = key.series and earliest = key.earliest limit 1
        ) as chunk))";

/// Takes the chunks with these keys out of the database, and answers what was in them, in the order of the keys.
pub(super) fn take(
    connection: &mut PgConnection,
    account: AccountId,
    keys: &[Key],
) -> Result<Vec<(Key, Columns)>, CompactError> {
    let sql = format!(
        "with taken as ({DELETE} returning series_id, earliest, samples, format, times, sample_values)
        select * from taken order by series_id, earliest"
    );
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let (series, earliest) = key_columns(keys);
    let rows: Vec<ChunkRow> = sql_query(sql)
        .bind::<Uuid, _>(account.as_uuid())
        .bind::<Array<BigInt>, _>(series)
        .bind::<Array<Timestamptz>, _>(earliest)
        .load(connection)?;
    rows.into_iter().map(ChunkRow::decode).collect()
}

impl ChunkRow {
    fn decode(self) -> Result<(Key, Columns), CompactError> {
        let key = key(self.series_id, self.earliest);
        let samples = self.columns.decode(key.0).map_err(|error| CompactError::chunk(key, error))?;
        Ok((key, samples))
    }
}

/// Deletes the chunks with these keys.
pub(super) fn delete(connection: &mut PgConnection, account: AccountId, keys: &[Key]) -> QueryResult<()> {
    let (series, earliest) = key_columns(keys);
    sql_query(DELETE)
        .bind::<Uuid, _>(account.as_uuid())
        .bind::<Array<BigInt>, _>(series)
        .bind::<Array<Timestamptz>, _>(earliest)
        .execute(connection)
        .map(|_| ())
}

/// A chunk to be written.
#[derive(Insertable)]
#[diesel(table_name = chunks)]
pub(super) struct NewChunk {
    account_id: Number,
    series_id: i64,
    earliest: Timestamp,
    latest: Timestamp,
    samples: i32,
    format: i16,
    times: Option<Vec<u8>>,
    sample_values: Option<Vec<u8>>,
    #[diesel(embed)]
    pieces: PieceColumns,
}

impl NewChunk {
    /// Of samples of `series` in the order of time, at least one and no more than a chunk may have.
    pub(super) fn new(
        account: AccountId,
        series: SeriesId,
        samples: &Columns,
        zone: &TimeZone,
    ) -> Result<Self, EncodeError> {
        let Encoded { times, values } = chunk::encode(series, &samples.times, &samples.values)?;
        let worn = Self::worn(account, series, samples, zone);
        Ok(Self { times: Some(times), sample_values: Some(values), ..worn })
    }

    /// The pieces alone of such samples.
    pub(super) fn worn(account: AccountId, series: SeriesId, samples: &Columns, zone: &TimeZone) -> Self {
        let pieces = piece::cut(&samples.times, &samples.values, zone);
        let range = samples.times[0]..samples.times[samples.len() - 1] + 1;
        Self::of_pieces(account, series, range, &pieces)
    }

    /// Pieces, at least one, of what lay within `range`, Unix milliseconds.
    pub(super) fn of_pieces(
        account: AccountId,
        series: SeriesId,
        range: Range<i64>,
        pieces: &[Piece],
    ) -> Self {
        Self {
            account_id: account.as_uuid(),
            series_id: series.0,
            earliest: timestamp(range.start),
            latest: timestamp(range.end - 1),
            samples: pieces.iter().fold(0, |samples: i32, piece| samples.saturating_add(piece.count)),
            format: chunk::FORMAT,
            times: None,
            sample_values: None,
            pieces: PieceColumns::of(pieces),
        }
    }

    /// Bytes of its columns.
    pub(super) fn bytes(&self) -> usize {
        [&self.times, &self.sample_values].into_iter().flatten().map(Vec::len).sum()
    }
}

pub(super) fn insert(connection: &mut PgConnection, chunks: &[NewChunk]) -> QueryResult<()> {
    for chunks in chunks.chunks(ROWS_AT_ONCE) {
        diesel::insert_into(chunks::table).values(chunks).execute(connection)?;
    }
    Ok(())
}
