//! Groups. They tell other tools who somebody is, in `Remote-Groups`; here the role alone counts, but that a group may ask
//! a second factor of its members.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod join;
pub(crate) mod leave;
pub(crate) mod list;

use actix_web::HttpResponse;
use diesel::{
    PgConnection, QueryResult,
    result::{DatabaseErrorKind, Error},
};
use serde_json::json;
use tallykeep_database::{
    as_operator,
    models::{Account, Group},
};
use tallykeep_domain::{AccountId, GroupName};
use tallykeep_service::{Problem, Visitor, run_db};

use crate::{
    State,
    audit::{Action, Record},
    second_factor,
    session::Administrator,
    standing,
};

/// A membership, and who decides over it.
struct Membership {
    group: GroupName,
    account: AccountId,
    administrator: Administrator,
    visitor: Visitor,
}

impl Membership {
    fn parse(
        path: &(String, String),
        administrator: Administrator,
        visitor: Visitor,
    ) -> Result<Self, Problem> {
        let group = path.0.parse().map_err(Problem::bad_request)?;
        let account = path.1.parse().map_err(Problem::bad_request)?;
        Ok(Self { group, account, administrator, visitor })
    }

    /// Lets `change` begin or end it, and records that as `action` if it was otherwise before.
    ///
    /// # Errors
    /// 404 when there is no such group or account.
    async fn change(
        self,
        state: &State,
        action: Action,
        change: fn(&mut PgConnection, &GroupName, AccountId) -> QueryResult<bool>,
    ) -> Result<HttpResponse, Problem> {
        let Self { group, account, administrator, visitor } = self;
        let actor = administrator.0.account.id;
        run_db(&state.pool, move |connection| {
            as_operator(connection, |connection| {
                administrator.hold(connection)?;
                let known = check(connection, &group, account)?;
                if !change(connection, &group, account).map_err(|error| refuse_gone(error, &group))? {
                    return Ok(());
                }
                if matches!(action, Action::JoinGroup) && known.requires_second_factor {
                    second_factor::end_what_falls_short(connection, account)?;
                }
                let record = Record::success(action, account).by(actor);
                Ok::<_, Problem>(record.with(json!({"group": group.as_str()})).write(connection, &visitor)?)
            })
        })
        .await?;
        Ok(HttpResponse::NoContent().finish())
    }
}

/// Refuses a membership of which one half is not there. Both halves stay as they are until the transaction ends.
fn check(connection: &mut PgConnection, group: &GroupName, account: AccountId) -> Result<Group, Problem> {
    let group = Group::hold(connection, group)?.ok_or_else(|| not_found(group))?;
    Account::lock(connection, account)?.map(|_| group).ok_or_else(|| standing::not_found(account))
}

/// The group may have been removed since it was looked for.
fn refuse_gone(error: Error, group: &GroupName) -> Problem {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => not_found(group),
        error => error.into(),
    }
}

fn not_found(name: &GroupName) -> Problem {
    Problem::not_found("group_not_found", format!("there is no group {name}"))
}
