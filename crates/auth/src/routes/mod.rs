//! Routes, one file per operation.

mod account;
mod admin;
mod api_keys;
mod audit_events;
mod email_change;
mod email_verification;
mod erasures;
mod forward;
mod introspect;
mod invitations;
mod jwks;
mod login;
mod logout;
mod passkeys;
mod password;
mod password_reset;
mod reauthenticate;
mod register;
mod registration;
mod return_to;
mod sessions;
mod sign_in;
mod token;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;

/// Mounts the public routes.
pub fn configure(state: State) -> impl FnOnce(&mut ServiceConfig) {
    move |services| {
        services.app_data(web::Data::new(state));
        mount_public(services);
    }
}

pub(crate) fn mount_public(services: &mut ServiceConfig) {
    services
        .service(register::register_account)
        .service(registration::find_registration)
        .service(login::log_in)
        .service(logout::log_out)
        .service(reauthenticate::reauthenticate)
        .service(sessions::list::list_sessions)
        .service(sessions::revoke::revoke_session)
        .service(sessions::revoke_others::revoke_other_sessions)
        .service(account::find_account)
        .service(password::change_password)
        .service(account::change::change_account)
        .service(account::delete::delete_account)
        .service(account::export::export_account)
        .service(token::create_access_token)
        .service(jwks::list_keys)
        .service(api_keys::create::create_api_key)
        .service(api_keys::list::list_api_keys)
        .service(api_keys::revoke::revoke_api_key)
        .service(api_keys::rotate::rotate_api_key)
        .service(passkeys::begin_registration::begin_passkey_registration)
        .service(passkeys::register::register_passkey)
        .service(passkeys::list::list_passkeys)
        .service(passkeys::rename::rename_passkey)
        .service(passkeys::remove::remove_passkey)
        .service(passkeys::begin_sign_in::begin_passkey_sign_in)
        .service(passkeys::sign_in::sign_in_by_passkey)
        .service(passkeys::begin_second_factor::begin_passkey_second_factor)
        .service(passkeys::second_factor::give_passkey_as_second_factor)
        .service(passkeys::begin_reauthentication::begin_passkey_reauthentication)
        .service(passkeys::reauthenticate::reauthenticate_by_passkey)
        .service(invitations::create_invitation)
        .service(email_verification::ask::ask_for_email_verification)
        .service(email_verification::confirm::verify_email)
        .service(email_change::ask::ask_for_email_change)
        .service(email_change::confirm::confirm_email_change)
        .service(password_reset::ask::ask_for_password_reset)
        .service(password_reset::confirm::reset_password)
        .service(password_reset::create_link::create_password_reset_link)
        .service(invitations::list::list_invitations)
        .service(invitations::revoke::revoke_invitation)
        .service(admin::accounts::list::list_accounts)
        .service(admin::accounts::find::find_any_account)
        .service(admin::accounts::change::change_any_account)
        .service(admin::accounts::delete::delete_any_account)
        .service(admin::groups::list::list_groups)
        .service(admin::groups::create::create_group)
        .service(admin::groups::delete::delete_group)
        .service(admin::groups::join::join_group)
        .service(admin::groups::leave::leave_group)
        .service(audit_events::list::list_audit_events)
        .service(audit_events::list_all::list_all_audit_events)
        .service(forward::forward_auth)
        .route("/auth/forward", web::to(forward::forward_auth_by_any_method))
        .service(return_to::return_to_tool);
}

/// Mounts the routes for other services. A proxy never routes to them, and one process does not need them.
pub fn configure_internal(services: &mut ServiceConfig) {
    services
        .service(introspect::introspect_token)
        .service(erasures::list::list_erasures)
        .service(erasures::confirm::confirm_erasure);
}
