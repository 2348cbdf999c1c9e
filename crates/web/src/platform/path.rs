//! Path parameters. Invalid UTF-8 counts as an unknown id: axum's own rejection would use another format.
use crate::WebState;
use crate::platform::problem::Problem;
use axum::extract::{self, FromRequestParts};
use axum::http::request::Parts;
use flows::platform::management_error::ManagementRefusal;
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// For the management APIs: a malformed id is treated as unknown.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<WebState> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Problem> {
        let read = extract::Path::from_request_parts(parts, state).await;
        read.map(|path| Self(path.0)).map_err(|_| ManagementRefusal::PathUnknown.into())
    }
}

/// For registrations: the id, or an empty string, which no client has.
#[derive(Debug)]
pub struct RegisteredId(pub String);

impl FromRequestParts<WebState> for RegisteredId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Infallible> {
        let read = extract::Path::from_request_parts(parts, state).await;
        Ok(Self(read.map(|path| path.0).unwrap_or_default()))
    }
}
