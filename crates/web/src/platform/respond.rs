//! Turns failures into responses: JSON for token-like endpoints, a page for people. (A redirect needs a `Callback`, so it is a
//! result of the authorization flow and never comes from here.)
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::platform::challenge::Challenge;
use domain::platform::refusal::{ErrorCode, FaultRefusal, Refusal, RefusalRow};
use flows::platform::management_error::ManagementRefusal;
use flows::{Failure, Fault};
use serde_json::{Value, json};

/// An error as returned to a client (RFC 6749 §5.2).
#[derive(Debug, Clone, Copy)]
pub struct OAuthError {
    pub code: ErrorCode,
    pub description: &'static str,
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

/// An error as JSON, with the challenge for its code.
pub fn oauth_error(error: &OAuthError) -> Response {
    let challenge = Challenge::of_token(error.code, Some(error.description));
    said(status(error.code), error.code, error.description, challenge.as_ref())
}

fn said(status: StatusCode, code: ErrorCode, description: &str, challenge: Option<&Challenge>) -> Response {
    let body = json!({"error": code.as_str(), "error_description": description});
    challenged(json_response(status, &body), challenge)
}

/// The response with its challenge.
pub fn challenged(mut response: Response, challenge: Option<&Challenge>) -> Response {
    if let Some(value) = challenge.and_then(|challenge| HeaderValue::try_from(challenge.to_string()).ok()) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// A failure of a token-like endpoint.
pub fn oauth_failure<R: Refusal>(failure: &Failure<R>, request_id: &str) -> Response {
    let (row, description) = match failure {
        Failure::Refused(refusal) => (refusal.row(), refusal.said()),
        Failure::Fault(fault) => {
            let row = fault_said(fault, request_id);
            (row, row.public.into())
        }
    };
    let challenge = row.challenge(Some(&description));
    // Without any credential, the status asks for one, whatever the code (RFC 6750 §3.1).
    let status = if row.asks_for.is_empty() { status(row.code) } else { StatusCode::UNAUTHORIZED };
    said(status, row.code, &description, challenge.as_ref())
}

/// What to report to the caller about a fault.
pub fn fault_refusal(fault: &Fault) -> FaultRefusal {
    if fault.is_temporary() { FaultRefusal::NotAvailable } else { FaultRefusal::Failed }
}

/// Logs a fault, and returns what to report to the caller.
pub fn fault_said(fault: &Fault, request_id: &str) -> &'static RefusalRow {
    if fault.is_end_of_credential() {
        return ManagementRefusal::CredentialUnknown.row();
    }
    tracing::error!(%fault, request_id, "fault");
    fault_refusal(fault).row()
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
    use domain::clients::registration::AccessRefusal;
    use domain::oauth::client_authentication::ClientRefusal;
    use domain::oauth::token::CodeRefusal;
    use domain::oauth::userinfo::UserinfoRefusal;

    fn answer<R: Refusal>(refusal: R) -> (u16, String) {
        let response = oauth_failure(&Failure::Refused(refusal), "");
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
        let basic = "Basic realm=\"token endpoint\", charset=\"UTF-8\"".to_owned();
        assert_eq!(answer(ClientRefusal::Missing), (401, basic));
        assert_eq!(answer(CodeRefusal::Unknown), (400, String::new()));
        assert_eq!(answer(UserinfoRefusal::TokenMissing), (401, "Bearer".to_owned()));
        assert_eq!(answer(UserinfoRefusal::TokenTwice), (400, String::new()));
        assert_eq!(answer(AccessRefusal::TokenMissing), (401, "Bearer".to_owned()));
        assert_eq!(answer(ManagementRefusal::CredentialMissing), (401, "Bearer".to_owned()));
        let narrow = "Bearer error=\"insufficient_scope\", \
             error_description=\"The access token does not carry the openid scope.\"";
        assert_eq!(answer(UserinfoRefusal::NoOpenid), (403, narrow.to_owned()));
        assert_eq!(answer(FaultRefusal::Failed), (500, String::new()));
        assert_eq!(answer(FaultRefusal::NotAvailable), (503, String::new()));
    }
}
