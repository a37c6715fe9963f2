//! Where everything is, for clients that know OAuth alone.

use actix_web::{HttpResponse, get, http::header, web};
use tallykeep_service::Problems;

use crate::{State, provider::Metadata};

/// The same document under OAuth's own name (RFC 8414).
#[utoipa::path(tag = "openid connect", responses((status = 200, body = Metadata), Problems))]
#[get("/.well-known/oauth-authorization-server")]
pub(crate) async fn find_authorization_server(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .json(Metadata::of(&state))
}
