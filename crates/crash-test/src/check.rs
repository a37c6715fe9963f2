//! Comparing what is there with what may be there.

use std::collections::BTreeMap;

use anyhow::Context;
use fastrand::Rng;

use crate::{
    client::Account,
    workload::{BEGIN, DAY},
    writer::{Series, Writer},
};

/// What a day is compared by. All of them are exact for whole numbers.
const AGGREGATES: [&str; 5] = ["count", "sum", "min", "max", "last"];

/// Reads every series back and answers how many samples there are.
///
/// # Errors
/// The first difference; and when a read fails.
pub(crate) fn check(writers: &mut [Writer], url: &str, rng: &mut Rng) -> anyhow::Result<usize> {
    let mut count = 0;
    for Writer { account, series } in writers {
        for series in series {
            let name = format!("account {}, {}", account.number(), series.name);
            check_samples(account, series, url).with_context(|| name.clone())?;
            let aggregate = AGGREGATES[rng.usize(0..AGGREGATES.len())];
            check_days(account, series, url, aggregate)
                .with_context(|| format!("{name}, {aggregate} by day"))?;
            count += series.model.kept().len();
        }
    }
    Ok(count)
}

fn check_samples(account: &Account, series: &mut Series, url: &str) -> anyhow::Result<()> {
    let found = account.samples(url, series.name)?;
    series.model.settle(found).map_err(|difference| anyhow::anyhow!("{difference}"))
}

/// Once the samples are known to be right, their aggregates have to follow.
fn check_days(account: &Account, series: &Series, url: &str, aggregate: &str) -> anyhow::Result<()> {
    let mut days: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (&time, &value) in series.model.kept() {
        days.entry(BEGIN + (time - BEGIN) / DAY * DAY).or_default().push(value);
    }
    let found = account.days(url, series.name, aggregate)?;
    let expected: BTreeMap<i64, f64> =
        days.into_iter().map(|(day, values)| (day, combine(aggregate, &values))).collect();
    let mut days = expected.keys().chain(found.keys());
    match days.find(|day| expected.get(day) != found.get(day)) {
        None => Ok(()),
        Some(day) => {
            anyhow::bail!("at {day} found {:?}, expected {:?}", found.get(day), expected.get(day))
        }
    }
}

fn combine(aggregate: &str, values: &[f64]) -> f64 {
    match aggregate {
        "count" => values.len() as f64,
        "sum" => values.iter().sum(),
        "min" => values.iter().copied().fold(f64::INFINITY, f64::min),
        "max" => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => values.last().copied().unwrap_or(f64::NAN),
    }
}
