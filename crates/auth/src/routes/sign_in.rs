//! What a sign-in is answered with, whatever it began with.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    cookie::Cookie,
    http::{StatusCode, header},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::account::AccountResponse;
use crate::{
    second_factor::Factor,
    sign_in::{Opened, Standing},
};

/// A sign-in that lacks its second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct PendingSignInResponse {
    /// What may be given; one of them is enough.
    second_factors: Vec<Factor>,
    /// Whether there is none yet, and one is to be enrolled. Nothing else is reached before.
    enrolment_needed: bool,
}

impl PendingSignInResponse {
    /// Of somebody who has enrolled these.
    pub(crate) fn new(second_factors: Vec<Factor>) -> Self {
        Self { enrolment_needed: second_factors.is_empty(), second_factors }
    }
}

/// The answer to who has just proved who they are.
pub(crate) fn respond(opened: Opened) -> HttpResponse {
    respond_with(StatusCode::OK, opened)
}

/// The same with the status `signed_in` where nothing else is needed.
pub(crate) fn respond_with(signed_in: StatusCode, opened: Opened) -> HttpResponse {
    let Opened { account, standing, cookies } = opened;
    match standing {
        Standing::SignedIn { groups } => {
            let response = HttpResponse::build(signed_in);
            with_cookies(response, cookies).json(AccountResponse::new(account, groups))
        }
        Standing::Pending { factors } => {
            with_cookies(HttpResponse::Accepted(), cookies).json(PendingSignInResponse::new(factors))
        }
    }
}

/// An answer for this browser alone, with `cookies`.
pub(crate) fn with_cookies(
    mut response: HttpResponseBuilder,
    cookies: Vec<Cookie<'static>>,
) -> HttpResponseBuilder {
    for cookie in cookies {
        response.cookie(cookie);
    }
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}
