//! This installation as browsers and devices know it. The only room that knows the library.

use serde::Serialize;
use serde_json::Value;
use tallykeep_database::models::{Account, Passkey, PasskeyUse};
use tallykeep_service::Problem;
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        AsciiDomain, ExtensionInfo, PublicKeyCredentialDescriptor, RpId,
        auth::AuthenticationVerificationOptions,
        register::{
            CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions,
            UserHandle16, Username,
        },
    },
    response::{
        AuthTransports, AuthenticatorAttachment, Backup, CredentialId,
        auth::{error::AuthCeremonyErr, ser_relaxed::DiscoverableAuthenticationRelaxed16},
        register::{DynamicState, StaticState, ser_relaxed::RegistrationRelaxed},
    },
};

use crate::site::Site;

/// How public keys are written in the database: as the library's version 0.3 does.
const FORMAT: i16 = 1;

/// A new passkey, as a browser sends it.
pub(crate) type RegistrationResponse = RegistrationRelaxed;
/// What a passkey has signed, as a browser sends it.
pub(crate) type Assertion = DiscoverableAuthenticationRelaxed16;

/// The host and the origin that passkeys are for.
///
/// The host is that of the public address, also where sessions are for a whole domain: a passkey for the domain could be
/// asked for by every host there, and one that somebody takes over would ask. The price is that passkeys do not outlive a
/// change of the public host.
pub(crate) struct RelyingParty {
    id: RpId,
    origin: String,
}

/// A ceremony that has begun.
pub(crate) struct Begun {
    /// What has to be signed.
    pub(super) challenge: u128,
    /// What has to come back.
    pub(super) state: Vec<u8>,
    /// What the browser is told, as its `parse…OptionsFromJSON` reads it.
    pub(super) options: Value,
}

/// A passkey that has just been made.
pub(crate) struct NewCredential {
    pub(crate) id: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) format: i16,
    pub(crate) sign_count: u32,
    pub(crate) backup_eligible: bool,
    pub(crate) backed_up: bool,
    pub(crate) transports: u8,
}

/// Why a passkey proves nothing.
#[derive(Debug)]
pub(super) struct Refusal {
    /// In words, for the audit log.
    pub(super) reason: String,
    /// Whether its counter has gone back, so that there are two of it.
    pub(super) is_copied: bool,
}

impl RelyingParty {
    /// That of `site`; none where its host is no name, since passkeys are for names.
    pub(crate) fn of(site: &Site) -> Option<Self> {
        let host = AsciiDomain::try_from(site.host_name()?.to_owned()).ok()?;
        Some(Self { id: RpId::Domain(host), origin: site.origin() })
    }

    /// Begins to add a passkey to `account`, which has the passkeys `known`.
    pub(crate) fn begin_registration(
        &self,
        account: &Account,
        known: Vec<Passkey>,
    ) -> Result<Begun, Problem> {
        let handle = user_handle(account);
        let user = PublicKeyCredentialUserEntity {
            name: Username::try_from(account.email.as_str()).map_err(Problem::internal)?,
            id: &handle,
            // A name that the profile of such names (RFC 8266) does not allow is left out.
            display_name: account.name.as_deref().and_then(|name| Nickname::try_from(name).ok()),
        };
        let known = known.into_iter().filter_map(descriptor).collect();
        let mut options = PublicKeyCredentialCreationOptions::passkey(&self.id, user, known);
        // To insist on it would turn away the devices that do not know it, and each use wants the person verified anyway.
        options.extensions.cred_protect =
            CredProtect::UserVerificationRequired(ExtensionInfo::AllowDontEnforceValue);
        let challenge = options.challenge.as_data();
        let (state, options) = options.start_ceremony().map_err(Problem::internal)?;
        Begun::new(challenge, state.encode().map_err(Problem::internal)?, &options)
    }

    /// Begins to ask for a passkey, whosever it is.
    pub(crate) fn begin_assertion(&self) -> Result<Begun, Problem> {
        let options = DiscoverableCredentialRequestOptions::passkey(&self.id);
        let challenge = options.0.challenge.as_data();
        let (state, options) = options.start_ceremony().map_err(Problem::internal)?;
        Begun::new(challenge, state.encode().map_err(Problem::internal)?, &options)
    }

