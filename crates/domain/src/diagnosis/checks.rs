//! The checks of each endpoint, in the order in which they are made. Which refusals a check causes stands in their rows.
use super::check::{Check, checks};

/// Client authentication: before anything else at every endpoint that requires it (`oauth::client_authentication`).
pub const CLIENT: &[Check] = checks! {
    "check-client-parameters", "No parameter is repeated, and no secret is in the URL";
    "check-client-one-method", "The client's credentials are readable and sent in one way only";
    "check-assertion-sent", "The client assertion is a JWT, and sent with its type";
    "check-assertion-client", "iss and sub of the client assertion are the client_id";
    "check-client-attempts", "There were not too many failed attempts before";
    "check-client-known", "The client exists";
    "check-client-credentials", "The client sent its secret or a client assertion";
    "check-client-secret", "The secret is one of the client's live secrets";
    "check-client-enabled", "The client is enabled";
    "check-client-method", "The secret came in the way that the client registered";
    "check-assertion-registered", "The client is registered for private_key_jwt";
    "check-assertion-keys", "The client's keys can be fetched and used";
    "check-assertion-header", "The header of the client assertion is supported";
    "check-assertion-key", "The client has a key with this kid and algorithm";
    "check-assertion-signature", "The signature of the client assertion is right";
    "check-assertion-audience", "The aud of the client assertion is the issuer";
    "check-assertion-time", "The client assertion is valid now";
    "check-assertion-once", "The client assertion has a jti that was not used before";
};

/// The checks of [`CLIENT`] that only concern clients with a secret, and those that only concern clients with keys.
pub const OF_SECRETS: &[&str] = &["check-client-attempts", "check-client-secret", "check-client-method"];
pub const OF_ASSERTIONS: &[&str] = &[
    "check-assertion-sent",
    "check-assertion-client",
    "check-assertion-registered",
    "check-assertion-keys",
    "check-assertion-header",
    "check-assertion-key",
    "check-assertion-signature",
    "check-assertion-audience",
    "check-assertion-time",
    "check-assertion-once",
];

/// `Callback::establish`, then the rules of `AuthorizationRequest::validate` (one check per rule, named after it), then
/// the returned page, then `decide`.
pub const AUTHORIZATION: &[Check] = checks! {
    "check-client-id", "The client_id names an application";
    "check-client-active", "The application is enabled";
    "check-answer-once", "client_id, redirect_uri, response_mode and state come once";
    "check-redirect-uri", "The redirect_uri is one that the application registered";
    "check-response-mode", "The response_mode is known";
    "check-parameters-once", "No other parameter is repeated";
    "check-no-request-object", "The parameters come in the request itself";
    "check-response-type", "The response_type is code";
    "check-grant-allowed", "The application may use the authorization_code grant";
    "check-scope", "The scopes exist and are open to the app";
    "check-pkce", "PKCE is used with S256 where it is required";
    "check-prompt", "The prompt is known";
    "check-max-age", "max_age is a number";
    "check-claims", "The claims parameter is readable";
    "check-sub-type", "The sub_type is known";
    "check-workspace", "The workspace is an id";
    "check-resource", "Every resource exists";
    "check-id-token-hint", "The id_token_hint is an ID token of this application";
    "check-hints", "state and nonce are short enough";
    "check-page", "The page that came back is this browser's, and fresh";
    "check-signed-in", "Somebody is signed in";
    "check-sign-in-age", "The sign-in is recent enough";
    "check-hinted-user", "The person signed in is the one asked for";
    "check-personal-token", "The personal access token has one of the scopes";
    "check-user-allowed", "The person may use the application";
    "check-acr", "The authentication asked for is available";
    "check-membership", "The person belongs to the workspace asked for, or to any";
    "check-workspace-lets-in", "The workspace lets the application in";
    "check-workspace-choice", "It is clear which workspace is meant";
    "check-consent", "The person agreed before, where no page may be shown";
    "check-page-user", "The answer comes from whom the page was shown to";
    "check-user-decision", "The person allowed it";
    "check-page-device", "The device still waits for the answer";
};

/// The token endpoint, until the grant type is known.
pub const TOKEN: &[Check] = checks! {
    "check-grant-type", "The grant_type is sent and known";
    "check-grant-registered", "The client is registered for this grant type";
};

