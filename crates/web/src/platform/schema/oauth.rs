//! Token, revocation, introspection and userinfo.
use utoipa::ToSchema;

/// What a client asks the token endpoint for. A client that does not use `Authorization: Basic` authenticates with
/// `client_id` and `client_secret` or with `client_assertion` and `client_assertion_type` here; a public client sends its
/// `client_id` alone. Unknown parameters are ignored.
#[derive(ToSchema)]
#[schema(example = json!({"grant_type": "client_credentials", "scope": "contracts:read"}))]
pub struct TokenRequest {
    /// One that the client is registered for.
    grant_type: GrantType,
    /// The authorization code.
    #[schema(nullable = false)]
    code: Option<String>,
    /// The redirect URI of the authorization request, where that named one.
    #[schema(nullable = false)]
    redirect_uri: Option<String>,
    /// The PKCE verifier (RFC 7636).
    #[schema(nullable = false)]
    code_verifier: Option<String>,
    /// The device code (RFC 8628).
    #[schema(nullable = false)]
    device_code: Option<String>,
    /// The refresh token.
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    /// Scopes, separated by spaces: all that were granted, or fewer.
    #[schema(nullable = false)]
    scope: Option<String>,
    /// The API that the token is for (RFC 8707).
    #[schema(nullable = false)]
    resource: Option<String>,
    #[schema(nullable = false)]
    client_id: Option<String>,
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// A JWT that the client signed (RFC 7523): `private_key_jwt`.
    #[schema(nullable = false)]
    client_assertion: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[schema(nullable = false)]
    client_assertion_type: Option<String>,
}

/// What a client has to show for tokens.
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
}

/// What a device asks for (RFC 8628 §3.1). A client authenticates as at the token endpoint.
#[derive(ToSchema)]
pub struct DeviceAuthorizationRequest {
    /// Scopes, separated by spaces; without any, those that the client has by default.
    #[schema(nullable = false)]
    scope: Option<String>,
    /// The API that the tokens are for (RFC 8707).
    #[schema(nullable = false)]
    resource: Option<String>,
    /// What the tokens speak for.
    #[schema(nullable = false)]
    sub_type: Option<SubType>,
    #[schema(nullable = false)]
    client_id: Option<String>,
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// A JWT that the client signed (RFC 7523): `private_key_jwt`.
    #[schema(nullable = false)]
    client_assertion: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[schema(nullable = false)]
    client_assertion_type: Option<String>,
}

/// What a device shows, and what it polls with (RFC 8628 §3.2).
#[derive(serde::Serialize, ToSchema)]
pub struct DeviceAuthorizationAnswer<'a> {
    /// For the token endpoint alone; a secret.
    pub device_code: &'a str,
    /// To be shown to the person.
    pub user_code: String,
    /// Where the person enters it.
    pub verification_uri: String,
    /// The same with the code in it, as for a picture that is scanned.
    pub verification_uri_complete: String,
    /// Seconds.
    pub expires_in: i64,
    /// Seconds between two requests at the token endpoint, at least.
    pub interval: i64,
}

/// Tokens (RFC 6749 §5.1).
#[derive(ToSchema)]
pub struct TokenAnswer {
    access_token: String,
    /// Always `Bearer`.
    token_type: String,
    /// Seconds.
    expires_in: i64,
    /// The scopes that were granted, separated by spaces.
    scope: String,
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    /// Where `openid` was granted.
    #[schema(nullable = false)]
    id_token: Option<String>,
}

/// The token that is no longer wanted (RFC 7009 §2.1).
#[derive(ToSchema)]
pub struct RevocationRequest {
    #[schema(min_length = 1)]
    token: String,
    /// `access_token` or `refresh_token`; not needed.
    #[schema(nullable = false)]
    token_type_hint: Option<String>,
    #[schema(nullable = false)]
    client_id: Option<String>,
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// A JWT that the client signed (RFC 7523): `private_key_jwt`.
    #[schema(nullable = false)]
    client_assertion: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[schema(nullable = false)]
    client_assertion_type: Option<String>,
}

