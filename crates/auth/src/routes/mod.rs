//! Routes, one file per operation.

mod account;
mod admin;
mod api_keys;
mod applications;
mod audit_events;
mod email_change;
mod email_verification;
mod erasures;
mod forward;
mod identities;
mod introspect;
mod invitations;
mod jwks;
mod login;
mod logout;
mod oauth2;
mod passkeys;
mod password;
mod password_reset;
mod pending_sign_in;
mod providers;
mod reauthenticate;
mod register;
mod registration;
mod return_to;
mod second_factor;
mod sessions;
mod sign_in;
mod time_zones;
mod token;

use actix_web::{
    guard::{GuardContext, fn_guard},
    middleware::from_fn,
    web,
};
use utoipa_actix_web::{scope, service_config::ServiceConfig};

use crate::{
    State,
    any_origin::{any_origin, is_for_any_origin},
    recent::forget_after_change,
};

/// Mounts the public routes.
pub fn configure(state: State) -> impl FnOnce(&mut ServiceConfig) {
    move |services| {
        services.app_data(web::Data::new(state));
        mount_questions(services);
        let room = scope("").guard(fn_guard(is_own)).wrap(from_fn(forget_after_change)).configure(mount_rest);
        services.service(room);
    }
}

/// Whether a path is one of this service's, and not of another in the same process.
fn is_own(guard: &GuardContext<'_>) -> bool {
    let path = guard.head().uri.path();
    ["/auth/", "/.well-known/"].iter().any(|beginning| path.starts_with(beginning))
}

pub(crate) fn mount_public(services: &mut ServiceConfig) {
    mount_questions(services);
    mount_rest(services);
}

/// What changes nothing by whatever method it is asked: so nothing is forgotten for it, however often somebody asks.
fn mount_questions(services: &mut ServiceConfig) {
    services
        .service(forward::forward_auth)
        .route("/auth/forward", web::to(forward::forward_auth_by_any_method))
        .service(oauth2::authorize_by_post::authorize_by_post);
}

fn mount_rest(services: &mut ServiceConfig) {
    mount_sign_in(services);
    mount_account(services);
    mount_administration(services);
    mount_provider(services);
    let room =
        scope("").guard(fn_guard(is_for_any_origin)).wrap(any_origin()).configure(mount_for_any_origin);
    services.service(room);
}

/// Ways in, and what a browser is given there.
fn mount_sign_in(services: &mut ServiceConfig) {
    services
        .service(register::register_account)
        .service(registration::find_registration)
        .service(login::log_in)
        .service(logout::log_out)
        .service(reauthenticate::reauthenticate)
        .service(providers::list::list_providers)
        .service(providers::start::start_with_provider)
        .service(providers::callback::return_from_provider)
        .service(pending_sign_in::find::find_pending_sign_in)
        .service(pending_sign_in::give_up::give_up_sign_in)
        .service(second_factor::give_totp::give_totp)
        .service(second_factor::give_recovery_code::give_recovery_code)
        .service(sessions::list::list_sessions)
        .service(sessions::revoke::revoke_session)
        .service(sessions::revoke_others::revoke_other_sessions)
        .service(token::create_access_token)
        .service(passkeys::begin_sign_in::begin_passkey_sign_in)
        .service(passkeys::sign_in::sign_in_by_passkey)
        .service(passkeys::begin_second_factor::begin_passkey_second_factor)
        .service(passkeys::second_factor::give_passkey_as_second_factor)
        .service(passkeys::begin_reauthentication::begin_passkey_reauthentication)
        .service(passkeys::reauthenticate::reauthenticate_by_passkey)
        .service(return_to::return_to_tool);
}

