//! Reads single members of metadata, and says what is wrong with them.
use super::terms::{Dropped, is_known};
use crate::platform::advice;
use serde_json::{Map, Value};

crate::platform::refusal::refusals! {
    /// Why metadata cannot be registered.
    pub enum MetadataRefusal {
        NotAnObject => InvalidClientMetadata, "metadata_not_an_object", "The request body must be a JSON object.",
            check "check-metadata", advice "Send a JSON object, with Content-Type: application/json.";
        Type => InvalidClientMetadata, "metadata_member_of_wrong_type", "A field of the metadata has the wrong JSON type.",
            check "check-metadata", advice "Correct the JSON type of the field: lists are lists, numbers are numbers.";
        Missing => InvalidClientMetadata, "metadata_member_missing", "A required field is missing.",
            check "check-metadata", advice "Send the field that is required.";
        UnknownMember => InvalidClientMetadata, "metadata_member_unknown", "There is no such field.",
            check "check-metadata", advice "Correct the spelling of the field, or leave it out.";
        Unsupported => InvalidClientMetadata, "metadata_member_unsupported", "The metadata asks for a feature that this server does not have.",
            check "check-metadata", advice "Leave the field out; the server does not have the feature.";
        TooMany => InvalidClientMetadata, "metadata_too_large", "A field of the metadata is too long, or a list has too many entries.",
            check "check-metadata", advice "Shorten the text or the list.";
        IdMismatch => InvalidClientMetadata, "client_id_mismatch", "client_id must be the one of the client.",
            check "check-metadata", advice "Send the client_id of the application in the path, or none.";
        SecretChosen => InvalidClientMetadata, "client_secret_chosen", "A client cannot choose its own secret.",
            check "check-metadata", advice "Leave client_secret out; the server makes secrets.";
        Name => InvalidClientMetadata, "client_name_unsafe", "client_name must have 1 to 100 characters, none of them invisible, and at most four marks on a letter.",
            check "check-metadata", advice "Use 1 to 100 visible characters, with at most four marks on a letter.";
        Description => InvalidClientMetadata, "description_unsafe", "A description has at most 1000 characters, none of them invisible, and at most four marks on a letter.",
            check "check-metadata", advice "Use at most 1000 visible characters, with at most four marks on a letter.";
        AuthMethod => InvalidClientMetadata, "auth_method_unsupported", "The token_endpoint_auth_method is not supported.",
            check "check-metadata", advice "Use client_secret_basic, client_secret_post, private_key_jwt or none.";
        KeysMissing => InvalidClientMetadata, "jwks_missing", "private_key_jwt needs jwks or jwks_uri.",
            check "check-metadata", advice "Add the app's public keys: either as jwks or as the URL jwks_uri.";
        KeysTwice => InvalidClientMetadata, "jwks_and_jwks_uri", "jwks and jwks_uri cannot be used together.",
            check "check-metadata", advice "Send either jwks or jwks_uri, not both.";
        KeysUnused => InvalidClientMetadata, "jwks_without_private_key_jwt", "jwks, jwks_uri and token_endpoint_auth_signing_alg need the token_endpoint_auth_method private_key_jwt.",
            check "check-metadata", advice "Leave out jwks, jwks_uri and token_endpoint_auth_signing_alg, or set token_endpoint_auth_method to private_key_jwt.";
        KeysMalformed => InvalidClientMetadata, "jwks_malformed", "jwks must be a JSON object with an array keys of valid public keys.",
            check "check-metadata", advice "Send a JWK set (RFC 7517): an object with the array keys. Each key needs all members of its type, in base64url without padding.";
        KeyPrivate => InvalidClientMetadata, "jwks_with_private_key", "jwks must only contain public keys. A private or symmetric key was sent.",
            check "check-metadata", advice "Send public keys only. A private key that was sent must no longer be used: create a new pair.";
        KeyWeak => InvalidClientMetadata, "jwks_with_weak_key", "RSA keys must have 2048 to 8192 bits and an odd exponent of at least 3.",
            check "check-metadata", advice "Use RSA keys of 2048 to 8192 bits with the exponent 65537, or keys on P-256, P-384 or Ed25519.";
        KeysUnusable => InvalidClientMetadata, "jwks_without_usable_key", "jwks needs a signing key for one of the supported algorithms, or for token_endpoint_auth_signing_alg if that is set.",
            check "check-metadata", advice "Add a public signing key for RS256, PS256, ES256, ES384 or EdDSA, or for the algorithm named in token_endpoint_auth_signing_alg.";
        KeysUri => InvalidClientMetadata, "jwks_uri_invalid", "jwks_uri must be an https URL of at most 2048 characters that leads to the public internet.",
            check "check-metadata", advice "Use an https URL without user name and fragment that leads to a public address.";
        AuthAlg => InvalidClientMetadata, "auth_signing_alg_unsupported", "The token_endpoint_auth_signing_alg is not supported.",
            check "check-metadata", advice "Use RS256, PS256, ES256, ES384 or EdDSA, or leave token_endpoint_auth_signing_alg out.";
        TypeMismatch => InvalidClientMetadata, "client_type_contradicts_method", "The client type and the token_endpoint_auth_method contradict each other.",
            check "check-metadata", advice "Send the method none for a public client and a secret method for a confidential one, or only one of the two fields.";
        GrantType => InvalidClientMetadata, "grant_type_unsupported", "A grant type is not supported.",
            check "check-metadata", advice "Use authorization_code, refresh_token, client_credentials or urn:ietf:params:oauth:grant-type:device_code.";
        ResponseType => InvalidClientMetadata, "response_type_unsupported", "Only the response type code is supported.",
            check "check-metadata", advice advice::RESPONSE_TYPE_UNSUPPORTED;
        GrantMismatch => InvalidClientMetadata, "grant_and_response_types_inconsistent", "grant_types and response_types do not fit each other.",
            check "check-metadata", advice "Register the response type code together with the grant type authorization_code, or neither.";
        PublicMachine => InvalidClientMetadata, "client_credentials_for_public_client", "A public client cannot use client_credentials.",
            check "check-metadata", advice advice::CLIENT_CREDENTIALS_FOR_PUBLIC_CLIENT;
        NotVouched => InvalidClientMetadata, "client_credentials_not_vouched", "client_credentials needs a client that belongs to a workspace or to the operator.",
            check "check-metadata", advice advice::CLIENT_CREDENTIALS_NOT_VOUCHED;
        RedirectMissing => InvalidRedirectUri, "redirect_uris_missing", "At least one redirect URI is required.",
            check "check-metadata", advice "Register a redirect URI, or leave authorization_code out of the grant types.";
        RedirectInvalid => InvalidRedirectUri, "redirect_uri_invalid", "A redirect URI is not acceptable: https, or http on loopback, or a private-use scheme with a dot for native applications; no fragment.",
            check "check-metadata", advice "Use https, http on loopback, or (native applications) a scheme with a dot such as com.example.app; no fragment.";
        Scope => InvalidClientMetadata, "scope_malformed", "The scope is malformed.",
            check "check-metadata", advice advice::SCOPE_MALFORMED;
        ScopeUnknown => InvalidClientMetadata, "scope_unknown", "A scope does not exist.",
            check "check-metadata", advice advice::SCOPE_UNKNOWN;
        ScopeNotAllowed => InvalidClientMetadata, "scope_beyond_trust", "Only the operator can give the client this scope.",
            check "check-metadata", advice "Ask for less, or have the operator of this server add the scope.";
        Uri => InvalidClientMetadata, "uri_invalid", "client_uri, logo_uri, tos_uri and policy_uri must be https URLs.",
            check "check-metadata", advice "Use https URLs.";
        Alg => InvalidClientMetadata, "signing_alg_unsupported", "The id_token_signed_response_alg is not supported.",
            check "check-metadata", advice "Use one of the algorithms that the discovery document lists.";
        ApplicationType => InvalidClientMetadata, "application_type_unknown", "application_type must be web or native.",
            check "check-metadata", advice "Use web or native.";
        SubType => InvalidClientMetadata, "sub_type_unknown", "default_sub_type must be workspace or user.",
            check "check-metadata", advice advice::SUB_TYPE_UNKNOWN;
        Lifetime => InvalidClientMetadata, "lifetime_out_of_range", "A lifetime must be at least one second, and at most 30 days for access and ID tokens or ten years for refresh tokens.",
            check "check-metadata", advice "Choose at least one second, and at most 30 days (access and ID tokens) or ten years (refresh tokens).";
        UserId => InvalidClientMetadata, "user_id_malformed", "allowed_user_ids must be the ids of users.",
            check "check-metadata", advice "List the ids of users: usr_ and 26 characters.";
    }
}

