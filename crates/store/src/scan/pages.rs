//! The chunks of a scan, a bounded part of them at a time.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
};

use diesel::PgConnection;
use tallykeep_domain::SeriesId;

use super::{
    Scan,
    chunks::{self, Chunk, Content, Head},
    recent::Recent,
    strand::Strand,
};
use crate::{Piece, ReadError, chunk::Key, piece::reaches};

/// Of how many series the chunks are looked up at once.
const SERIES_AT_ONCE: usize = 1_024;
/// How many samples a page holds in chunks, and at least one chunk: 4 MiB, decoded.
const SAMPLES_A_PAGE: i32 = 1 << 18;
/// How many chunks it is the most, whatever is read of them.
const CHUNKS_A_PAGE: usize = 512;

/// A series whose chunks are known and not read yet.
struct Planned {
    series: SeriesId,
    range: Range<i64>,
    heads: VecDeque<Head>,
}

/// Gives out the chunks of a scan by series and in the order of time.
pub(crate) struct Pages<'a> {
    scan: &'a Scan<'a>,
    recent: &'a Recent,
    /// Of which series nothing is known yet.
    waiting: VecDeque<i64>,
    planned: VecDeque<Planned>,
}

/// What a page will hold of one series.
struct Share {
    series: SeriesId,
    range: Range<i64>,
    heads: Vec<Head>,
    last: bool,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(scan: &'a Scan<'a>, recent: &'a Recent) -> Self {
        let waiting = scan.series.iter().map(|series| series.0).collect();
        Self { scan, recent, waiting, planned: VecDeque::new() }
    }

    /// The next page; none behind the last one.
    pub(crate) fn next(&mut self, connection: &mut PgConnection) -> Result<Option<Vec<Strand>>, ReadError> {
        while self.planned.is_empty() && !self.waiting.is_empty() {
            self.plan(connection)?;
        }
        let shares = self.take_page();
        if shares.is_empty() { Ok(None) } else { self.read(connection, shares).map(Some) }
    }

    /// Looks up the chunks of the next series. One that has nothing is left out.
    fn plan(&mut self, connection: &mut PgConnection) -> Result<(), ReadError> {
        let series: Vec<_> = self.waiting.drain(..SERIES_AT_ONCE.min(self.waiting.len())).collect();
        let mut found: BTreeMap<SeriesId, VecDeque<Head>> = BTreeMap::new();
        for head in chunks::heads(connection, self.scan.account, &series, self.scan.range)? {
            found.entry(head.series()).or_default().push_back(head);
        }
        let range = self.scan.range.start().as_millis()..self.scan.range.end().as_millis();
        for series in series.into_iter().map(SeriesId) {
            let heads = found.remove(&series).unwrap_or_default();
            if !heads.is_empty() || !self.recent.of(series).within(&range).is_empty() {
                self.planned.push_back(Planned { series, range: range.clone(), heads });
            }
        }
        Ok(())
    }

    fn take_page(&mut self) -> Vec<Share> {
        let (mut samples, mut chunks, mut shares) = (0_i32, 0, Vec::new());
        while let Some(planned) = self.planned.front_mut() {
            let mut heads = Vec::new();
            while let Some(head) = planned.heads.front() {
                let more = samples.saturating_add(head.samples);
                let full = more > SAMPLES_A_PAGE || chunks >= CHUNKS_A_PAGE;
                if full && chunks > 0 {
                    break;
                }
                samples = more;
                chunks += 1;
                heads.extend(planned.heads.pop_front());
            }
            let series = planned.series;
            if let Some(next) = planned.heads.front() {
                if !heads.is_empty() {
                    let edge = next.earliest();
                    shares.push(Share { series, range: planned.range.start..edge, heads, last: false });
                    planned.range.start = edge;
                }
                return shares;
            }
            shares.push(Share { series, range: planned.range.clone(), heads, last: true });
            self.planned.pop_front();
        }
        shares
    }

    /// Reads what is needed of the chunks, and no other column.
    fn read(&self, connection: &mut PgConnection, shares: Vec<Share>) -> Result<Vec<Strand>, ReadError> {
        let heads: Vec<Head> = shares.iter().flat_map(|share| &share.heads).copied().collect();
        let (summed, mut whole): (Vec<_>, Vec<_>) = heads.into_iter().partition(|head| self.is_summed(head));
        let mut contents = BTreeMap::new();
        let pieces = chunks::pieces(connection, self.scan.account, &keys(&summed))?;
        let mut pieces: BTreeMap<Key, Vec<Piece>> = pieces.into_iter().collect();
        for head in summed {
            match pieces.remove(&head.key()) {
                Some(pieces) if head.worn || self.fits(&head, &pieces) => {
                    contents.insert(head.key(), Content::Pieces(self.within(pieces)));
                }
                _ => whole.push(head),
            }
        }
        contents.extend(chunks::samples(connection, self.scan.account, &keys(&whole))?);
        let mut strands = Vec::new();
        for Share { series, range, heads, last } in shares {
            let chunk = |head: Head| {
                let content = contents
                    .remove(&head.key())
                    .ok_or_else(|| ReadError::damaged_chunk(series, head.earliest()))?;
                Ok(Chunk { range: head.range(), content })
            };
            let chunks = heads.into_iter().map(chunk).collect::<Result<_, ReadError>>()?;
            strands.push(Strand { series, range, chunks, last });
        }
        Ok(strands)
    }

    /// Whether its pieces are read first: they may stand for its samples, or nothing else is left.
    fn is_summed(&self, head: &Head) -> bool {
        head.worn || (self.scan.grid.is_some() && !self.recent.of(head.series()).touches(&head.range()))
    }

    /// Whether none of the pieces reaches over an edge.
    fn fits(&self, head: &Head, pieces: &[Piece]) -> bool {
        let Some(edges) = self.scan.grid else { return false };
        reaches(pieces, head.range().end).all(|(piece, reach)| {
            let next = edges.partition_point(|edge| *edge <= piece.start);
            edges.get(next).is_none_or(|edge| *edge >= reach.end)
        })
    }

    fn within(&self, mut pieces: Vec<Piece>) -> Vec<Piece> {
        let range = self.scan.range.start().as_millis()..self.scan.range.end().as_millis();
        pieces.retain(|piece| range.contains(&piece.start));
        pieces
    }
}

fn keys(heads: &[Head]) -> Vec<Key> {
    heads.iter().map(Head::key).collect()
}
