//! The published documents.
use utoipa::ToSchema;

/// What the server is and does (OpenID Connect Discovery §3, RFC 8414 §2). Every member is true of this very server.
#[derive(ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the specifications have one a feature")]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: String,
    device_authorization_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    /// Where registration is switched on.
    #[schema(nullable = false)]
    registration_endpoint: Option<String>,
    scopes_supported: Vec<String>,
    response_types_supported: Vec<String>,
    response_modes_supported: Vec<String>,
    grant_types_supported: Vec<String>,
    subject_types_supported: Vec<String>,
    id_token_signing_alg_values_supported: Vec<String>,
    token_endpoint_auth_methods_supported: Vec<String>,
    revocation_endpoint_auth_methods_supported: Vec<String>,
    introspection_endpoint_auth_methods_supported: Vec<String>,
    token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    code_challenge_methods_supported: Vec<String>,
    prompt_values_supported: Vec<String>,
    display_values_supported: Vec<String>,
    claim_types_supported: Vec<String>,
    claims_supported: Vec<String>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    authorization_response_iss_parameter_supported: bool,
    ui_locales_supported: Vec<String>,
    #[schema(nullable = false)]
    op_tos_uri: Option<String>,
    #[schema(nullable = false)]
    op_policy_uri: Option<String>,
}

/// The public signing keys (RFC 7517 §5): next, active and retired ones.
#[derive(ToSchema)]
pub struct KeySet {
    keys: Vec<PublicKey>,
}

/// A public key (RFC 7517 §4).
#[derive(ToSchema)]
pub struct PublicKey {
    kty: String,
    kid: String,
    alg: String,
    /// Always `sig`.
    r#use: String,
    /// Of RSA keys.
    #[schema(nullable = false)]
    n: Option<String>,
    /// Of RSA keys.
    #[schema(nullable = false)]
    e: Option<String>,
    /// Of keys on a curve.
    #[schema(nullable = false)]
    crv: Option<String>,
    /// Of keys on a curve.
    #[schema(nullable = false)]
    x: Option<String>,
    /// Of keys on a curve that needs it.
    #[schema(nullable = false)]
    y: Option<String>,
}
