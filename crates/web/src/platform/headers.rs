//! Headers that every response carries.
use crate::WebState;
use crate::platform::respond::plain;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use domain::platform::encoding::base32;
use domain::platform::refusal::ErrorCode;
use flows::Later;

/// Identifies a request in the response, the logs, the audit log and on error pages.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Marks a response to a request with its credential in the body (RFC 6750 §2.2).
#[derive(Debug, Clone, Copy)]
pub struct BodyCredential;

/// Whether the request names exactly one host, as RFC 9112 §3.2 requires: with two, proxies and caches may choose a different
/// one than we do. HTTP/2 uses `:authority` (RFC 9113 §8.3.1); HTTP/1.0 may omit it.
fn names_one_host(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).is_ok_and(|host| !host.as_str().contains('@')),
        (None, _) => request.version() != Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

/// Strips a bearer challenge to the bare scheme, for a request without a credential (RFC 6750 §3.1), wherever the 401 comes from.
fn bare_challenge(headers: &mut HeaderMap) {
    let is_bearer = |value: &HeaderValue| value.as_bytes().starts_with(b"Bearer ");
    if headers.get(header::WWW_AUTHENTICATE).is_some_and(is_bearer) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
}

/// Seconds until a retry, if a limit was reached or something was full (RFC 9110 §10.2.3).
fn retry_after(status: StatusCode, later: &Later) -> Option<HeaderValue> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(later.seconds().unwrap_or(60).into()),
        StatusCode::SERVICE_UNAVAILABLE => Some(later.seconds().unwrap_or(2).into()),
        _ => None,
    }
}

/// Adds an id to the request, and missing headers to the response (checklist 20, 21).
pub async fn dress(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let mut random = [0; 16];
    state.rng().fill(&mut random);
    let id = base32(random);
    request.extensions_mut().insert(RequestId(id.clone()));
    let later = Later::default();
    request.extensions_mut().insert(later.clone());
    let sent_header = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = if names_one_host(&request) {
        next.run(request).await
    } else {
        plain(StatusCode::BAD_REQUEST, ErrorCode::InvalidRequest, "The request must name one host, in one Host header.")
    };
    let sent = sent_header || response.extensions().get::<BodyCredential>().is_some();
    let is_unauthorized = response.status() == StatusCode::UNAUTHORIZED;
    let later = retry_after(response.status(), &later);
    let headers = response.headers_mut();
    if is_unauthorized && !sent {
        bare_challenge(headers);
    }
    if let Ok(value) = HeaderValue::try_from(id) {
        headers.insert(X_REQUEST_ID, value);
    }
    if let Some(seconds) = later {
        headers.entry(header::RETRY_AFTER).or_insert(seconds);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
    if state.is_secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn names(version: Version, hosts: &[&str]) -> bool {
        let mut request = Request::builder().version(version).uri("/");
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        names_one_host(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn point_6_5_a_request_names_one_host() {
        for good in ["a.example", "127.0.0.1:8080", "[::1]:8080", "localhost"] {
            assert!(names(Version::HTTP_11, &[good]), "{good}");
        }
        for bad in ["", "a b", "a.example/path", "user@a.example", "a.example, b.example"] {
            assert!(!names(Version::HTTP_11, &[bad]), "{bad}");
        }
        assert!(!names(Version::HTTP_11, &[]) && names(Version::HTTP_10, &[]) && names(Version::HTTP_2, &[]));
        for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
            assert!(!names(version, &["a.example", "a.example"]));
        }
    }
}