/// What somebody has here.
fn mount_account(services: &mut ServiceConfig) {
    services
        .service(identities::list::list_identities)
        .service(identities::unlink::unlink_identity)
        .service(second_factor::find::find_second_factors)
        .service(second_factor::begin_totp::begin_totp_enrolment)
        .service(second_factor::confirm_totp::confirm_totp_enrolment)
        .service(second_factor::remove_totp::remove_own_totp)
        .service(second_factor::create_recovery_codes::create_recovery_codes)
        .service(account::find_account)
        .service(password::change_password)
        .service(account::change::change_account)
        .service(account::delete::delete_account)
        .service(account::export::export_account)
        .service(api_keys::create::create_api_key)
        .service(api_keys::list::list_api_keys)
        .service(api_keys::revoke::revoke_api_key)
        .service(api_keys::rotate::rotate_api_key)
        .service(passkeys::begin_registration::begin_passkey_registration)
        .service(passkeys::register::register_passkey)
        .service(passkeys::list::list_passkeys)
        .service(passkeys::rename::rename_passkey)
        .service(passkeys::remove::remove_passkey)
        .service(email_verification::ask::ask_for_email_verification)
        .service(email_verification::confirm::verify_email)
        .service(email_change::ask::ask_for_email_change)
        .service(email_change::confirm::confirm_email_change)
        .service(password_reset::ask::ask_for_password_reset)
        .service(password_reset::confirm::reset_password)
        .service(applications::list::list_applications)
        .service(applications::withdraw::withdraw_application)
        .service(audit_events::list::list_audit_events);
}

/// What administrators look after.
fn mount_administration(services: &mut ServiceConfig) {
    services
        .service(invitations::create_invitation)
        .service(password_reset::create_link::create_password_reset_link)
        .service(invitations::list::list_invitations)
        .service(invitations::revoke::revoke_invitation)
        .service(admin::accounts::list::list_accounts)
        .service(admin::accounts::find::find_any_account)
        .service(admin::accounts::change::change_any_account)
        .service(admin::accounts::delete::delete_any_account)
        .service(admin::accounts::remove_second_factors::remove_any_second_factors)
        .service(admin::groups::list::list_groups)
        .service(admin::groups::create::create_group)
        .service(admin::groups::change::change_group)
        .service(admin::groups::delete::delete_group)
        .service(admin::groups::join::join_group)
        .service(admin::groups::leave::leave_group)
        .service(admin::clients::list::list_clients)
        .service(admin::clients::create::create_client)
        .service(admin::clients::change::change_client)
        .service(admin::clients::rotate_secret::rotate_client_secret)
        .service(admin::clients::delete::delete_client)
        .service(audit_events::list_all::list_all_audit_events)
        .service(admin::access_rules::list::list_access_rules)
        .service(admin::access_rules::create::create_access_rule)
        .service(admin::access_rules::check::check_access)
        .service(admin::access_rules::order::order_access_rules)
        .service(admin::access_rules::change::change_access_rule)
        .service(admin::access_rules::delete::delete_access_rule);
}

/// Mounts OpenID Connect.
fn mount_provider(services: &mut ServiceConfig) {
    services
        .service(oauth2::authorize::authorize)
        .service(oauth2::consent::find::find_consent_question)
        .service(oauth2::consent::answer::answer_consent_question)
        .service(oauth2::introspect::introspect_client_token)
        .service(oauth2::logout::ask::log_out_for_client)
        .service(oauth2::logout::confirm::confirm_log_out);
}

/// What pages of any origin may ask.
fn mount_for_any_origin(services: &mut ServiceConfig) {
    services
        .service(jwks::list_keys)
        .service(oauth2::openid_configuration::find_openid_configuration)
        .service(oauth2::authorization_server::find_authorization_server)
        .service(oauth2::token::create_client_tokens)
        .service(oauth2::userinfo::find_user_claims)
        .route("/auth/oauth2/userinfo", web::post().to(oauth2::userinfo::find_user_claims_by_post))
        .service(oauth2::revoke::revoke_client_token);
}

/// Mounts the routes for other services. A proxy never routes to them, and one process does not need them.
pub fn configure_internal(services: &mut ServiceConfig) {
    services
        .service(introspect::introspect_token)
        .service(erasures::list::list_erasures)
        .service(erasures::confirm::confirm_erasure)
        .service(time_zones::list_time_zones);
}
