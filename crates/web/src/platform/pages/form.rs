//! The body of a submitted form.
use crate::WebState;
use crate::platform::body::{CUT_OFF, NUL, parse};
use crate::platform::pages::error;
use crate::platform::request::Incoming;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::Response;
use domain::platform::params::RawParams;

/// The parameters of a form. A malformed form is rejected with a page, since a person sent it.
#[derive(Debug)]
pub struct Form(pub RawParams);

impl FromRequest<WebState> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(incoming) = Incoming::from_request_parts(&mut parts, state).await;
        let request = Request::from_parts(parts, body);
        let media = crate::platform::body::media_type(&request);
        let read = match Bytes::from_request(request, state).await {
            Ok(bytes) => parse(&media, &bytes),
            Err(_) => Err(CUT_OFF),
        };
        let params = read.map_err(|why| error::unreadable(state, &incoming, why))?;
        // We never store NUL, and no one can type it.
        if params.pairs().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(error::unreadable(state, &incoming, NUL));
        }
        Ok(Self(params))
    }
}

/// A wrong password is shown as a form to correct, not as a forbidden page.
pub fn of_form(status: axum::http::StatusCode) -> axum::http::StatusCode {
    match status {
        axum::http::StatusCode::TOO_MANY_REQUESTS => axum::http::StatusCode::TOO_MANY_REQUESTS,
        _ => axum::http::StatusCode::UNPROCESSABLE_ENTITY,
    }
}