use MetadataRefusal as R;

/// What is wrong with metadata, and in which member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataFault {
    /// The reason.
    pub why: MetadataRefusal,
    /// Empty if the document as a whole is at fault.
    pub member: String,
}

impl MetadataRefusal {
    /// This refusal for the given member.
    pub fn of(self, member: &str) -> MetadataFault {
        MetadataFault { why: self, member: member.to_owned() }
    }
}

const MAX_LIST: usize = 32;
/// Bytes of a text: enough for a description of 1000 characters of any kind.
const MAX_TEXT: usize = 4096;

/// The members of a JSON object; a member that is `null` is missing.
pub(crate) struct Reader<'j>(pub(crate) &'j Map<String, Value>);

impl<'j> Reader<'j> {
    /// Whether the member is there, be it `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
    pub(crate) fn present(&self, name: &str) -> Option<&'j Value> {
        self.0.get(name).filter(|v| !v.is_null())
    }
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'j str>, MetadataFault> {
        match self.present(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) if text.len() <= MAX_TEXT => Ok(Some(text)),
            Some(Value::String(_)) => Err(R::TooMany.of(name)),
            Some(_) => Err(R::Type.of(name)),
        }
    }
    pub(crate) fn list(&self, name: &str) -> Result<Option<Vec<String>>, MetadataFault> {
        match self.present(name) {
            None => Ok(None),
            Some(Value::Array(items)) if items.len() > MAX_LIST => Err(R::TooMany.of(name)),
            Some(Value::Array(items)) => items
                .iter()
                .map(|i| i.as_str().map(str::to_owned).ok_or_else(|| R::Type.of(name)))
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(R::Type.of(name)),
        }
    }
    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, MetadataFault> {
        match self.present(name) {
            None => Ok(None),
            Some(value) => value.as_i64().filter(|n| *n >= 0).map(Some).ok_or_else(|| R::Type.of(name)),
        }
    }
    /// The names of unknown members.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &'j str> + use<'_, 'j> {
        self.0.keys().map(String::as_str).filter(|name| !is_known(name) && self.present(name).is_some())
    }
    pub(super) fn flag(&self, name: &str) -> Result<bool, MetadataFault> {
        self.present(name).map_or(Ok(false), |v| v.as_bool().ok_or_else(|| R::Type.of(name)))
    }
    pub(super) fn https(
        &self,
        name: &str,
        narrow: bool,
        dropped: &mut Dropped,
    ) -> Result<Option<String>, MetadataFault> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let good = url::Url::parse(text).is_ok_and(|url| {
            let local = url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
            url.scheme() == "https" || local
        });
        match (good, narrow) {
            (true, _) => Ok(Some(text.to_owned())),
            (false, true) => {
                dropped.value(name, text);
                Ok(None)
            }
            (false, false) => Err(R::Uri.of(name)),
        }
    }
}
