//! The checks of each endpoint, in the order in which they are made.
use super::check::{Check, checks};

/// Client authentication: before anything else at every endpoint that requires it (`oauth::client_authentication`).
pub const CLIENT: &[Check] = checks! {
    "check-client-parameters", "No parameter is repeated, and no secret is in the URL" => ["client_secret_in_query", "parameter_repeated"];
    "check-client-one-method", "The client's credentials are readable and sent in one way only" => [
        "two_client_authentication_methods", "client_authentication_malformed",
    ];
    "check-assertion-sent", "The client assertion is a JWT, and sent with its type" => [
        "client_assertion_incomplete", "client_assertion_type_unsupported", "client_assertion_malformed",
    ];
    "check-assertion-client", "iss and sub of the client assertion are the client_id" => [
        "client_assertion_subject_wrong", "client_assertion_issuer_wrong",
    ];
    "check-client-attempts", "There were not too many failed attempts before" => ["client_authentication_slowed_down"];
    "check-client-known", "The client exists" => ["client_unknown"];
    "check-client-credentials", "The client sent its secret or a client assertion" => ["client_authentication_missing"];
    "check-client-secret", "The secret is one of the client's live secrets" => ["client_secret_wrong", "client_secret_of_client_with_keys"];
    "check-client-enabled", "The client is enabled" => ["client_disabled"];
    "check-client-method", "The secret came in the way that the client registered" => ["client_authentication_method_not_registered"];
    "check-assertion-registered", "The client is registered for private_key_jwt" => ["client_without_keys"];
    "check-assertion-keys", "The client's keys can be fetched and used" => ["client_keys_unreachable", "client_keys_invalid"];
    "check-assertion-header", "The header of the client assertion is supported" => [
        "client_assertion_typ_wrong", "client_assertion_crit_unsupported", "client_assertion_algorithm_not_accepted",
    ];
    "check-assertion-key", "The client has a key with this kid and algorithm" => ["client_assertion_key_unknown"];
    "check-assertion-signature", "The signature of the client assertion is right" => ["client_assertion_signature_wrong"];
    "check-assertion-audience", "The aud of the client assertion is the issuer" => ["client_assertion_audience_wrong"];
    "check-assertion-time", "The client assertion is valid now" => [
        "client_assertion_without_expiry", "client_assertion_expired", "client_assertion_lives_too_long",
        "client_assertion_not_yet_valid",
    ];
    "check-assertion-once", "The client assertion has a jti that was not used before" => [
        "client_assertion_jti_missing", "client_assertion_replayed",
    ];
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
    "check-client-id", "The client_id names an application" => ["client_id_missing", "client_unknown"];
    "check-client-active", "The application is enabled" => ["client_disabled"];
    "check-answer-once", "client_id, redirect_uri, response_mode and state come once" => ["answer_parameter_repeated"];
    "check-redirect-uri", "The redirect_uri is one that the application registered" => ["redirect_uri_missing", "redirect_uri_not_registered"];
    "check-response-mode", "The response_mode is known" => ["response_mode_unknown"];
    "check-parameters-once", "No other parameter is repeated" => ["parameter_repeated"];
    "check-no-request-object", "The parameters come in the request itself" => ["request_object", "request_uri"];
    "check-response-type", "The response_type is code" => ["response_type_missing", "response_type_unsupported"];
    "check-grant-allowed", "The application may use the authorization_code grant" => ["client_without_authorization_code"];
    "check-scope", "The scopes exist and are open to the app" => ["scope_malformed", "scope_unknown", "scope_not_registered", "scope_awaits_review"];
    "check-pkce", "PKCE is used with S256 where it is required" => [
        "code_challenge_missing", "code_challenge_method_unsupported", "code_challenge_malformed",
    ];
    "check-prompt", "The prompt is known" => ["prompt_unknown", "prompt_none_with_others"];
    "check-max-age", "max_age is a number" => ["max_age_malformed"];
    "check-claims", "The claims parameter is readable" => ["claims_malformed"];
    "check-sub-type", "The sub_type is known" => ["sub_type_unknown"];
    "check-workspace", "The workspace is an id" => ["workspace_malformed"];
    "check-resource", "Every resource exists" => ["resource_unknown"];
    "check-id-token-hint", "The id_token_hint is an ID token of this application" => ["id_token_hint_invalid"];
    "check-hints", "state and nonce are short enough" => ["parameter_too_long"];
    "check-page", "The page that came back is this browser's, and fresh" => [
        "interaction_unknown", "interaction_of_another_browser", "interaction_expired",
    ];
    "check-signed-in", "Somebody is signed in" => ["login_required"];
    "check-sign-in-age", "The sign-in is recent enough" => ["max_age_exceeded"];
    "check-hinted-user", "The person signed in is the one asked for" => ["id_token_hint_of_another_user"];
    "check-personal-token", "The personal access token has one of the scopes" => ["scope_beyond_personal_token"];
    "check-user-allowed", "The person may use the application" => ["user_not_in_allowed_user_ids"];
    "check-acr", "The authentication asked for is available" => ["acr_unmet"];
    "check-membership", "The person belongs to the workspace asked for, or to any" => ["workspace_not_a_membership", "user_without_workspace"];
    "check-workspace-lets-in", "The workspace lets the application in" => ["workspace_policy_forbids_client"];
    "check-workspace-choice", "It is clear which workspace is meant" => ["workspace_choice_required", "workspace_not_chosen"];
    "check-consent", "The person agreed before, where no page may be shown" => ["consent_not_reused_for_unproven_client", "consent_required"];
    "check-page-user", "The answer comes from whom the page was shown to" => [
        "interaction_without_session", "interaction_of_another_user", "interaction_without_question",
    ];
    "check-user-decision", "The person allowed it" => ["user_denied"];
    "check-page-device", "The device still waits for the answer" => ["device_settled"];
};

