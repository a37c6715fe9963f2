//! Entries: the days that a person fills in.

pub(crate) mod delete;
pub(crate) mod find;
pub(crate) mod replace;

use tallykeep_domain::EntryDate;
use tallykeep_service::Problem;

fn parse_date(path: &str) -> Result<EntryDate, Problem> {
    path.parse().map_err(Problem::bad_request)
}

fn entry_not_found(date: EntryDate) -> Problem {
    Problem::not_found("entry_not_found", format!("there is no entry for {date}"))
}
