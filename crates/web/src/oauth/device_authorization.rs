//! `POST device_authorization`.
use crate::WebState;
use crate::oauth::client_authentication::presented;
use crate::platform::answers::{OAuth400, OAuth401, OAuth429};
use crate::platform::body::Params;
use crate::platform::mounts::{AlsoAt as _, PROTOCOL};
use crate::platform::request::Incoming;
use crate::platform::respond::{json_response, oauth_failure};
use crate::platform::schema::oauth::{DeviceAuthorizationAnswer, DeviceAuthorizationRequest};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::oauth::endpoint::Endpoint;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes_also_at(PROTOCOL, routes!(post))
}

/// Begin on a device
///
/// For devices without a browser or keyboard: codes to show and to poll the token endpoint with (RFC 8628 §3.1).
#[utoipa::path(post, path = "/oauth2/device_authorization", operation_id = "device_authorization", tag = "oauth",
    request_body(content((DeviceAuthorizationRequest = "application/x-www-form-urlencoded"),
        (DeviceAuthorizationRequest = "application/json"))),
    responses((status = 200, description = "Codes", body = DeviceAuthorizationAnswer),
        (status = 400, response = OAuth400), (status = 401, response = OAuth401), (status = 429, response = OAuth429)),
    security(("client" = []), ()))]
pub async fn post(State(state): State<WebState>, incoming: Incoming, Params(body): Params) -> Response {
    let presented = match presented(&state, &incoming, Endpoint::DeviceAuthorization, &body) {
        Ok(presented) => presented,
        Err(refused) => return *refused,
    };
    match flows::oauth::device::request(state.app(), &incoming.ctx, &presented).await {
        Ok(codes) => {
            let answer = DeviceAuthorizationAnswer {
                device_code: codes.device_code.expose(),
                user_code: codes.user_code.to_string(),
                verification_uri: codes.verification_uri,
                verification_uri_complete: codes.verification_uri_complete,
                expires_in: codes.expires_in,
                interval: codes.interval,
            };
            json_response(StatusCode::OK, &answer)
        }
        Err(failure) => oauth_failure(&failure, &incoming.ctx.facts.request_id),
    }
}