/// The token endpoint, until the grant type is known.
pub const TOKEN: &[Check] = checks! {
    "check-grant-type", "The grant_type is sent and known" => ["grant_type_missing", "grant_type_unknown"];
    "check-grant-registered", "The client is registered for this grant type" => ["grant_type_not_registered"];
};

/// For every request: the server was able to do it.
pub const ANSWER: &[Check] = checks! {
    "check-server", "The server could do its part" => ["fault"];
};

/// `token/authorization_code`.
pub const CODE: &[Check] = checks! {
    "check-code-sent", "A code is sent" => ["code_missing"];
    "check-code-valid", "The code is one of this server" => ["code_unknown"];
    "check-code-client", "The code was issued to this client" => ["code_of_another_client"];
    "check-code-expiry", "The code has not expired" => ["code_expired"];
    "check-code-redirect-uri", "The redirect_uri is the one of the authorization request" => ["redirect_uri_mismatch"];
    "check-code-verifier", "The code_verifier fits the code_challenge" => [
        "code_verifier_missing", "code_verifier_unexpected", "code_verifier_malformed", "code_verifier_mismatch",
    ];
    "check-code-resource", "Every resource was part of the authorization" => ["resource_not_granted"];
    "check-code-user", "The person is still there, and in the workspace" => ["user_disabled", "membership_lost"];
    "check-workspace-lets-in", "The workspace lets the application in" => ["workspace_policy_forbids_client"];
    "check-code-consent", "The person did not take the permission back" => ["consent_revoked"];
    "check-code-personal-token", "The personal access token that allowed it is still valid" => ["personal_token_ended"];
    "check-code-first-use", "The code is used for the first time" => ["code_replayed"];
};

