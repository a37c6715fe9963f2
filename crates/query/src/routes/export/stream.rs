//! The body of an export, part by part: the next part is read when the client has taken the one before it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use actix_web::web::Bytes;
use diesel::PgConnection;
use futures_util::{TryStreamExt, stream};
use tallykeep_database::models::{Metric, Series, SeriesPage};
use tallykeep_domain::{AccountId, Labels, MetricId, MetricName, MetricPrefix, SeriesId, TimeRange};
use tallykeep_service::{Problem, read_db_as};
use tallykeep_store::Export;

use super::format::Format;
use crate::{State, problem::read_problem};

/// How many series are known at once.
const SERIES_AT_ONCE: i64 = 1_024;

/// Which samples are exported.
pub(super) struct Wanted {
    pub(super) account: AccountId,
    pub(super) metric: Option<MetricName>,
    pub(super) within: MetricPrefix,
    pub(super) labels: Labels,
    pub(super) range: TimeRange,
}

/// An export under way.
pub(super) struct Stream {
    state: State,
    reader: Reader,
}

/// What is still to be read.
struct Reader {
    wanted: Wanted,
    format: Format,
    /// The number of the metric, once it is known.
    metric: Option<MetricId>,
    /// Series behind this one are not known yet; `None` when there is none behind.
    after: Option<SeriesId>,
    series: BTreeMap<SeriesId, Series>,
    rest: Export,
}

impl Stream {
    /// The first part, and what follows it.
    pub(super) async fn begin(
        state: State,
        wanted: Wanted,
        format: Format,
    ) -> Result<(Bytes, Option<Self>), Problem> {
        let rest = Export::new(wanted.account, BTreeSet::new(), wanted.range);
        let after = Some(SeriesId(i64::MIN));
        let reader = Reader { wanted, format, metric: None, after, series: BTreeMap::new(), rest };
        let first = Self { state, reader }.next().await?;
        let (part, rest) = first.map_or((Bytes::new(), None), |(part, rest)| (part, Some(rest)));
        Ok(([format.head().as_bytes(), &part].concat().into(), rest))
    }

    /// All parts from here on. Dropping it ends the work.
    pub(super) fn into_parts(self) -> impl stream::Stream<Item = Result<Bytes, Problem>> {
        // The answer has begun, so that nobody else will log the problem.
        stream::try_unfold(self, Self::next).inspect_err(|problem| {
            problem.log();
            tracing::warn!(code = problem.code(), "export_broken_off");
        })
    }

    /// The next part. Each is read in a turn and a transaction of its own, and none is held while the client receives:
    /// one that takes its time holds up neither queries nor the database.
    async fn next(self) -> Result<Option<(Bytes, Self)>, Problem> {
        let Self { state, mut reader } = self;
        loop {
            let turn = state.turns.acquire().await.map_err(Problem::internal)?;
            let account = reader.wanted.account;
            let read = read_db_as(&state.pool, account, move |connection| {
                let part = reader.read(connection)?;
                Ok((part, reader))
            });
            let (part, rest) = read.await?;
            drop(turn);
            match part {
                // Neither the end nor anything to send: what was looked at held nothing.
                Some(text) if text.is_empty() => reader = rest,
                Some(text) => return Ok(Some((text.into(), Self { state, reader: rest }))),
                None => return Ok(None),
            }
        }
    }
}

impl Reader {
    /// The next samples as text, which may be none; nothing when there are no more.
    fn read(&mut self, connection: &mut PgConnection) -> Result<Option<Vec<u8>>, Problem> {
        if self.rest.is_done() && !self.find_series(connection)? {
            return Ok(None);
        }
        let (mut text, mut written) = (Vec::new(), io::Result::Ok(()));
        let Self { series, rest, format, .. } = self;
        rest.read_some(connection, |id, times, values| {
            if let (Some(series), Ok(())) = (series.get(&id), &written) {
                written = format.write(&mut text, series, times, values);
            }
        })
        .map_err(read_problem)?;
        written.map_err(Problem::internal)?;
        Ok(Some(text))
    }

    /// Goes on with the next series. Answers whether there are any.
    fn find_series(&mut self, connection: &mut PgConnection) -> Result<bool, Problem> {
        let Some(after) = self.after else { return Ok(false) };
        let Wanted { account, metric, within, labels, range } = &self.wanted;
        if let (Some(name), None) = (metric, self.metric) {
            let metric = Metric::find_by_name(connection, *account, name.as_str())?;
            self.metric = Some(metric.ok_or_else(|| Problem::metric_not_found(name.as_str()))?.id);
        }
        let page = SeriesPage { metric: self.metric, within, labels, after, limit: SERIES_AT_ONCE };
        let found = Series::page(connection, *account, page)?;
        self.after = found.last().map(|last| last.id);
        self.series = found.into_iter().map(|series| (series.id, series)).collect();
        self.rest = Export::new(*account, self.series.keys().copied().collect(), *range);
        Ok(!self.series.is_empty())
    }
}
