//! The API description (`OpenAPI` 3.1): the annotations of the handlers, as the router collects them, completed by what applies to
//! all.
mod complete;

use bytes::Bytes;
use flows::Settings;
use serde_json::Value;
use utoipa::OpenApi;

/// What no handler names: the forms of errors.
#[derive(OpenApi)]
#[openapi(components(schemas(crate::platform::schema::error::OAuthError, crate::platform::schema::error::Problem)))]
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
    /// `endpoints` has each operation once.
    pub fn new(endpoints: utoipa::openapi::OpenApi, settings: &Settings, secure: bool) -> Self {
        let mut api = Api::openapi();
        api.merge(endpoints);
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