/// `token/refresh_token`.
pub const REFRESH: &[Check] = checks! {
    "check-refresh-sent", "A refresh token is sent" => ["refresh_token_missing"];
    "check-refresh-valid", "The refresh token is one of this server" => ["refresh_token_unknown"];
    "check-refresh-client", "The refresh token was issued to this client" => ["refresh_token_of_another_client"];
    "check-refresh-alive", "The authorization is alive" => [
        "grant_revoked", "grant_ended_after_replay", "grant_expired", "user_disabled", "client_disabled", "membership_lost",
        "workspace_policy_forbids_client",
    ];
    "check-refresh-scope", "The scopes are within what was granted" => ["scope_malformed", "scope_beyond_grant"];
    "check-refresh-resource", "Every resource was part of the authorization" => ["resource_not_granted"];
    "check-refresh-live", "The refresh token is the live one" => [
        "refresh_token_voided", "refresh_token_successor_used", "refresh_token_far_behind", "refresh_token_ahead_of_database",
    ];
};

/// `token/client_credentials`.
pub const MACHINE: &[Check] = checks! {
    "check-machine-confidential", "The client is confidential" => ["client_credentials_for_public_client"];
    "check-machine-vouched", "The client belongs to a workspace or to the operator" => ["client_credentials_not_vouched"];
    "check-machine-scope", "The scopes are registered and open to machines, and none needs a person" => [
        "scope_malformed", "scope_not_registered", "scope_needs_a_user", "scope_not_open_to_machines", "scope_awaits_review",
    ];
    "check-machine-resource", "Every resource exists" => ["resource_unknown"];
};

/// `oauth::device`: the request that a device starts with.
pub const DEVICE_REQUEST: &[Check] = checks! {
    "check-device-grant", "The client is registered for the device grant" => ["grant_type_not_registered"];
    "check-parameters-once", "No other parameter is repeated" => ["parameter_repeated"];
    "check-scope", "The scopes exist and are open to the app" => ["scope_malformed", "scope_unknown", "scope_not_registered", "scope_awaits_review"];
    "check-sub-type", "The sub_type is known" => ["sub_type_unknown"];
    "check-resource", "Every resource exists" => ["resource_unknown"];
    "check-device-rate", "Not too many devices asked from this address" => ["device_authorization_slowed_down"];
};

/// `token/device_code`.
pub const DEVICE: &[Check] = checks! {
    "check-device-sent", "A device code is sent" => ["device_code_missing"];
    "check-device-valid", "The device code is one of this server" => ["device_code_unknown"];
    "check-device-client", "The device code was issued to this client" => ["device_code_of_another_client"];
    "check-device-first-use", "The device code is used for the first time" => ["device_code_replayed"];
    "check-device-decision", "The person allowed it" => ["device_denied"];
    "check-device-expiry", "The device code has not expired" => ["device_code_expired"];
    "check-device-pace", "The device waits long enough between two requests" => ["device_polled_too_fast"];
    "check-device-decided", "The person has decided" => ["device_undecided"];
    "check-device-resource", "Every resource was part of the authorization" => ["resource_not_granted"];
    "check-code-user", "The person is still there, and in the workspace" => ["user_disabled", "membership_lost"];
    "check-workspace-lets-in", "The workspace lets the application in" => ["workspace_policy_forbids_client"];
    "check-code-consent", "The person did not take the permission back" => ["consent_revoked"];
};

/// What `grants::access_token::read` checks about a token.
macro_rules! alive {
    ($key:literal) => {
        Check {
            key: $key,
            title: "The token is alive",
            reasons: &[
                "token_inactive",
                "token_unknown",
                "token_expired",
                "grant_unknown",
                "token_revoked",
                "revoked",
                "code_replayed",
                "refresh_token_replayed",
                "consent_revoked",
                "client_deleted",
                "user_not_allowed",
                "signed_out",
                "personal_token_ended",
                "grant_expired",
                "user_disabled",
                "client_disabled",
                "membership_lost",
                "workspace_policy_forbids_client",
                "client_dead",
            ],
        }
    };
}

const TOKEN_SENT: Check = Check { key: "check-token-sent", title: "A token is sent", reasons: &["token_missing"] };
const TOKEN_OWN: Check = Check {
    key: "check-token-own",
    title: "The token was issued to this client",
    reasons: &["token_of_another_client"],
};

