//! Forgetting what was remembered before a change is answered.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web,
};

use crate::{State, cross_site::is_safe};

/// Has this replica forget what it remembers once a request has changed something, before that is answered: whoever has
/// signed out is out, and need not wait for the database to tell of it. A client that is refused has changed nothing.
pub(crate) async fn forget_after_change(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let (state, safe) = (request.app_data::<web::Data<State>>().cloned(), is_safe(request.request()));
    let outcome = next.call(request).await;
    let changed = outcome.as_ref().map_or(!safe, |response| match safe {
        // Such as the way back from a provider.
        true => response.headers().contains_key(header::SET_COOKIE),
        false => !response.status().is_client_error(),
    });
    if let Some(state) = state.filter(|_| changed) {
        state.recent.freshness.forget();
    }
    outcome
}
