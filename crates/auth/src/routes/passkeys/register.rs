//! Adding a passkey.

use actix_web::{HttpResponse, http::StatusCode, post, web};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tallykeep_database::models::{Account, NewPasskey, Passkey};
use tallykeep_domain::{PasskeyId, PasskeyName};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db_as};
use utoipa::ToSchema;

use super::PasskeyResponse;
use crate::{
    State,
    audit::{Action, Record},
    mail::{Kind, Mail},
    passkey::{self, Browser, MadeCredential, NewCredential, Purpose, RegistrationResponse},
    routes::sign_in::with_cookies,
    second_factor::{self, Enrolled},
    session::{Claimant, Method},
};

const MOST_PASSKEYS: i64 = 50;

/// A passkey that a device has made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterPasskeyRequest {
    /// What to call it: 1 to 100 bytes.
    #[schema(min_length = 1, max_length = 100, example = "Phone")]
    name: String,
    #[schema(value_type = MadeCredential)]
    credential: RegistrationResponse,
}

/// The passkey that was added.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddedPasskey {
    #[serde(flatten)]
    passkey: PasskeyResponse,
    /// Ten codes to write down, if there were none before. They are shown this once.
    recovery_codes: Option<Vec<String>>,
}

/// Adds a passkey. From then on it signs in by itself, and the password does not without a second factor. Every other session
/// ends; this browser is signed in with two factors, also if its sign-in was under way.
#[utoipa::path(
    tag = "passkeys",
    responses((status = 201, body = AddedPasskey), Problems),
    security(("pending_sign_in" = []), ("session" = []))
)]
#[post("/auth/passkeys")]
pub(crate) async fn register_passkey(
    state: web::Data<State>,
    claimant: Claimant,
    visitor: Visitor,
    browser: Browser,
    body: Json<RegisterPasskeyRequest>,
) -> Result<HttpResponse, Problem> {
    claimant.refuse_unless_recent()?;
    let (party, id) = (state.relying_party()?, claimant.account().id);
    let RegisterPasskeyRequest { name, credential: RegistrationResponse { 0: made } } = body.into_inner();
    let name = PasskeyName::try_from(name).map_err(Problem::unprocessable)?;
    let challenge = made.challenge_relaxed().map_err(|error| refused(&error))?.0;
    let ceremony = passkey::take(&state, &browser, Purpose::Register, Some(id), challenge).await?;
    let shared = state.clone();
    let (passkey, enrolled) = run_db_as(&state.pool, id, move |connection| {
        let made = party.register(&ceremony, &made).map_err(|error| refused(&error))?;
        second_factor::add(
            connection,
            &shared,
            visitor.clone(),
            claimant,
            Method::Passkey,
            |connection, account| {
                let passkey = insert(connection, account, &name, &made)?;
                let detail = json!({"passkey": passkey.id, "name": passkey.name});
                Record::success(Action::AddPasskey, id).with(detail).write(connection, &visitor)?;
                shared.outbox.put(connection, &Mail::to(Kind::PasskeyAdded, account))?;
                Ok(passkey)
            },
        )
    })
    .await?;
    state.outbox.call();
    let Enrolled { opened, recovery_codes } = enrolled;
    let added = AddedPasskey { passkey: passkey.into(), recovery_codes };
    Ok(with_cookies(HttpResponse::Created(), opened.cookies).json(added))
}

fn insert(
    connection: &mut PgConnection,
    account: &Account,
    name: &PasskeyName,
    made: &NewCredential,
) -> Result<Passkey, Problem> {
    if Passkey::count(connection, account.id)? >= MOST_PASSKEYS {
        let detail = format!("an account may have {MOST_PASSKEYS} passkeys; remove one first");
        return Err(Problem::conflict("passkeys_too_many", detail));
    }
    let row = NewPasskey {
        account_id: account.id.as_uuid(),
        id: PasskeyId::generate().as_uuid(),
        name: name.as_str(),
        credential_id: &made.id,
        credential_hash: &passkey::credential_hash(&made.id),
        public_key: &made.public_key,
        format: made.format,
        sign_count: made.sign_count.into(),
        backup_eligible: made.backup_eligible,
        backed_up: made.backed_up,
        transports: made.transports.into(),
    };
    let known = || Problem::conflict("passkey_known", "this passkey is there already");
    row.insert(connection)?.ok_or_else(known)
}

/// 422: what the browser sent is no passkey that was asked for.
fn refused(reason: &impl ToString) -> Problem {
    let detail = format!("the passkey cannot be added: {}", reason.to_string());
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "passkey_invalid", detail)
}
