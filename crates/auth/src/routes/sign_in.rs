//! What a sign-in is answered with, whatever it began with.

use actix_web::{HttpResponse, HttpResponseBuilder};
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
}

/// The answer to who has just proved who they are.
pub(crate) fn respond(opened: Opened) -> HttpResponse {
    let Opened { account, standing, cookies } = opened;
    let with_cookies = |mut response: HttpResponseBuilder| {
        for cookie in cookies {
            response.cookie(cookie);
        }
        response
    };
    match standing {
        Standing::SignedIn { groups } => {
            with_cookies(HttpResponse::Ok()).json(AccountResponse::new(account, groups))
        }
        Standing::Pending { factors } => {
            with_cookies(HttpResponse::Accepted()).json(PendingSignInResponse { second_factors: factors })
        }
    }
}
