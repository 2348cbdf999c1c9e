//! The body of a form that a person sent.
use super::refused;
use crate::WebState;
use crate::body::{CUT_OFF, NUL, parse};
use crate::incoming::Incoming;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::Response;
use domain::platform::params::RawParams;

/// The parameters of a form. What cannot be read is refused with a page: a person sent it.
#[derive(Debug)]
pub struct Form(pub RawParams);

impl FromRequest<WebState> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(incoming) = Incoming::from_request_parts(&mut parts, state).await;
        let request = Request::from_parts(parts, body);
        let media = crate::body::media_type(&request);
        let read = match Bytes::from_request(request, state).await {
            Ok(bytes) => parse(&media, &bytes),
            Err(_) => Err(CUT_OFF),
        };
        let params = read.map_err(|why| refused::unreadable(state, &incoming, why))?;
        // No database of ours keeps it, so that nobody typed it.
        if params.pairs().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(refused::unreadable(state, &incoming, NUL));
        }
        Ok(Self(params))
    }
}
