//! What registration supports: known metadata members, limits, and a record of what was dropped.
use crate::clients::SubType;
use crate::clients::keys::{JWKS, JWKS_URI, SIGNING_ALG};
use crate::platform::outbound::Reach;
use crate::platform::text::is_legible;

pub(super) const METHOD: &str = "token_endpoint_auth_method";

const DAY: i64 = 24 * 60 * 60;

/// Maximum token lifetimes that an owner may set, in seconds.
pub const LONGEST: [(&str, i64); 3] = [
    ("access_token_lifetime_seconds", LONGEST_SIGNED),
    ("id_token_lifetime_seconds", LONGEST_SIGNED),
    ("refresh_token_lifetime_seconds", 3650 * DAY),
];

/// Maximum lifetime of a signed token, in seconds, regardless of client and server settings.
pub const LONGEST_SIGNED: i64 = 30 * DAY;

/// Members that are not defined by any standard. A replacement that omits one keeps its value.
pub const OWN_MEMBERS: [&str; 6] =
    ["default_sub_type", "access_token_format", "require_pkce", LONGEST[0].0, LONGEST[1].0, LONGEST[2].0];

/// All other known members, including those of responses that a client may send back.
const KNOWN_MEMBERS: [&str; 28] = [
    "client_id",
    "client_id_issued_at",
    "client_secret",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
    "client_name",
    "redirect_uris",
    "post_logout_redirect_uris",
    METHOD,
    JWKS,
    JWKS_URI,
    SIGNING_ALG,
    "grant_types",
    "response_types",
    "scope",
    "application_type",
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "contacts",
    "software_id",
    "software_version",
    "subject_type",
    "id_token_signed_response_alg",
    "default_max_age",
    "require_auth_time",
];

/// Members that protect the client. They are refused rather than dropped, which would leave the client weaker than it
/// asked to be.
pub(super) const PROTECTING: [&str; 17] = [
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "userinfo_signed_response_alg",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "authorization_signed_response_alg",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "introspection_signed_response_alg",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
];

/// Whether a member is known.
pub(super) fn is_known(name: &str) -> bool {
    KNOWN_MEMBERS.contains(&name) || OWN_MEMBERS.contains(&name) || PROTECTING.contains(&name)
}

/// What the server supports for the client whose metadata is read.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'t> {
    /// For metadata that names no `default_sub_type`.
    pub default_sub_type: SubType,
    /// Private-use schemes that need no dot.
    pub private_schemes: &'t [String],
    /// Where `jwks_uri` may lead.
    pub reach: Reach,
    /// Drop what is unknown or unavailable (RFC 7591 §3.2.1). For people who manage a client it is refused instead, so
    /// that they see which field is wrong.
    pub narrow: bool,
    /// Maximum lifetimes, in the order of [`LONGEST`].
    pub longest: [i64; 3],
}

impl<'t> Terms<'t> {
    /// For a client managed by people.
    pub fn managed(default_sub_type: SubType, private_schemes: &'t [String]) -> Self {
        let (reach, longest) = (Reach::Public, LONGEST.map(|(_, most)| most));
        Self { default_sub_type, private_schemes, reach, narrow: false, longest }
    }
}

/// What was dropped, for the owner to see: members, each with the value at fault if it is one of several.
#[derive(Debug, Default)]
pub(super) struct Dropped(pub(super) Vec<String>);

impl Dropped {
    const MOST: usize = 20;
    const LONGEST: usize = 200;

    pub(super) fn note(&mut self, text: &str) {
        if self.0.len() < Self::MOST && is_legible(text) {
            self.0.push(text.chars().take(Self::LONGEST).collect());
        }
    }
    pub(super) fn value(&mut self, member: &str, value: &str) {
        self.note(&format!("{member}: {value}"));
    }
}