pub const INTROSPECTION: &[Check] = &[TOKEN_SENT, alive!("check-token-alive"), TOKEN_OWN];

pub const REVOCATION: &[Check] = &[TOKEN_SENT, TOKEN_OWN];

pub const USERINFO: &[Check] = &[
    TOKEN_SENT,
    Check { key: "check-token-once", title: "The token is sent once", reasons: &["token_sent_twice"] },
    alive!("check-token-alive"),
    Check {
        key: "check-token-audience",
        title: "The token is for this server",
        reasons: &["token_for_another_resource"],
    },
    Check { key: "check-token-openid", title: "The token carries the openid scope", reasons: &["openid_not_granted"] },
];

/// What `Metadata::read` and the catalogue check.
macro_rules! metadata {
    () => {
        Check {
            key: "check-metadata",
            title: "The metadata is acceptable",
            reasons: &[
                "metadata_not_an_object",
                "metadata_member_of_wrong_type",
                "metadata_member_missing",
                "metadata_member_unknown",
                "metadata_member_unsupported",
                "metadata_too_large",
                "client_id_mismatch",
                "client_secret_chosen",
                "client_name_unsafe",
                "description_unsafe",
                "auth_method_unsupported",
                "jwks_missing",
                "jwks_and_jwks_uri",
                "jwks_without_private_key_jwt",
                "jwks_malformed",
                "jwks_with_private_key",
                "jwks_with_weak_key",
                "jwks_without_usable_key",
                "jwks_uri_invalid",
                "auth_signing_alg_unsupported",
                "client_type_contradicts_method",
                "grant_type_unsupported",
                "response_type_unsupported",
                "grant_and_response_types_inconsistent",
                "client_credentials_for_public_client",
                "client_credentials_not_vouched",
                "redirect_uris_missing",
                "redirect_uri_invalid",
                "scope_malformed",
                "scope_unknown",
                "scope_beyond_trust",
                "uri_invalid",
                "signing_alg_unsupported",
                "application_type_unknown",
                "sub_type_unknown",
                "lifetime_out_of_range",
                "user_id_malformed",
            ],
        }
    };
}

/// `clients::registration` (RFC 7591, RFC 7592).
pub const REGISTRATION: &[Check] = &[
    Check {
        key: "check-registration-open",
        title: "The caller may register applications",
        reasons: &["registration_off", "registration_without_sign_in", "initial_access_token_missing_or_wrong"],
    },
    Check {
        key: "check-registration-rate",
        title: "Not too many were registered from this address",
        reasons: &["registration_slowed_down", "registration_repeated"],
    },
    Check {
        key: "check-registration-token",
        title: "The registration access token is the application's",
        reasons: &["registration_token_missing", "registration_token_wrong"],
    },
    Check {
        key: "check-registration-read",
        title: "The application is as it was read",
        reasons: &["client_changed_since_read"],
    },
    metadata!(),
    Check {
        key: "check-registration-unchanged",
        title: "Nobody changed the application at the same time",
        reasons: &["client_changed_meanwhile"],
    },
];

/// `clients::manage` and `clients::change`: the management APIs and pages.
pub const MANAGEMENT: &[Check] = &[
    Check {
        key: "check-management-scope",
        title: "The credential carries the scope",
        reasons: &["credential_lacks_scope"],
    },
    Check { key: "check-management-client", title: "The application exists", reasons: &["client_unknown"] },
    Check {
        key: "check-management-role",
        title: "The caller's role allows it",
        reasons: &["role_too_low", "workspace_not_named", "credential_of_no_person", "person_only", "not_the_operator"],
    },
    Check { key: "check-management-request", title: "The request makes sense", reasons: &["number_out_of_range"] },
    Check {
        key: "check-management-revision",
        title: "The application is as it was read",
        reasons: &["changed_meanwhile"],
    },
    metadata!(),
    Check {
        key: "check-management-possible",
        title: "What it is about is there",
        reasons: &["user_unknown", "public_client_has_no_secret", "secret_unknown", "secrets_too_many"],
    },
];
