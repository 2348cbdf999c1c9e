//! The API description (`OpenAPI` 3.1): the handlers' own annotations, completed by what applies to all.
mod complete;

use crate::account::{consents_api, tokens_api};
use crate::clients::{api_oidc, api_v1, registration};
use crate::oauth::{authorize_api, device_authorization, discovery, introspection, revocation, token, userinfo};
use crate::operator::{keys_api, users_api};
use crate::webhooks::{self, event_types};
use crate::workspace::members_api;
use crate::{audit, resources};
use bytes::Bytes;
use flows::Settings;
use serde_json::Value;
use utoipa::OpenApi;

/// Each handler of the API, once.
#[derive(OpenApi)]
#[openapi(
    paths(
        token::post,
        device_authorization::post,
        revocation::post,
        introspection::post,
        userinfo::get,
        userinfo::reference,
        resources::api::public,
        registration::create,
        registration::read,
        registration::replace,
        registration::delete,
        api_v1::list_own,
        discovery::metadata,
        discovery::jwks,
        crate::oauth::pages::authorize::get,
        crate::oauth::pages::authorize::post,
        authorize_api::get,
        authorize_api::consent,
        api_oidc::list,
        api_oidc::create,
        api_oidc::read,
        api_oidc::update,
        api_oidc::delete,
        api_oidc::rotate_secret,
        api_oidc::users,
        api_oidc::revoke_all_users,
        api_oidc::revoke_user,
        api_oidc::activity,
        api_oidc::all_activity,
        api_v1::list,
        api_v1::create,
        api_v1::read,
        api_v1::update,
        api_v1::delete,
        api_v1::rotate_secret,
        consents_api::list,
        consents_api::revoke,
        resources::api::list,
        members_api::list,
        keys_api::rotate,
        tokens_api::list_keys,
        tokens_api::create_key,
        tokens_api::revoke_key,
        tokens_api::adopt_key,
        tokens_api::list_tokens,
        tokens_api::create_token,
        tokens_api::revoke_token,
        users_api::read,
        users_api::set_email_verification,
        webhooks::api::list,
        webhooks::api::create,
        webhooks::api::read,
        webhooks::api::update,
        webhooks::api::delete,
        webhooks::api::rotate_secret,
        webhooks::api::test,
        webhooks::api::deliveries,
        webhooks::api::replay,
        event_types::list,
        audit::api::list,
        audit::api::export,
    ),
    components(schemas(crate::platform::schema::error::OAuthError, crate::platform::schema::error::Problem))
)]
struct Api;

/// The description of this server.
#[derive(Debug)]
pub struct Description {
    /// The document as served.
    pub json: Bytes,
    /// The document as its pages show it.
    pub docs: crate::docs::view::Docs,
}

impl Description {
    pub fn new(settings: &Settings, secure: bool) -> Self {
        let mut api = Api::openapi();
        complete::complete(&mut api, settings, secure);
        // The pages describe each operation once.
        let docs = crate::docs::view::Docs::read(&json(&api));
        crate::docs::mounts::mount(&mut api);
        Self { json: json(&api).to_string().into(), docs }
    }
}

/// A map with string keys always serializes.
fn json(api: &utoipa::openapi::OpenApi) -> Value {
    serde_json::to_value(api).unwrap_or_default()
}

#[cfg(test)]
mod tests;
