//! Sending a browser to a provider.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{StatusCode, header},
    post, web,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tallykeep_database::{models::NewDeparture, with_credential};
use tallykeep_domain::{SessionId, parse_time_zone};
use tallykeep_service::{Json, Problem, Problems, Visitor, hex, run_db, token_hash};
use utoipa::ToSchema;

use crate::{
    State,
    cross_site::FromNoOtherSite,
    federation::{DepartureToken, LASTS, Purpose},
    rate_limit,
    session::{RecentlyAuthenticated, SignedIn},
};

/// What a browser is sent to a provider for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartRequest {
    /// To link takes a person who is signed in, and has shown within the last ten minutes who they are; to reauthenticate
    /// takes one who is signed in.
    #[serde(default)]
    purpose: Purpose,
    /// The path of this server to go on to.
    #[serde(default = "root")]
    #[schema(example = "/account")]
    return_to: String,
    /// The IANA name of the zone in which the days of somebody new are counted; UTC if left out.
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// The token of an invitation, where somebody new needs one.
    #[schema(value_type = Option<String>)]
    invitation: Option<SecretString>,
}

fn root() -> String {
    "/".to_owned()
}

/// Where the browser goes.
#[derive(Serialize, ToSchema)]
pub(crate) struct StartResponse {
    /// The address at the provider to open, within ten minutes and by this browser alone.
    location: String,
}

/// Prepares a way to a provider and back, and sets a cookie that the way back needs.
///
/// It is a POST of the page, and the page opens the address: a link alone must not be able to sign a person in as
/// somebody else.
#[utoipa::path(
    tag = "session",
    params(("id" = String, Path, example = "google")),
    responses((status = 200, body = StartResponse), Problems)
)]
#[post("/auth/providers/{id}/start")]
pub(crate) async fn start_with_provider(
    _: FromNoOtherSite,
    request: HttpRequest,
    visitor: Visitor,
    state: web::Data<State>,
    id: web::Path<String>,
    body: Json<StartRequest>,
) -> Result<HttpResponse, Problem> {
    rate_limit::admit(&state, &visitor).await?;
    let provider = state.providers.find(&id)?;
    let StartRequest { purpose, return_to, time_zone, invitation } = body.into_inner();
    let session = session_for(purpose, &request).await?;
    let return_to = state.site.parse_path(&return_to).ok_or_else(|| {
        let detail = "this server sends nobody to that address";
        Problem::new(StatusCode::BAD_REQUEST, "return_refused", detail)
    })?;
    let time_zone = time_zone.unwrap_or_else(|| "UTC".to_owned());
    parse_time_zone(&time_zone).map_err(Problem::unprocessable)?;
    let invitation = invitation.map(|token| token_hash(token.expose_secret()));
    let token = DepartureToken::random()?;
    let location = provider.address(&token, purpose).await?.into();
    let (hash, provider) = (token.hash(), provider.id.clone());
    run_db(&state.pool, move |connection| {
        let departure = NewDeparture {
            token_hash: &hash,
            provider: &provider,
            purpose: purpose.name(),
            session_id: session.map(SessionId::as_uuid),
            return_to: &return_to,
            invitation_hash: invitation.as_ref().map(<[u8; 32]>::as_slice),
            time_zone: &time_zone,
            expires_at: Timestamp::now() + LASTS,
        };
        with_credential(connection, &hex(&hash), |connection| departure.insert(connection))
    })
    .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .cookie(token.cookie(&state))
        .json(StartResponse { location }))
}

/// The session that asks, where one must. Its cookie is as much as the page's other requests have, so here it is asked as
/// strictly whose page sent this.
async fn session_for(purpose: Purpose, request: &HttpRequest) -> Result<Option<SessionId>, Problem> {
    let payload = &mut Payload::None;
    Ok(match purpose {
        Purpose::SignIn => None,
        Purpose::Link => Some(RecentlyAuthenticated::from_request(request, payload).await?.0.session),
        Purpose::Reauthenticate => Some(SignedIn::from_request(request, payload).await?.session),
    })
}