/// For every request: the server was able to do it.
pub const ANSWER: &[Check] = checks! {
    "check-server", "The server could do its part";
};

/// `token/authorization_code`.
pub const CODE: &[Check] = checks! {
    "check-code-sent", "A code is sent";
    "check-code-valid", "The code is one of this server";
    "check-code-client", "The code was issued to this client";
    "check-code-expiry", "The code has not expired";
    "check-code-redirect-uri", "The redirect_uri is the one of the authorization request";
    "check-code-verifier", "The code_verifier fits the code_challenge";
    "check-code-resource", "Every resource was part of the authorization";
    "check-code-user", "The person is still there, and in the workspace";
    "check-workspace-lets-in", "The workspace lets the application in";
    "check-code-consent", "The person did not take the permission back";
    "check-code-personal-token", "The personal access token that allowed it is still valid";
    "check-code-first-use", "The code is used for the first time";
};

/// `token/refresh_token`.
pub const REFRESH: &[Check] = checks! {
    "check-refresh-sent", "A refresh token is sent";
    "check-refresh-valid", "The refresh token is one of this server";
    "check-refresh-client", "The refresh token was issued to this client";
    "check-refresh-alive", "The authorization is alive";
    "check-refresh-scope", "The scopes are within what was granted";
    "check-refresh-resource", "Every resource was part of the authorization";
    "check-refresh-live", "The refresh token is the live one";
};

/// `token/client_credentials`.
pub const MACHINE: &[Check] = checks! {
    "check-machine-confidential", "The client is confidential";
    "check-machine-vouched", "The client belongs to a workspace or to the operator";
    "check-machine-scope", "The scopes are registered and open to machines, and none needs a person";
    "check-machine-resource", "Every resource exists";
};

/// `oauth::device`: the request that a device starts with.
pub const DEVICE_REQUEST: &[Check] = checks! {
    "check-device-grant", "The client is registered for the device grant";
    "check-parameters-once", "No other parameter is repeated";
    "check-scope", "The scopes exist and are open to the app";
    "check-sub-type", "The sub_type is known";
    "check-resource", "Every resource exists";
    "check-device-rate", "Not too many devices asked from this address";
};

/// `token/device_code`.
pub const DEVICE: &[Check] = checks! {
    "check-device-sent", "A device code is sent";
    "check-device-valid", "The device code is one of this server";
    "check-device-client", "The device code was issued to this client";
    "check-device-first-use", "The device code is used for the first time";
    "check-device-decision", "The person allowed it";
    "check-device-expiry", "The device code has not expired";
    "check-device-pace", "The device waits long enough between two requests";
    "check-device-decided", "The person has decided";
    "check-device-resource", "Every resource was part of the authorization";
    "check-code-user", "The person is still there, and in the workspace";
    "check-workspace-lets-in", "The workspace lets the application in";
    "check-code-consent", "The person did not take the permission back";
};

pub const INTROSPECTION: &[Check] = checks! {
    "check-token-sent", "A token is sent";
    "check-token-alive", "The token is alive";
    "check-token-own", "The token was issued to this client";
};

pub const REVOCATION: &[Check] = checks! {
    "check-token-sent", "A token is sent";
    "check-token-own", "The token was issued to this client";
};

pub const USERINFO: &[Check] = checks! {
    "check-token-sent", "A token is sent";
    "check-token-once", "The token is sent once";
    "check-token-alive", "The token is alive";
    "check-token-audience", "The token is for this server";
    "check-token-openid", "The token carries the openid scope";
};

/// `clients::registration` (RFC 7591, RFC 7592).
pub const REGISTRATION: &[Check] = checks! {
    "check-registration-open", "The caller may register applications";
    "check-registration-rate", "Not too many were registered from this address";
    "check-registration-token", "The registration access token is the application's";
    "check-registration-read", "The application is as it was read";
    "check-metadata", "The metadata is acceptable";
    "check-registration-unchanged", "Nobody changed the application at the same time";
};

/// `clients::manage` and `clients::change`: the management APIs and pages.
pub const MANAGEMENT: &[Check] = checks! {
    "check-management-scope", "The credential carries the scope";
    "check-management-client", "The application exists";
    "check-management-role", "The caller's role allows it";
    "check-management-request", "The request makes sense";
    "check-management-revision", "The application is as it was read";
    "check-metadata", "The metadata is acceptable";
    "check-management-possible", "What it is about is there";
};
