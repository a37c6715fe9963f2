//! The way back to the tool for which a person had to sign in.

use actix_web::{HttpResponse, get, http::header, web};
use serde::Deserialize;
use tallykeep_service::{Problem, Problems, Query};
use utoipa::IntoParams;

use crate::State;

/// Where to go.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReturnQuery {
    /// The address that was asked for: absolute, at the host of this server or one that shares its sign-in.
    #[param(example = "https://tool.example.org/")]
    to: String,
}

/// Sends a browser on to another tool. The page never goes by itself to an address that a link gave it: this alone
/// decides which ones are allowed.
#[utoipa::path(
    tag = "forward auth",
    params(ReturnQuery),
    responses((status = 303, description = "There.", headers(("Location" = String))), Problems)
)]
#[get("/auth/return")]
pub(crate) async fn return_to_tool(
    state: web::Data<State>,
    Query(query): Query<ReturnQuery>,
) -> Result<HttpResponse, Problem> {
    let url = state.site.parse(&query.to).ok_or_else(|| {
        let detail = "this server sends nobody to that address";
        Problem::forbidden("return_refused", detail)
    })?;
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, url.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}
