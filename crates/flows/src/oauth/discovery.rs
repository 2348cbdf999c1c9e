//! Discovery metadata and the key set, generated from what is enabled.
use crate::platform::keys::Keys;
use crate::platform::published::Published;
use crate::{Fault, RegistrationPolicy, Settings};
use bytes::Bytes;
use domain::clients::authentication::enabled_methods;
use domain::clients::grant_type::enabled_grants;
use domain::clients::{ClientType, Trust};
use domain::grants::claims;
use domain::oauth::authorize::ResponseMode;
use domain::platform::language::Language;
use serde_json::{Map, Value, json};

/// Builds discovery metadata and the key set.
pub fn publish(settings: &Settings, keys: &Keys) -> Result<Published, Fault> {
    let bytes = |value: &Value| {
        serde_json::to_vec(value).map(Bytes::from).map_err(|_| Fault::Other("a document does not serialize"))
    };
    Ok(Published { metadata: bytes(&metadata(settings, keys))?, jwks: bytes(&keys.jwks)? })
}

fn metadata(settings: &Settings, keys: &Keys) -> Value {
    let names = |all: &[&'static str]| -> Value { all.into() };
    let methods: Vec<_> = enabled_methods().collect();
    let proven: Vec<_> = enabled_methods().filter(|row| row.client_type == ClientType::Confidential).collect();
    let grants: Vec<_> = enabled_grants().map(|row| row.grant_type.as_str()).collect();
    let modes: Vec<_> = ResponseMode::ALL.iter().map(|m| m.as_str()).collect();
    let mut algs: Vec<_> = keys.algs().map(jose::SigningAlg::as_str).collect();
    algs.sort_unstable_by_key(|alg| (*alg != "RS256", *alg));
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| all.insert(name.to_owned(), value);
    put("issuer", settings.issuer.as_str().into());
    put("authorization_endpoint", settings.url("/oauth2/authorize").into());
    put("token_endpoint", settings.url("/oauth2/token").into());
    put("device_authorization_endpoint", settings.url("/oauth2/device_authorization").into());
    put("userinfo_endpoint", settings.url("/oauth2/userinfo").into());
    put("jwks_uri", settings.url("/oauth2/jwks").into());
    put("end_session_endpoint", settings.url("/oauth2/end_session").into());
    put("introspection_endpoint", settings.url("/oauth2/introspect").into());
    put("revocation_endpoint", settings.url("/oauth2/revoke").into());
    if settings.registration.policy != RegistrationPolicy::Off {
        put("registration_endpoint", settings.url("/oauth2/register").into());
    }
    // Only scopes that anonymous clients may have, because some clients register for all scopes in this list.
    let open = settings.catalogue.names().filter(|name| settings.is_open_to(Trust::Anonymous, name));
    put("scopes_supported", open.collect::<Vec<_>>().into());
    put("response_types_supported", names(&["code"]));
    put("response_modes_supported", names(&modes));
    put("grant_types_supported", names(&grants));
    put("subject_types_supported", names(&["public"]));
    put("id_token_signing_alg_values_supported", names(&algs));
    // Introspection is only for clients that can prove who they are.
    for (endpoint, methods) in [("token", &methods), ("revocation", &methods), ("introspection", &proven)] {
        let supported: Vec<_> = methods.iter().map(|row| row.method.as_str()).collect();
        put(&format!("{endpoint}_endpoint_auth_methods_supported"), names(&supported));
        let algs: Vec<_> = methods.iter().flat_map(|row| row.algs).map(|alg| alg.as_str()).collect();
        if !algs.is_empty() {
            put(&format!("{endpoint}_endpoint_auth_signing_alg_values_supported"), names(&algs));
        }
    }
    put("code_challenge_methods_supported", names(&["S256"]));
    put("prompt_values_supported", names(&["none", "login", "consent", "select_account"]));
    put("display_values_supported", names(&["page"]));
    put("claim_types_supported", names(&["normal"]));
    put("claims_supported", names(claims::SUPPORTED));
    put("claims_parameter_supported", true.into());
    put("request_parameter_supported", false.into());
    put("request_uri_parameter_supported", false.into());
    put("authorization_response_iss_parameter_supported", true.into());
    put("ui_locales_supported", names(&Language::ALL.map(Language::tag)));
    if let Some(terms) = &settings.brand.terms_url {
        put("op_tos_uri", terms.as_str().into());
    }
    if let Some(privacy) = &settings.brand.privacy_url {
        put("op_policy_uri", privacy.as_str().into());
    }
    json!(all)
}
