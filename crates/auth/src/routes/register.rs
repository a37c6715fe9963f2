//! Registering.

use actix_web::{HttpResponse, http::StatusCode, post, web};
use diesel::PgConnection;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use tallykeep_database::as_account;
use tallykeep_domain::{AccountId, EmailAddress, parse_time_zone};
use tallykeep_service::{Json, Problem, Problems, Visitor, run_db, token_hash};
use utoipa::ToSchema;

use super::{
    account::AccountResponse,
    sign_in::{PendingSignInResponse, respond_with},
};
use crate::{
    State,
    admission::{admit, refuse_before_hashing},
    audit::{Action, Record},
    cross_site::FromNoOtherSite,
    mail::{Kind, Mail},
    newcomer::Newcomer,
    password::NewPassword,
    rate_limit,
    session::Method,
    sign_in::{Opened, SignIn},
};

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterRequest {
    /// The address to sign in with.
    #[schema(format = Email, max_length = 254, example = "ada@example.org")]
    email: String,
    /// At least 10 characters, and at most 256 bytes. Neither one of the most common passwords, nor made of the address.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 256)]
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
}

/// Makes an account and signs in, as far as that goes without a second factor. The first account is the administrator.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 201, body = AccountResponse, description = "Registered and signed in."),
        (status = 202, body = PendingSignInResponse, description = "Registered; a second factor is needed."),
        Problems
    )
)]
#[post("/auth/register")]
pub(crate) async fn register_account(
    _: FromNoOtherSite,
    visitor: Visitor,
    state: web::Data<State>,
    body: Json<RegisterRequest>,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let body = body.into_inner();
    let email: EmailAddress = body.email.parse().map_err(Problem::unprocessable)?;
    let time_zone = body.time_zone.unwrap_or_else(|| "UTC".to_owned());
    parse_time_zone(&time_zone).map_err(Problem::unprocessable)?;
    refuse_before_hashing(&state, body.invitation.is_some()).await?;
    let password_hash = state.passwords.hash(NewPassword::parse(body.password, &email)?).await?;
    let newcomer = Newcomer { email, password_hash, has_password: true, time_zone };
    let registration = Registration { newcomer, invitation: body.invitation };
    let registrar = state.clone();
    let opened =
        run_db(&state.pool, move |connection| register(connection, &registrar, &registration, visitor))
            .await?;
    state.outbox.call();
    Ok(respond_with(StatusCode::CREATED, opened))
}

fn register(
    connection: &mut PgConnection,
    state: &State,
    registration: &Registration,
    visitor: Visitor,
) -> Result<Opened, Problem> {
    let id = AccountId::generate();
    as_account(connection, id, |connection| {
        let invitation = registration.invitation.as_ref().map(|token| token_hash(token.expose_secret()));
        let invitation = invitation.as_ref().map(<[u8; 32]>::as_slice);
        let account = admit(connection, state.registration, &registration.newcomer, invitation, id)?;
        state.outbox.put(connection, &Mail::to(Kind::VerifyEmail, &account))?;
        let detail = json!({"role": account.role});
        Record::success(Action::Register, id).with(detail).write(connection, &visitor)?;
        SignIn::new(state, visitor, Method::Password.into()).open(connection, account)
    })
}
