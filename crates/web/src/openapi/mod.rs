//! The description of the API (`OpenAPI` 3.1): from the handlers' own annotations, completed by what holds for all.
pub mod answers;
mod complete;
mod groups;
mod mounts;
pub mod schema;
pub mod view;

use crate::api::{
    applications, audit, authorize, clients, consents, credentials, device_authorization, discovery, events, introspect,
};
use crate::api::{keys, members, register, revoke, scopes, token, userinfo, users, webhooks};
use bytes::Bytes;
use flows::Settings;
use serde_json::Value;
use utoipa::OpenApi;

/// Each handler that programs call, once.
#[derive(OpenApi)]
#[openapi(
    paths(
        token::post,
        device_authorization::post,
        revoke::post,
        introspect::post,
        userinfo::get,
        userinfo::reference,
        scopes::public,
        register::create,
        register::read,
        register::replace,
        register::delete,
        applications::list_own,
        discovery::metadata,
        discovery::jwks,
        crate::pages::authorize::get,
        crate::pages::authorize::post,
        authorize::get,
        authorize::consent,
        clients::list,
        clients::create,
        clients::read,
        clients::update,
        clients::delete,
        clients::rotate_secret,
        clients::users,
        clients::revoke_all_users,
        clients::revoke_user,
        clients::activity,
        clients::all_activity,
        applications::list,
        applications::create,
        applications::read,
        applications::update,
        applications::delete,
        applications::rotate_secret,
        consents::list,
        consents::revoke,
        scopes::list,
        members::list,
        keys::rotate,
        credentials::list_keys,
        credentials::create_key,
        credentials::revoke_key,
        credentials::adopt_key,
        credentials::list_tokens,
        credentials::create_token,
        credentials::revoke_token,
        users::read,
        users::set_email_verification,
        webhooks::list,
        webhooks::create,
        webhooks::read,
        webhooks::update,
        webhooks::delete,
        webhooks::rotate_secret,
        webhooks::test,
        webhooks::deliveries,
        webhooks::replay,
        events::list,
        audit::list,
        audit::export,
    ),
    components(schemas(schema::error::OAuthError, schema::error::Problem))
)]
struct Api;

/// The description of this very server.
#[derive(Debug)]
pub struct Description {
    /// As it is served.
    pub json: Bytes,
    /// As its pages show it.
    pub docs: view::Docs,
}

impl Description {
    pub fn new(settings: &Settings, secure: bool) -> Self {
        let mut api = Api::openapi();
        complete::complete(&mut api, settings, secure);
        // People read of each operation once.
        let docs = view::Docs::read(&json(&api));
        mounts::mount(&mut api);
        Self { json: json(&api).to_string().into(), docs }
    }
}

/// A map of texts to values always serializes.
fn json(api: &utoipa::openapi::OpenApi) -> Value {
    serde_json::to_value(api).unwrap_or_default()
}

#[cfg(test)]
mod tests;