    /// The passkey of `response`, if it is an answer to what has to come back by `state`.
    ///
    /// # Errors
    /// Why not, in words that may be shown.
    pub(crate) fn register(&self, state: &[u8], response: &Registration) -> Result<NewCredential, String> {
        let state = RegistrationServerState::<16>::decode(state).map_err(|error| error.to_string())?;
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[self.origin.as_str()],
            // Browsers may tell more than they were asked (§7.1 step 27).
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = state.verify(&self.id, response, &options).map_err(|error| error.to_string())?;
        let found = made.dynamic_state();
        let public_key = made.static_state().encode();
        let transports = made.transports().encode();
        Ok(NewCredential {
            id: made.id().as_ref().to_vec(),
            public_key: public_key.map_err(|error| error.to_string())?,
            format: FORMAT,
            sign_count: found.sign_count,
            backup_eligible: found.backup != Backup::NotEligible,
            backed_up: found.backup == Backup::Exists,
            transports: transports.map_err(|error| error.to_string())?,
        })
    }

    /// What the use of `passkey` leaves behind, if `assertion` is its answer to what has to come back by `state`.
    pub(super) fn verify(
        &self,
        state: &[u8],
        assertion: &DiscoverableAuthentication16,
        passkey: &Passkey,
    ) -> Result<PasskeyUse, Refusal> {
        let state =
            DiscoverableAuthenticationServerState::decode(state).map_err(|error| Refusal::because(&error))?;
        if passkey.format != FORMAT {
            return Err(Refusal::because("its public key was written by another version"));
        }
        let public_key =
            StaticState::decode(&passkey.public_key).map_err(|error| Refusal::because(&error))?;
        let Ok(handle) = UserHandle16::decode(passkey.account_id.as_uuid().into_bytes());
        let last = last_seen(passkey)?;
        let mut credential = AuthenticatedCredential::new(assertion.raw_id(), &handle, public_key, last)
            .map_err(|error| Refusal::because(&error))?;
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &[self.origin.as_str()],
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        state.verify(&self.id, assertion, &mut credential, &options).map_err(|error| Refusal {
            is_copied: matches!(error, AuthCeremonyErr::SignatureCounter),
            ..Refusal::because(&error)
        })?;
        let now = credential.dynamic_state();
        Ok(PasskeyUse { sign_count: now.sign_count.into(), backed_up: now.backup == Backup::Exists })
    }
}

impl Begun {
    fn new(challenge: u128, state: Vec<u8>, options: &impl Serialize) -> Result<Self, Problem> {
        let options = serde_json::to_value(options).map_err(Problem::internal)?;
        Ok(Self { challenge, state, options })
    }
}

impl Refusal {
    pub(super) fn because(reason: &(impl ToString + ?Sized)) -> Self {
        Self { reason: reason.to_string(), is_copied: false }
    }
}

/// The account as its passkeys name it: by its identifier, which tells nobody who it is.
fn user_handle(account: &Account) -> UserHandle16 {
    let Ok(handle) = UserHandle16::decode(account.id.as_uuid().into_bytes());
    handle
}

/// What a browser knows `passkey` again by, so that a device is not given a second one for the same account.
fn descriptor(passkey: Passkey) -> Option<PublicKeyCredentialDescriptor<Vec<u8>>> {
    let id = CredentialId::<Vec<u8>>::decode(passkey.credential_id).ok()?;
    let transports = AuthTransports::decode(u8::try_from(passkey.transports).ok()?).ok()?;
    Some(PublicKeyCredentialDescriptor { id, transports })
}

/// What was known of `passkey` after its last use.
fn last_seen(passkey: &Passkey) -> Result<DynamicState, Refusal> {
    Ok(DynamicState {
        // None was added without.
        user_verified: true,
        backup: match (passkey.backup_eligible, passkey.backed_up) {
            (false, _) => Backup::NotEligible,
            (true, false) => Backup::Eligible,
            (true, true) => Backup::Exists,
        },
        sign_count: u32::try_from(passkey.sign_count).map_err(|error| Refusal::because(&error))?,
        authenticator_attachment: AuthenticatorAttachment::None,
    })
}
