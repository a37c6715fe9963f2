//! The second factors of the signed-in browser's account.

use actix_web::{get, web};
use diesel::PgConnection;
use jiff::Timestamp;
use serde::Serialize;
use tallykeep_database::models::{Passkey, RecoveryCode, TotpSecret};
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Problems, run_db_as};
use utoipa::ToSchema;

use crate::{State, session::SignedIn};

/// What an account can give beside the first factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactors {
    /// Since when an app makes codes for it.
    #[schema(value_type = Option<String>, format = DateTime)]
    totp_enrolled_at: Option<Timestamp>,
    /// How many passkeys it has.
    passkeys: i64,
    /// How many recovery codes are left.
    recovery_codes_left: i64,
}

impl SecondFactors {
    /// Those of `account`.
    pub(crate) fn of(connection: &mut PgConnection, account: AccountId) -> diesel::QueryResult<Self> {
        Ok(Self {
            totp_enrolled_at: TotpSecret::find(connection, account)?.and_then(|totp| totp.confirmed_at),
            passkeys: Passkey::count(connection, account)?,
            recovery_codes_left: RecoveryCode::count(connection, account)?,
        })
    }
}

/// The second factors of an account, and what this browser has to do with them.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorsResponse {
    #[serde(flatten)]
    factors: SecondFactors,
    /// Whether one of its groups, or its role, asks for a second factor. The last one cannot be removed then.
    required: bool,
    /// Whether this browser is signed in with two factors.
    given: bool,
}

/// One's own second factors, without their secrets.
#[utoipa::path(
    tag = "account",
    responses((status = 200, body = SecondFactorsResponse), Problems),
    security(("session" = []))
)]
#[get("/auth/second-factors")]
pub(crate) async fn find_second_factors(
    state: web::Data<State>,
    caller: SignedIn,
) -> Result<web::Json<SecondFactorsResponse>, Problem> {
    let (id, requirement) = (caller.account.id, state.second_factor);
    let read = move |connection: &mut PgConnection| {
        Ok(SecondFactorsResponse {
            factors: SecondFactors::of(connection, id)?,
            required: requirement.applies(connection, &caller.account)?,
            given: caller.methods.are_two_factors(),
        })
    };
    run_db_as(&state.pool, id, read).await.map(web::Json)
}
