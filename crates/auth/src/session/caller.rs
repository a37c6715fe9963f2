//! Whose browser wants to use a tool.

use std::{sync::Arc, time::Duration};

use actix_web::HttpRequest;
use tallykeep_database::models::Group;
use tallykeep_service::{Problem, Visitor};

use super::{Methods, cookie::token_of, lookup::look_up, standing::Standing};
use crate::{State, forward::Caller};

/// Who sends `request`, by the session cookie alone, and whichever site's page made the browser send it: that is the
/// tool's business. Remembered for seconds.
///
/// # Errors
/// 503 when the database is away.
pub(crate) async fn find_caller(
    state: &State,
    request: &HttpRequest,
) -> Result<Option<Arc<Caller>>, Problem> {
    let Some(token) = token_of(state, request) else { return Ok(None) };
    let credential = token.hash();
    if let Some(caller) = state.recent.sessions.get(&credential) {
        return Ok(Some(caller));
    }
    let moment = state.recent.freshness.moment();
    let found = look_up(state, token, Visitor::of(request), move |connection, found| {
        let groups = Group::of(connection, found.account.id)?;
        let methods = Methods::parse(&found.session.methods);
        let left = found.session.expires_at.duration_since(found.session.read_at);
        // A token that is on its way out is looked at each time: when it is out, who presents it is a thief.
        let good_for = (found.standing == Standing::Current).then_some(left);
        Ok((Arc::new(Caller::new(found.account, groups, Some(methods), credential)), good_for))
    });
    let Some((caller, good_for)) = found.await? else { return Ok(None) };
    if let Some(left) = good_for {
        let left = Duration::try_from(left).unwrap_or_default();
        state.recent.sessions.put(credential, Arc::clone(&caller), moment, left);
    }
    Ok(Some(caller))
}
