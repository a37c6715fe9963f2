//! Changing what an account tells of its person.

use actix_web::{patch, web};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use tallykeep_database::models::{Account, AccountChanges, Group};
use tallykeep_domain::{Locale, PersonName, parse_time_zone};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db_as};
use utoipa::ToSchema;

use super::AccountResponse;
use crate::{
    State,
    audit::{Action, Record},
    session::SignedIn,
};

/// What to change. What is left out stays; `null` empties where that is allowed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeAccountRequest {
    /// What people call its person: 1 to 200 bytes.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, example = "Ada Lovelace")]
    name: Option<Option<String>>,
    /// The language that its person reads (BCP 47).
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 2, max_length = 35, example = "pt-BR")]
    locale: Option<Option<String>>,
    /// The IANA name of the zone in which its days are counted.
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
}

/// Changes one's own account. Other services learn of a new time zone with the next access token, and within seconds
/// for an API key.
#[utoipa::path(
    tag = "account",
    responses((status = 200, body = AccountResponse), Problems),
    security(("session" = []))
)]
#[patch("/auth/account")]
pub(crate) async fn change_account(
    state: web::Data<State>,
    caller: SignedIn,
    visitor: Visitor,
    body: Json<ChangeAccountRequest>,
) -> Result<web::Json<AccountResponse>, Problem> {
    let changes = parse(body.into_inner())?;
    let id = caller.account.id;
    let (account, groups) = run_db_as(&state.pool, id, move |connection| {
        let account = if changes == AccountChanges::default() {
            caller.account
        } else {
            let record = Record::success(Action::ChangeAccount, id).with(json!({"fields": names(&changes)}));
            record.write(connection, &visitor)?;
            Account::change(connection, id, &changes)?
        };
        Ok((account, Group::of(connection, id)?))
    })
    .await?;
    Ok(web::Json(AccountResponse::new(account, groups)))
}

fn parse(body: ChangeAccountRequest) -> Result<AccountChanges, Problem> {
    let name = body.name.map(|name| name.map(PersonName::try_from).transpose()).transpose();
    let locale = body.locale.map(|locale| locale.map(Locale::try_from).transpose()).transpose();
    if let Some(time_zone) = &body.time_zone {
        parse_time_zone(time_zone).map_err(Problem::unprocessable)?;
    }
    Ok(AccountChanges {
        name: name.map_err(Problem::unprocessable)?.map(|name| name.map(Into::into)),
        locale: locale.map_err(Problem::unprocessable)?.map(|locale| locale.map(Into::into)),
        time_zone: body.time_zone,
        ..AccountChanges::default()
    })
}

/// What changes, for the audit log. To what is nobody's business.
fn names(changes: &AccountChanges) -> Vec<&'static str> {
    let AccountChanges { name, locale, time_zone, .. } = changes;
    let fields = [("name", name.is_some()), ("locale", locale.is_some()), ("time_zone", time_zone.is_some())];
    fields.into_iter().filter_map(|(name, changes)| changes.then_some(name)).collect()
}

/// Tells `null` from nothing at all.
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
