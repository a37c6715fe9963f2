//! Credentials as browsers write them in JSON (`WebAuthn` §5.1.8 and §5.1.9), for the document. The library reads them.

use utoipa::ToSchema;

/// Bytes in base64url without padding. The bits that the last character has to spare are zero.
#[derive(ToSchema)]
#[schema(pattern = "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$")]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) struct Base64Url(String);

/// What a device calls a passkey: 16 to 1023 bytes in base64url.
#[derive(ToSchema)]
#[schema(
    min_length = 22,
    max_length = 1364,
    pattern = "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$"
)]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) struct CredentialId(String);

/// What kind of credential it is. There is one.
#[derive(ToSchema)]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) enum CredentialType {
    #[schema(rename = "public-key")]
    PublicKey,
}

/// Whether the device is built in.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) enum Attachment {
    Platform,
    CrossPlatform,
}

/// How a browser reaches a device.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) enum Transport {
    Ble,
    Hybrid,
    Internal,
    Nfc,
    SmartCard,
    Usb,
}

/// What `navigator.credentials.get` came to, as its `toJSON` writes it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) struct SignedCredential {
    id: CredentialId,
    /// The same as `id`.
    raw_id: Option<CredentialId>,
    r#type: Option<CredentialType>,
    response: SignedResponse,
    authenticator_attachment: Option<Attachment>,
    /// What came of extensions. None is asked for.
    #[schema(value_type = Option<Object>)]
    client_extension_results: Option<()>,
}

/// What the device has signed.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) struct SignedResponse {
    /// JSON, as bytes: what was asked, and by which page.
    #[schema(rename = "clientDataJSON")]
    client_data_json: Base64Url,
    authenticator_data: Base64Url,
    signature: Base64Url,
    /// The account: the 16 bytes of its identifier.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    user_handle: String,
}

/// What `navigator.credentials.create` came to, as its `toJSON` writes it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) struct MadeCredential {
    id: Option<CredentialId>,
    /// The same as `id`.
    raw_id: Option<CredentialId>,
    r#type: Option<CredentialType>,
    response: MadeResponse,
    authenticator_attachment: Option<Attachment>,
    /// What came of extensions.
    #[schema(value_type = Option<Object>)]
    client_extension_results: Option<()>,
}

/// What the device has made.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "declared for the document")]
pub(crate) struct MadeResponse {
    /// JSON, as bytes: what was asked, and by which page.
    #[schema(rename = "clientDataJSON")]
    client_data_json: Base64Url,
    /// CBOR, as bytes: the public key, and what the device says of itself.
    attestation_object: Base64Url,
    /// By which ways the device can be reached.
    transports: Option<Vec<Transport>>,
    /// The same as in `attestationObject`, and so are the next two.
    authenticator_data: Option<Base64Url>,
    public_key: Option<Base64Url>,
    public_key_algorithm: Option<i64>,
}
