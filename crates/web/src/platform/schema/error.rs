//! The two forms of errors.
use utoipa::ToSchema;

/// An error of an OAuth endpoint (RFC 6749 §5.2).
#[derive(ToSchema)]
#[schema(example = json!({"error": "invalid_client", "error_description": "Client authentication failed."}))]
pub struct OAuthError {
    /// A code for programs.
    #[schema(example = "invalid_request")]
    error: String,
    /// A sentence for developers.
    error_description: String,
}

/// An error of a management API (RFC 9457), sent as `application/problem+json`.
#[derive(ToSchema)]
#[schema(example = json!({
    "type": "urn:countersign:problem:number_out_of_range", "title": "Invalid request", "status": 400,
    "detail": "The number is out of range.", "field": "limit"
}))]
pub struct Problem {
    /// What went wrong, for programs: it never changes. `/docs/problems` lists them all.
    #[schema(pattern = "^urn:countersign:problem:[a-z0-9_]+$")]
    r#type: String,
    /// The same for every problem of this kind.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// A sentence for people.
    detail: String,
    /// The member, parameter or header of the request that is at fault, where one is.
    #[schema(nullable = false)]
    field: Option<String>,
}
