//! Turns failures into responses: JSON for token-like endpoints, a page for people. (A redirect needs a `Callback`, so it is a
//! result of the authorization flow and never comes from here.)
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::platform::refusal::{ErrorCode, FaultRefusal, Refusal, RefusalRow};
use flows::platform::management_error::ManagementRefusal;
use flows::{Failure, Fault};
use serde_json::{Value, json};

/// The authentication scheme to offer (RFC 9110 §11.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    Basic,
    Bearer,
}

impl Challenge {
    /// The challenge for a rejected bearer token, if the credential itself is the problem.
    pub fn bearer_for(code: ErrorCode) -> Option<Self> {
        matches!(code, ErrorCode::InvalidToken | ErrorCode::InsufficientScope | ErrorCode::LoginRequired)
            .then_some(Self::Bearer)
    }
}

/// An error as returned to a client (RFC 6749 §5.2).
#[derive(Debug, Clone, Copy)]
pub struct OAuthError {
    pub code: ErrorCode,
    pub description: &'static str,
    pub challenge: Option<Challenge>,
}

/// The HTTP status of an error code.
pub fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidClient | ErrorCode::InvalidToken | ErrorCode::LoginRequired => StatusCode::UNAUTHORIZED,
        ErrorCode::AccessDenied | ErrorCode::InsufficientScope | ErrorCode::RegistrationNotSupported => {
            StatusCode::FORBIDDEN
        }
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::Conflict => StatusCode::CONFLICT,
        ErrorCode::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        ErrorCode::SlowDown => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// A JSON response that must not be stored (RFC 6749 §5.1).
pub fn no_store(status: StatusCode, body: Vec<u8>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (status, headers, body).into_response()
}

/// A value as a JSON response.
pub fn json_response(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => no_store(status, body),
        Err(error) => {
            tracing::error!(%error, "a response does not serialize");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// An error as JSON, with the challenge for its status.
pub fn oauth_error(error: &OAuthError) -> Response {
    said(error.code, error.description, error.challenge)
}

fn said(code: ErrorCode, description: &str, challenge: Option<Challenge>) -> Response {
    let body = json!({"error": code.as_str(), "error_description": description});
    let mut response = json_response(status(code), &body);
    let challenge = match (challenge, code) {
        // Without any credential, the challenge has no further attributes (RFC 6750 §3.1).
        (Some(Challenge::Bearer), ErrorCode::InvalidRequest) => {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            Some("Bearer".to_owned())
        }
        (Some(Challenge::Bearer), ErrorCode::LoginRequired) => Some("Bearer".to_owned()),
        (Some(Challenge::Bearer), code @ (ErrorCode::InvalidToken | ErrorCode::InsufficientScope)) => {
            Some(format!("Bearer error=\"{}\", error_description=\"{}\"", code.as_str(), description))
        }
        (Some(Challenge::Basic), ErrorCode::InvalidClient) => {
            Some("Basic realm=\"token endpoint\", charset=\"UTF-8\"".to_owned())
        }
        _ => None,
    };
    if let Some(value) = challenge.and_then(|c| HeaderValue::try_from(c).ok()) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// A failure of a token-like endpoint.
pub fn oauth_failure<R: Refusal>(failure: &Failure<R>, challenge: Option<Challenge>, request_id: &str) -> Response {
    match failure {
        Failure::Refused(refusal) => said(refusal.code(), &refusal.said(), challenge),
        Failure::Fault(fault) => {
            let &RefusalRow { code, public: description, .. } = fault_said(fault, request_id);
            oauth_error(&OAuthError { code, description, challenge: Challenge::bearer_for(code) })
        }
    }
}

/// What to report to the caller about a fault.
pub fn told(fault: &Fault) -> FaultRefusal {
    if fault.is_temporary() { FaultRefusal::NotAvailable } else { FaultRefusal::Failed }
}

/// Logs a fault, and returns what to report to the caller.
pub fn fault_said(fault: &Fault, request_id: &str) -> &'static RefusalRow {
    if fault.is_end_of_credential() {
        return ManagementRefusal::CredentialUnknown.row();
    }
    tracing::error!(%fault, request_id, "fault");
    told(fault).row()
}

/// The responses of the router and its layers, in the format of the token-like endpoints.
pub fn plain(status: StatusCode, code: ErrorCode, description: &'static str) -> Response {
    let body: Value = json!({"error": code.as_str(), "error_description": description});
    json_response(status, &body)
}

pub fn method_not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::InvalidRequest, "This method is not allowed here.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: ErrorCode, challenge: Option<Challenge>) -> (u16, String) {
        let response = oauth_error(&OAuthError { code, description: "Said.", challenge });
        for (name, value) in
            [("cache-control", "no-store"), ("pragma", "no-cache"), ("content-type", "application/json")]
        {
            assert_eq!(response.headers()[name], value, "checklist 55");
        }
        let said = response.headers().get(header::WWW_AUTHENTICATE).map(|v| v.to_str().unwrap().to_owned());
        (response.status().as_u16(), said.unwrap_or_default())
    }

    #[test]
    fn checklist_46_each_status_has_its_challenge() {
        let (status, basic) = answer(ErrorCode::InvalidClient, Some(Challenge::Basic));
        assert!(status == 401 && basic.starts_with("Basic "));
        assert_eq!(answer(ErrorCode::InvalidGrant, Some(Challenge::Basic)), (400, String::new()));
        assert_eq!(answer(ErrorCode::InvalidRequest, Some(Challenge::Bearer)), (401, "Bearer".to_owned()));
        let (status, bearer) = answer(ErrorCode::InsufficientScope, Some(Challenge::Bearer));
        assert!(status == 403 && bearer.starts_with("Bearer error=\"insufficient_scope\""));
        assert_eq!(answer(ErrorCode::ServerError, None), (500, String::new()));
        assert_eq!(answer(ErrorCode::TemporarilyUnavailable, None).0, 503);
    }
}
