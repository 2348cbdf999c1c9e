//! The errors of the management APIs (RFC 9457).
use crate::platform::faults::Faulted;
use crate::platform::respond::{challenged, fault_refusal, status};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::platform::refusal::{ErrorCode, Refusal as _, RefusalRow};
use flows::platform::management_error::{ManagementError, ManagementRefusal};
use flows::{Failure, Fault};
use serde_json::{Map, Value};

/// A failure as `application/problem+json`.
#[derive(Debug)]
pub struct Problem(Failure<ManagementError>);

impl From<Failure<ManagementError>> for Problem {
    fn from(failure: Failure<ManagementError>) -> Self {
        match failure {
            Failure::Refused(_) => Self(failure),
            Failure::Fault(fault) => fault.into(),
        }
    }
}

impl From<ManagementRefusal> for Problem {
    fn from(why: ManagementRefusal) -> Self {
        Self(Failure::Refused(why.into()))
    }
}

impl From<ManagementError> for Problem {
    fn from(refusal: ManagementError) -> Self {
        Self(Failure::Refused(refusal))
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        if fault.is_end_of_credential() {
            return ManagementRefusal::CredentialUnknown.into();
        }
        Self(Failure::Fault(fault))
    }
}

/// The result of a management API handler.
pub type ApiResult = Result<Response, Problem>;

const fn title(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidToken => "Not authenticated",
        ErrorCode::InsufficientScope => "Scope missing",
        ErrorCode::AccessDenied => "Not allowed",
        ErrorCode::NotFound => "Not found",
        ErrorCode::MethodNotAllowed => "Method not allowed",
        ErrorCode::Conflict => "Conflict",
        ErrorCode::PreconditionFailed => "Changed meanwhile",
        ErrorCode::SlowDown => "Too many requests",
        ErrorCode::ServerError => "Server failure",
        ErrorCode::TemporarilyUnavailable => "Not available",
        _ => "Invalid request",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let row = match &self.0 {
            Failure::Refused(refusal) => refusal.row(),
            Failure::Fault(fault) => fault_refusal(fault).row(),
        };
        let &RefusalRow { code, reason, public: detail, .. } = row;
        let status = status(code);
        let mut body = Map::new();
        body.insert("type".to_owned(), format!("urn:countersign:problem:{reason}").into());
        body.insert("title".to_owned(), title(code).into());
        body.insert("status".to_owned(), status.as_u16().into());
        body.insert("detail".to_owned(), detail.into());
        if let Failure::Refused(refusal) = &self.0
            && let Some(member) = refusal.member()
        {
            body.insert("field".to_owned(), member.into());
        }
        let mut response = challenged(problem_json(status, &Value::Object(body)), row.challenge(None).as_ref());
        if let Failure::Fault(fault) = self.0 {
            response.extensions_mut().insert(Faulted(fault));
        }
        response
    }
}

/// The fallback for paths of the management APIs.
pub async fn method_not_allowed() -> Problem {
    ManagementRefusal::Method.into()
}

fn problem_json(status: StatusCode, body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}
