//! Where the series of an account come from: which metrics have many, and which labels make them.

use diesel::{
    PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text, Uuid},
};
use tallykeep_domain::{AccountId, MetricPrefix};

/// How many series there are, and what makes them many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesCardinality {
    /// All of them.
    pub series: i64,
    /// The metrics with the most series, those first.
    pub metrics: Vec<MetricCardinality>,
    /// The labels with the most values, those first.
    pub labels: Vec<LabelCardinality>,
}

/// What a metric has.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct MetricCardinality {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// How many series.
    #[diesel(sql_type = BigInt)]
    pub series: i64,
}

/// What a label has.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct LabelCardinality {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// How many values that differ.
    #[diesel(sql_type = BigInt)]
    pub label_values: i64,
    /// How many series have it.
    #[diesel(sql_type = BigInt)]
    pub series: i64,
}

/// A metric, and how many series all of them have together.
#[derive(QueryableByName)]
struct MetricRow {
    #[diesel(embed)]
    metric: MetricCardinality,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// What is bound are the account, the name of the one metric that is looked at or else an empty text, a prefix of names,
/// and how many rows there may be.
const METRICS: &str = "
    select name, count(*) as series, (sum(count(*)) over ())::bigint as total
    from metrics.series join metrics.metrics
        on metrics.account_id = series.account_id and metrics.id = series.metric_id
    where series.account_id = $1 and $2 in ('', name) and starts_with(name, $3)
    group by name order by series desc, name limit $4";

const LABELS: &str = "
    select label.key as name, count(distinct label.value) as label_values, count(*) as series
    from metrics.series join metrics.metrics
        on metrics.account_id = series.account_id and metrics.id = series.metric_id
    cross join jsonb_each_text(labels) as label
    where series.account_id = $1 and $2 in ('', metrics.name) and starts_with(metrics.name, $3)
    group by label.key order by label_values desc, label.key limit $4";

impl SeriesCardinality {
    /// That of `account`, which the transaction acts for: of `metric` only if it is given, and of metrics whose names
    /// begin with `within`. It names at most `limit` metrics and as many labels.
    ///
    /// It goes through all series that it is about.
    pub fn find(
        connection: &mut PgConnection,
        account: AccountId,
        metric: Option<&str>,
        within: &MetricPrefix,
        limit: i64,
    ) -> QueryResult<Self> {
        let asked = |sql| {
            sql_query(sql)
                .bind::<Uuid, _>(account.as_uuid())
                .bind::<Text, _>(metric.unwrap_or_default())
                .bind::<Text, _>(within.as_str())
                .bind::<BigInt, _>(limit)
        };
        let metrics: Vec<MetricRow> = asked(METRICS).load(connection)?;
        let labels = asked(LABELS).load(connection)?;
        Ok(Self {
            series: metrics.first().map_or(0, |row| row.total),
            metrics: metrics.into_iter().map(|row| row.metric).collect(),
            labels,
        })
    }
}
