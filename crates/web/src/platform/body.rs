//! Reads parameters from a request body: a form or a JSON object.
use crate::WebState;
use crate::platform::respond::{OAuthError, oauth_error};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::Response;
use domain::platform::json::{self, InvalidJson};
use domain::platform::params::RawParams;
use domain::platform::refusal::ErrorCode;
use serde_json::{Map, Value};

/// Maximum size of a request body.
pub const MAX_BODY: usize = 64 * 1024;

pub const CUT_OFF: &str = "The body is too large or was cut off.";

/// The parameters of a body, either a form or JSON.
#[derive(Debug)]
pub struct Params(pub RawParams);

/// The parameters of a form; empty for any other body.
#[derive(Debug)]
pub struct Form(pub RawParams);

/// A JSON body.
#[derive(Debug)]
pub struct Json(pub Value);

/// Why a body is not a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMembers {
    NotAnObject,
    Repeated,
}

/// The members of a JSON object without duplicates.
pub fn members(body: &[u8]) -> Result<Map<String, Value>, NotMembers> {
    match json::parse(body) {
        Ok(Value::Object(members)) => Ok(members),
        Err(InvalidJson::Repeated) => Err(NotMembers::Repeated),
        Ok(_) | Err(InvalidJson::Malformed) => Err(NotMembers::NotAnObject),
    }
}

/// The media type, such as `application/json` for `Application/JSON; charset=utf-8`.
pub fn media_type(request: &Request) -> String {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Parses the parameters of a body. The error describes the problem.
pub fn parse(media_type: &str, body: &[u8]) -> Result<RawParams, &'static str> {
    match media_type {
        "application/x-www-form-urlencoded" => Ok(RawParams::from_urlencoded(body)),
        "" if body.is_empty() => Ok(RawParams::default()),
        "application/json" => match members(body) {
            Ok(members) => RawParams::from_json(&members).map_err(|_| WRONG_TYPE),
            Err(NotMembers::NotAnObject) => Err("The body is not a JSON object."),
            Err(NotMembers::Repeated) => Err(REPEATED),
        },
        _ => Err("The body must be a form or a JSON object."),
    }
}

/// Whether a string in the value contains NUL, which the databases cannot store.
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

const REPEATED: &str = "The body has the same member twice.";

const WRONG_TYPE: &str = "A parameter has the wrong JSON type. Send strings; only resource may be a list, max_age a number, claims an object.";

pub const NUL: &str = "No text may hold the NUL character.";

fn refuse(description: &'static str) -> Response {
    oauth_error(&OAuthError { code: ErrorCode::InvalidRequest, description })
}

impl FromRequest<WebState> for Params {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let media = media_type(&request);
        let bytes = Bytes::from_request(request, state).await.map_err(|_| refuse(CUT_OFF))?;
        let params = parse(&media, &bytes).map_err(refuse)?;
        let has_nul = params.pairs().any(|(name, value)| name.contains('\0') || value.contains('\0'));
        if has_nul { Err(refuse(NUL)) } else { Ok(Self(params)) }
    }
}

impl FromRequest<WebState> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let is_form = media_type(&request) == "application/x-www-form-urlencoded";
        let bytes = Bytes::from_request(request, state).await.map_err(|_| refuse(CUT_OFF))?;
        Ok(Self(if is_form { RawParams::from_urlencoded(&bytes) } else { RawParams::default() }))
    }
}

impl FromRequest<WebState> for Json {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        if media_type(&request) != "application/json" {
            return Err(refuse("The body must be JSON."));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| refuse(CUT_OFF))?;
        let value = json::parse(&bytes).map_err(|invalid| match invalid {
            InvalidJson::Malformed => refuse("The body is not JSON."),
            InvalidJson::Repeated => refuse(REPEATED),
        })?;
        if has_nul(&value) { Err(refuse(NUL)) } else { Ok(Self(value)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";
    const JSON: &str = "application/json";

    #[test]
    fn forms_and_json_say_the_same() {
        let form = parse(FORM, b"grant_type=client_credentials&scope=a+b").unwrap();
        let json = parse(JSON, br#"{"grant_type": "client_credentials", "scope": "a b", "state": null}"#).unwrap();
        for params in [form, json] {
            assert_eq!((params.get("grant_type"), params.get("scope")), (Some("client_credentials"), Some("a b")));
            assert_eq!(params.get("state"), None);
        }
        assert_eq!(parse("", b""), Ok(RawParams::default()), "no body, no parameters");
    }

    #[test]
    fn checklist_13_a_repeated_member_is_refused() {
        assert!(parse(JSON, br#"{"scope": "a", "scope": "b"}"#).is_err());
        assert!(parse(JSON, br#"{"scope": "a", "sc\u006fpe": "b"}"#).is_err(), "escaped, it is the same name");
        assert!(parse(JSON, br#"{"claims": {"userinfo": {}, "userinfo": {}}}"#).is_err(), "within another member");
        assert!(parse(FORM, b"scope=a&scope=b").unwrap().repeated(&[]).is_some());
    }

    #[test]
    fn point_6_5_a_value_of_the_wrong_type_is_refused() {
        for wrong in [r#"{"scope": 1}"#, r#"{"code": ["a"]}"#, r#"{"client_id": {"a": 1}}"#, r#"{"token": true}"#] {
            assert_eq!(parse(JSON, wrong.as_bytes()), Err(WRONG_TYPE), "{wrong}");
        }
    }

    #[test]
    fn rubbish_is_refused_and_never_panics() {
        for rubbish in [&b"{"[..], b"[]", b"\"x\"", b"", b"null", b"\xff\xfe", b"{\"a\":1}{", &b"[".repeat(60_000)] {
            assert!(parse(JSON, rubbish).is_err(), "{rubbish:?}");
        }
        for other in ["text/plain", "multipart/form-data", "application/jsonp", ""] {
            assert!(parse(other, b"{\"a\":1}").is_err(), "{other}");
        }
        for odd in [&b"%"[..], b"%zz=%", b"&&==&", b"\xff=\xfe", b"=", b"a"] {
            assert!(parse(FORM, odd).is_ok(), "{odd:?}");
        }
    }

    #[test]
    fn the_media_type_is_read_without_parameters_and_case() {
        let read = |value: &'static str| {
            media_type(&Request::builder().header(header::CONTENT_TYPE, value).body(axum::body::Body::empty()).unwrap())
        };
        assert_eq!(read("Application/JSON; charset=utf-8"), JSON);
        assert_eq!(read(" application/x-www-form-urlencoded ;x"), FORM);
    }
}
