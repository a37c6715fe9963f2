//! Making a link that sets another password, for somebody else.

use actix_web::{HttpResponse, http::header, post, web};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::Serialize;
use tallykeep_database::as_operator;
use tallykeep_domain::AccountId;
use tallykeep_service::{Problem, Problems, Visitor, run_db};
use utoipa::ToSchema;

use crate::{State, session::Administrator};

/// A link to be handed over.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasswordResetLinkResponse {
    /// The page that sets the password. It is shown once and works once; whoever has it has the account.
    #[schema(example = "https://numbers.example.org/reset-password#token=…")]
    link: String,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Makes a link with which a person who has forgotten the password sets another, to be handed over where there is no
/// mail. Only an administrator may.
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, format = Uuid, description = "The account.")),
    responses((status = 201, body = PasswordResetLinkResponse), Problems),
    security(("session" = []))
)]
#[post("/auth/admin/accounts/{id}/password-reset")]
pub(crate) async fn create_password_reset_link(
    state: web::Data<State>,
    administrator: Administrator,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: AccountId = path.parse().map_err(Problem::bad_request)?;
    let (actor, maker) = (administrator.0.account.id, state.clone());
    let made = run_db(&state.pool, move |connection| {
        as_operator(connection, |connection| {
            administrator.hold(connection)?;
            maker.create_link_for(connection, id, actor, &visitor)
        })
    });
    let link =
        made.await?.ok_or_else(|| Problem::not_found("account_not_found", "there is no such account"))?;
    let response =
        PasswordResetLinkResponse { link: link.link.expose_secret().to_owned(), expires_at: link.expires_at };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}
