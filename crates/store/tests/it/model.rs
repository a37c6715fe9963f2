//! The store against a map: whatever is appended, deleted and compacted, both read alike.

use std::collections::BTreeMap;

use proptest::{
    collection::{btree_set, vec},
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tallykeep_domain::AccountId;
use tokio::runtime::Builder;

use crate::{Store, range, store::Row};

const ACCOUNTS: usize = 2;
const SERIES: i64 = 3;
/// From 0 up to, but without, this.
const TIMES: i64 = 20;

#[derive(Debug, Clone)]
enum Operation {
    Append { account: usize, rows: Vec<Row> },
    Delete { account: usize, series: Vec<i64>, start: i64, end: i64 },
    Compact { account: usize },
}

type Model = [BTreeMap<(i64, i64), f64>; ACCOUNTS];

fn bounds() -> impl Strategy<Value = (i64, i64)> {
    (0..TIMES).prop_flat_map(|start| (Just(start), start + 1..=TIMES))
}

fn operation() -> impl Strategy<Value = Operation> {
    let row = (0..SERIES, 0..TIMES, -1e3_f64..1e3);
    let append =
        (0..ACCOUNTS, vec(row, 0..12)).prop_map(|(account, rows)| Operation::Append { account, rows });
    let delete =
        (0..ACCOUNTS, btree_set(0..SERIES, 0..3), bounds()).prop_map(|(account, series, (start, end))| {
            Operation::Delete { account, series: series.into_iter().collect(), start, end }
        });
    let compact = (0..ACCOUNTS).prop_map(|account| Operation::Compact { account });
    prop_oneof![3 => append, 1 => delete, 2 => compact]
}

impl Operation {
    fn apply(&self, model: &mut Model) {
        match self {
            Self::Append { account, rows } => {
                model[*account].extend(rows.iter().map(|&(series, at, value)| ((series, at), value)));
            }
            Self::Delete { account, series, start, end } => {
                model[*account].retain(|(of, at), _| !(series.contains(of) && (*start..*end).contains(at)));
            }
            Self::Compact { .. } => {}
        }
    }

    async fn run(&self, store: &Store, accounts: [AccountId; ACCOUNTS]) {
        match self {
            Self::Append { account, rows } => store.append(accounts[*account], rows).await,
            Self::Delete { account, series, start, end } => {
                store.delete(accounts[*account], series, range(*start, *end));
            }
            Self::Compact { account } => {
                store.compact(accounts[*account]);
            }
        }
    }
}

#[test]
fn whatever_is_appended_deleted_and_compacted_reads_like_a_map() {
    let store = Store::new();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let cases = (vec(operation(), 1..24), bounds());
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(48) });
    let result = runner.run(&cases, |(operations, (start, end))| {
        let accounts = [AccountId::generate(), AccountId::generate()];
        let mut model = Model::default();
        for operation in &operations {
            operation.apply(&mut model);
            runtime.block_on(operation.run(&store, accounts));
        }
        for (account, model) in accounts.into_iter().zip(&model) {
            let all = model.iter().map(|(&(series, at), &value)| (series, at, value));
            let within = all.filter(|&(series, at, _)| series > 0 && (start..end).contains(&at));
            prop_assert_eq!(store.read(account, &[1, 2], range(start, end)), within.collect::<Vec<_>>());
        }
        Ok(())
    });
    result.unwrap();
}
