//! Registering.

use actix_web::{HttpResponse, post, web};
use diesel::PgConnection;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::{
    as_account,
    models::{Account, Installation, Invitation},
    with_credential,
};
use tallykeep_domain::{AccountId, EmailAddress, Role, parse_time_zone};
use tallykeep_service::{Problem, Problems, Visitor, hex, run_db, token_hash};
use utoipa::ToSchema;

use super::account::AccountResponse;
use crate::{
    RegistrationMode, State,
    audit::{Action, Record},
    cross_site::FromNoOtherSite,
    mail::{Kind, Mail},
    newcomer::Newcomer,
    password::NewPassword,
    rate_limit,
    session::{Method, OpenSession},
};

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterRequest {
    /// The address to sign in with.
    #[schema(example = "ada@example.org")]
    email: String,
    /// At least 10 characters, and at most 256 bytes. Neither one of the most common passwords, nor made of the address.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The IANA name of the zone in which the days are counted; UTC if left out.
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// The token of an invitation, where one is needed.
    #[schema(value_type = Option<String>)]
    invitation: Option<SecretString>,
}

struct Registration {
    newcomer: Newcomer,
    invitation: Option<SecretString>,
    session: OpenSession,
}

/// Makes an account and signs in. The first account is the administrator.
#[utoipa::path(
    tag = "account",
    responses((status = 201, body = AccountResponse, description = "Registered and signed in."), Problems)
)]
#[post("/auth/register")]
pub(crate) async fn register_account(
    _: FromNoOtherSite,
    visitor: Visitor,
    state: web::Data<State>,
    body: web::Json<RegisterRequest>,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let body = body.into_inner();
    let email: EmailAddress = body.email.parse().map_err(Problem::unprocessable)?;
    let time_zone = body.time_zone.unwrap_or_else(|| "UTC".to_owned());
    parse_time_zone(&time_zone).map_err(Problem::unprocessable)?;
    refuse_before_hashing(&state, body.invitation.is_some()).await?;
    let password_hash = state.passwords.hash(NewPassword::parse(body.password, &email)?).await?;
    let session = OpenSession::new(&state, &visitor, Method::Password.into())?;
    let cookie = session.cookie(&state);
    let newcomer = Newcomer { email, password_hash, time_zone };
    let registration = Registration { newcomer, invitation: body.invitation, session };
    let registrar = state.clone();
    let account =
        run_db(&state.pool, move |connection| register(connection, &registrar, &registration, &visitor))
            .await?;
    state.outbox.call();
    Ok(HttpResponse::Created().cookie(cookie).json(AccountResponse::new(account, Vec::new())))
}

/// Hashing is dear, and strangers may ask for it: whoever is not admitted anyway must not be able to have it done. The
/// word that counts is [`admit`]'s.
async fn refuse_before_hashing(state: &State, invited: bool) -> Result<(), Problem> {
    let exists = run_db(&state.pool, Installation::exists).await?;
    match state.registration {
        RegistrationMode::Closed if exists => Err(closed()),
        RegistrationMode::Invite if exists && !invited => Err(not_invited()),
        _ => Ok(()),
    }
}

fn closed() -> Problem {
    Problem::forbidden("registration_closed", "registration is closed")
}

fn not_invited() -> Problem {
    Problem::forbidden("invitation_missing", "registration needs an invitation")
}

fn register(
    connection: &mut PgConnection,
    state: &State,
    registration: &Registration,
    visitor: &Visitor,
) -> Result<Account, Problem> {
    let id = AccountId::generate();
    as_account(connection, id, |connection| {
        // Asked once: who is taken for the first here is made the first, or refused.
        let account = if Installation::exists(connection)? {
            admit(connection, state.registration, registration)?;
            registration.newcomer.insert(connection, id, Role::Member)?
        } else {
            registration.newcomer.insert_first(connection, id)?
        };
        registration.session.insert(connection, id)?;
        state.outbox.put(connection, &Mail::to(Kind::VerifyEmail, &account))?;
        let detail = json!({"role": account.role});
        Record::success(Action::Register, id).with(detail).write(connection, visitor)?;
        Ok(account)
    })
}

/// Whether the installation takes this registration, and uses up the invitation if that is why.
fn admit(
    connection: &mut PgConnection,
    mode: RegistrationMode,
    registration: &Registration,
) -> Result<(), Problem> {
    use secrecy::ExposeSecret;
    match (mode, &registration.invitation) {
        (RegistrationMode::Open, _) => Ok(()),
        (RegistrationMode::Closed, _) => Err(closed()),
        (RegistrationMode::Invite, None) => Err(not_invited()),
        (RegistrationMode::Invite, Some(token)) => {
            let hash = token_hash(token.expose_secret());
            let inviter =
                with_credential(connection, &hex(&hash), |connection| Invitation::redeem(connection, &hash))?;
            inviter.map(|_| ()).ok_or_else(|| {
                Problem::forbidden("invitation_invalid", "the invitation is unknown, used or has ended")
            })
        }
    }
}
