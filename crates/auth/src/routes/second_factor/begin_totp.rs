//! Beginning to enrol an app that makes codes.

use actix_web::{HttpResponse, http::header, post, web};
use serde::Serialize;
use tallykeep_service::{Problem, Problems};
use utoipa::ToSchema;

use crate::{
    State,
    second_factor::{NewTotp, begin_totp},
    session::Claimant,
};

/// What an app has to know. It is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpEnrolmentResponse {
    /// The secret in base 32, for who types it.
    #[schema(example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]
    secret: String,
    /// All that an app wants to know, as an `otpauth:` address.
    uri: String,
    /// The same as a QR code, an SVG image.
    qr_code: String,
}

/// Makes a secret for an app. It counts once a code has shown that the app works, within an hour; until then nothing
/// changes, and beginning anew makes this secret void.
///
/// A session needs a proof within the last ten minutes, and with two factors if there is one already. A sign-in that waits
/// for a second factor may do this where there is none yet.
#[utoipa::path(
    tag = "account",
    responses((status = 201, body = TotpEnrolmentResponse, description = "Set the app up with it."), Problems),
    security(("pending_sign_in" = []), ("session" = []))
)]
#[post("/auth/second-factors/totp")]
pub(crate) async fn begin_totp_enrolment(
    state: web::Data<State>,
    claimant: Claimant,
) -> Result<HttpResponse, Problem> {
    claimant.refuse_unless_recent()?;
    let totp = NewTotp::new(&state, &claimant.account().email)?;
    begin_totp(&state, claimant, &totp).await?;
    let NewTotp { secret, uri, qr_code, .. } = totp;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(TotpEnrolmentResponse { secret, uri, qr_code }))
}