/// An empty object.
#[derive(ToSchema)]
pub struct Nothing {}

/// The token that a resource server received (RFC 7662 §2.1).
#[derive(ToSchema)]
pub struct IntrospectionRequest {
    #[schema(min_length = 1)]
    token: String,
    #[schema(nullable = false)]
    token_type_hint: Option<String>,
    #[schema(nullable = false)]
    client_id: Option<String>,
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// A JWT that the client signed (RFC 7523): `private_key_jwt`.
    #[schema(nullable = false)]
    client_assertion: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[schema(nullable = false)]
    client_assertion_type: Option<String>,
}

/// What the server knows of the token (RFC 7662 §2.2). Of one that is not active it says nothing else.
#[derive(ToSchema)]
pub struct IntrospectionAnswer {
    active: bool,
    #[schema(nullable = false)]
    scope: Option<String>,
    #[schema(nullable = false)]
    client_id: Option<String>,
    /// `Bearer`, or `refresh_token`.
    #[schema(nullable = false)]
    token_type: Option<String>,
    /// Seconds since 1970.
    #[schema(nullable = false)]
    exp: Option<i64>,
    /// Seconds since 1970.
    #[schema(nullable = false)]
    iat: Option<i64>,
    #[schema(nullable = false)]
    sub: Option<String>,
    #[schema(nullable = false)]
    aud: Option<Audience>,
    #[schema(nullable = false)]
    iss: Option<String>,
    #[schema(nullable = false)]
    jti: Option<String>,
    /// What the token speaks for; absent for a client's own tokens.
    #[schema(nullable = false)]
    sub_type: Option<SubType>,
    /// The workspace.
    #[schema(nullable = false)]
    tenant_id: Option<String>,
    /// The person's roles in the workspace.
    #[schema(nullable = false)]
    roles: Option<Vec<String>>,
    /// When the person signed in, in seconds since 1970.
    #[schema(nullable = false)]
    auth_time: Option<i64>,
    /// The person who authorized a workspace's token, for resources that are set up to see it.
    #[schema(nullable = false)]
    authorized_by: Option<String>,
}

/// One audience, or several.
#[derive(serde::Serialize, ToSchema)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What a token speaks for.
#[derive(serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubType {
    Workspace,
    User,
}

/// The token, where it is not in the header (RFC 6750 §2.2).
#[derive(ToSchema)]
pub struct UserinfoRequest {
    #[schema(nullable = false)]
    access_token: Option<String>,
}

/// Claims about the person (OpenID Connect Core §5.3.2), as far as the token's scopes open them; or about a workspace.
#[derive(ToSchema)]
pub struct UserinfoAnswer {
    /// The person; the workspace for an API key.
    sub: String,
    /// What the access token speaks for.
    sub_type: SubType,
    #[schema(nullable = false)]
    name: Option<String>,
    #[schema(nullable = false)]
    locale: Option<String>,
    /// The time zone, such as `Europe/Berlin`.
    #[schema(nullable = false)]
    zoneinfo: Option<String>,
    /// Seconds since 1970.
    #[schema(nullable = false)]
    updated_at: Option<i64>,
    #[schema(nullable = false)]
    email: Option<String>,
    #[schema(nullable = false)]
    email_verified: Option<bool>,
    /// The id of the workspace in which the person uses the client. Absent where they left it.
    #[schema(nullable = false)]
    tenant_id: Option<String>,
    /// The roles in that workspace.
    #[schema(nullable = false)]
    roles: Option<Vec<String>>,
    /// That workspace.
    #[schema(nullable = false)]
    workspace: Option<UserinfoWorkspace>,
}

/// A workspace by id and name.
#[derive(ToSchema)]
pub struct UserinfoWorkspace {
    id: String,
    name: String,
}
