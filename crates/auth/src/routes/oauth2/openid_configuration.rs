//! Where everything is, for applications that know OpenID Connect.

use actix_web::{HttpResponse, get, http::header, web};
use tallykeep_service::Problems;

use crate::{State, provider::Metadata};

/// What an application can find out by itself (OpenID Connect Discovery).
#[utoipa::path(tag = "openid connect", responses((status = 200, body = Metadata), Problems))]
#[get("/.well-known/openid-configuration")]
pub(crate) async fn find_openid_configuration(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .json(Metadata::of(&state))
}
