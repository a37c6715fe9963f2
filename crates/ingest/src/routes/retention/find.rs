//! Looking at the retention of an account.

use actix_web::{get, web};
use tallykeep_database::models::AccountRetention;
use tallykeep_service::{Authorized, MetricsRead, Problem, Problems, run_db_as};

use super::AccountRetentionBody;
use crate::State;

/// For how long the account's samples are kept where a metric says nothing itself.
#[utoipa::path(
    tag = "metrics",
    responses((status = 200, body = AccountRetentionBody), Problems),
    security(("bearer" = []))
)]
#[get("/api/v1/retention")]
pub(crate) async fn find_retention(
    state: web::Data<State>,
    caller: Authorized<MetricsRead>,
) -> Result<web::Json<AccountRetentionBody>, Problem> {
    let account = caller.account;
    let find = move |connection: &mut _| Ok::<_, Problem>(AccountRetention::find(connection, account)?);
    Ok(web::Json(run_db_as(&state.pool, account, find).await?.into()))
}
