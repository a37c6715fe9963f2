//! Setting the retention of an account.

use actix_web::{put, web};
use tallykeep_database::models::AccountRetention;
use tallykeep_domain::Retention;
use tallykeep_service::{Authorized, Json, MetricsWrite, Problem, Problems, run_db_as};

use super::AccountRetentionBody;
use crate::State;

/// Says for how long the account's samples are kept where a metric says nothing itself. What is older goes, and does not
/// come back.
#[utoipa::path(
    tag = "metrics",
    responses((status = 200, body = AccountRetentionBody), Problems),
    security(("bearer" = []))
)]
#[put("/api/v1/retention")]
pub(crate) async fn replace_retention(
    state: web::Data<State>,
    caller: Authorized<MetricsWrite>,
    body: Json<AccountRetentionBody>,
) -> Result<web::Json<AccountRetentionBody>, Problem> {
    let AccountRetentionBody { raw_days, rollup_days } = body.into_inner();
    let retention = Retention::of_account(raw_days, rollup_days).map_err(Problem::unprocessable)?;
    let row = AccountRetention { raw_days: retention.raw_days(), rollup_days: retention.rollup_days() };
    let account = caller.account;
    let replace = move |connection: &mut _| Ok::<_, Problem>(row.replace(connection, account)?);
    run_db_as(&state.pool, account, replace).await?;
    Ok(web::Json(row.into()))
}
