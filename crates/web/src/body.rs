//! Reading parameters from a request body: a form, or a JSON object.
use crate::WebState;
use crate::error::{OAuthError, oauth_error};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::Response;
use domain::oauth::error::ErrorCode;
use domain::oauth::params::RawParams;
use serde_json::Value;

/// No request of ours is longer.
pub const MAX_BODY: usize = 64 * 1024;

/// The parameters of a body, form or JSON alike.
#[derive(Debug)]
pub struct Params(pub RawParams);

/// A JSON body.
#[derive(Debug)]
pub struct Json(pub Value);

fn media_type(request: &Request) -> String {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn refuse(description: &'static str) -> Response {
    oauth_error(&OAuthError { code: ErrorCode::InvalidRequest, description, challenge: None })
}

impl FromRequest<WebState> for Params {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let media = media_type(&request);
        let bytes =
            Bytes::from_request(request, state).await.map_err(|_| refuse("The body is too large or was cut off."))?;
        match media.as_str() {
            "application/x-www-form-urlencoded" => Ok(Self(RawParams::from_urlencoded(&bytes))),
            "" if bytes.is_empty() => Ok(Self(RawParams::default())),
            "application/json" => match serde_json::from_slice(&bytes) {
                Ok(Value::Object(object)) => Ok(Self(RawParams::from_json(&object))),
                _ => Err(refuse("The body is not a JSON object.")),
            },
            _ => Err(refuse("The body must be a form or a JSON object.")),
        }
    }
}

impl FromRequest<WebState> for Json {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        if media_type(&request) != "application/json" {
            return Err(refuse("The body must be JSON."));
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|_| refuse("The body is too large or was cut off."))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| refuse("The body is not valid JSON."))
    }
}
