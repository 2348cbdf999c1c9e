//! Dynamic registration.
use super::applications::ClientKeySet;
use super::oauth::SubType;
use utoipa::ToSchema;

/// The metadata of a client (RFC 7591 §2). What the server does not know or cannot offer is dropped: the answer says what
/// was registered. `null` counts as left out.
#[derive(ToSchema)]
#[schema(example = json!({
    "client_name": "Ledger Sync", "redirect_uris": ["https://ledger.example/callback"],
    "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "client_secret_basic",
    "scope": "openid profile"
}))]
pub struct ClientMetadata {
    /// 1 to 100 characters, none of them invisible.
    #[schema(max_length = 100)]
    client_name: Option<String>,
    /// Needed for the grant type `authorization_code`.
    #[schema(max_items = 32)]
    redirect_uris: Option<Vec<String>>,
    #[schema(max_items = 32)]
    post_logout_redirect_uris: Option<Vec<String>>,
    /// `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`. Without it a client may use either of the
    /// first two.
    token_endpoint_auth_method: Option<String>,
    /// For `private_key_jwt`: the public keys (RFC 7517 §5), or their address in `jwks_uri`.
    jwks: Option<ClientKeySet>,
    /// For `private_key_jwt`: an https URL that answers with the public keys.
    #[schema(max_length = 2048)]
    jwks_uri: Option<String>,
    /// For `private_key_jwt`: the only algorithm that assertions may be signed with.
    token_endpoint_auth_signing_alg: Option<String>,
    /// `authorization_code` unless others are named.
    #[schema(max_items = 32)]
    grant_types: Option<Vec<String>>,
    /// `code`, or nothing.
    #[schema(max_items = 32)]
    response_types: Option<Vec<String>>,
    /// The scopes that the client will ask for, separated by spaces.
    scope: Option<String>,
    /// `web` or `native`.
    application_type: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    tos_uri: Option<String>,
    policy_uri: Option<String>,
    #[schema(max_items = 32)]
    contacts: Option<Vec<String>>,
    software_id: Option<String>,
    software_version: Option<String>,
    /// What tokens speak for when the authorization request does not say.
    default_sub_type: Option<String>,
    /// `public`.
    subject_type: Option<String>,
    id_token_signed_response_alg: Option<String>,
    /// Seconds.
    #[schema(minimum = 0)]
    default_max_age: Option<i64>,
    require_auth_time: Option<bool>,
    /// `opaque` or `jwt`.
    access_token_format: Option<String>,
    /// Whether the client must use PKCE although it has a secret.
    require_pkce: Option<bool>,
    /// Whether the ID token carries the claims of the scopes `profile` and `email`, too. As the server is set, where it is
    /// left out.
    id_token_claims: Option<bool>,
    /// Seconds; at most as long as the server has it, unless the client belongs to a person or workspace.
    #[schema(minimum = 1)]
    access_token_lifetime_seconds: Option<i64>,
    /// Seconds.
    #[schema(minimum = 1)]
    id_token_lifetime_seconds: Option<i64>,
    /// Seconds.
    #[schema(minimum = 1)]
    refresh_token_lifetime_seconds: Option<i64>,
}

/// A client as it is registered (RFC 7591 §3.2.1).
#[derive(ToSchema)]
pub struct RegisteredClient {
    client_id: String,
    /// Seconds since 1970.
    #[schema(read_only)]
    client_id_issued_at: i64,
    /// Shown when it is made, and never again.
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// 0: never. Beside a secret alone.
    #[schema(nullable = false, read_only)]
    client_secret_expires_at: Option<i64>,
    /// For `registration_client_uri`.
    #[schema(nullable = false, read_only)]
    registration_access_token: Option<String>,
    #[schema(nullable = false, read_only)]
    registration_client_uri: Option<String>,
    client_name: String,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    token_endpoint_auth_method: String,
    #[schema(nullable = false)]
    jwks: Option<ClientKeySet>,
    #[schema(nullable = false)]
    jwks_uri: Option<String>,
    #[schema(nullable = false)]
    token_endpoint_auth_signing_alg: Option<String>,
    grant_types: Vec<String>,
    response_types: Vec<String>,
    scope: String,
    application_type: String,
    #[schema(nullable = false)]
    client_uri: Option<String>,
    #[schema(nullable = false)]
    logo_uri: Option<String>,
    #[schema(nullable = false)]
    tos_uri: Option<String>,
    #[schema(nullable = false)]
    policy_uri: Option<String>,
    contacts: Vec<String>,
    #[schema(nullable = false)]
    software_id: Option<String>,
    #[schema(nullable = false)]
    software_version: Option<String>,
    default_sub_type: SubType,
    subject_type: String,
    id_token_signed_response_alg: String,
    /// Seconds.
    #[schema(nullable = false)]
    default_max_age: Option<i64>,
    require_auth_time: bool,
    access_token_format: String,
    require_pkce: bool,
    #[schema(nullable = false)]
    id_token_claims: Option<bool>,
    #[schema(nullable = false)]
    access_token_lifetime_seconds: Option<i64>,
    #[schema(nullable = false)]
    id_token_lifetime_seconds: Option<i64>,
    #[schema(nullable = false)]
    refresh_token_lifetime_seconds: Option<i64>,
    /// In the list of the caller's own.
    #[schema(nullable = false, format = DateTime)]
    created_at: Option<String>,
    /// In the list of the caller's own.
    #[schema(nullable = false, format = DateTime)]
    modified_at: Option<String>,
}

/// A page of the caller's own clients.
#[derive(ToSchema)]
pub struct RegisteredClients {
    items: Vec<RegisteredClient>,
    pagination: Pagination,
}

/// How many there are in all.
#[derive(ToSchema)]
pub struct Pagination {
    total_count: i64,
    max_page: i64,
}
