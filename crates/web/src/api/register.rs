//! Dynamic registration (RFC 7591) and its management (RFC 7592).
use crate::WebState;
use crate::body::Json;
use crate::error::{Challenge, fault_said, json_response, no_store, oauth_failure};
use crate::error::{OAuthError, oauth_error};
use crate::incoming::{Incoming, tagged};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use flows::register::{self, RegisterRefusal, Registered};
use flows::session::Caller;
use flows::{Failure, Fault};

const BEARER: Option<Challenge> = Some(Challenge::Bearer);

fn answer(incoming: &Incoming, status: StatusCode, outcome: Result<Registered, Failure<RegisterRefusal>>) -> Response {
    match outcome {
        Ok(Registered { metadata, revision }) => tagged(json_response(status, &metadata), revision),
        Err(failure) => refused(incoming, &failure),
    }
}

fn refused(incoming: &Incoming, failure: &Failure<RegisterRefusal>) -> Response {
    let challenge = BEARER.filter(|_| matches!(failure, Failure::Refused(RegisterRefusal::Access(_))));
    oauth_failure(failure, challenge, &incoming.ctx.facts.request_id)
}

/// The caller by bearer token. A session cookie alone registers nothing: another site's page could send it along.
async fn caller(state: &WebState, incoming: &Incoming) -> Result<Caller, Box<Response>> {
    register::caller(state.app(), &incoming.ctx, incoming.bearer()).await.map_err(|fault: Fault| {
        let (code, description) = fault_said(&fault, &incoming.ctx.facts.request_id);
        Box::new(oauth_error(&OAuthError { code, description, challenge: None }))
    })
}

/// 201, as RFC 7591 §3.2.1 has it.
pub async fn create(State(state): State<WebState>, incoming: Incoming, Json(body): Json) -> Response {
    let caller = match caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    let outcome = register::create(state.app(), &incoming.ctx, &caller, incoming.bearer(), &body).await;
    answer(&incoming, StatusCode::CREATED, outcome)
}

pub async fn read(State(state): State<WebState>, Path(id): Path<String>, incoming: Incoming) -> Response {
    let caller = match caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    let outcome = register::read(state.app(), &incoming.ctx, &caller, incoming.bearer(), &id).await;
    answer(&incoming, StatusCode::OK, outcome)
}

pub async fn replace(
    State(state): State<WebState>,
    Path(id): Path<String>,
    incoming: Incoming,
    Json(body): Json,
) -> Response {
    let caller = match caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    let outcome = register::replace(
        state.app(),
        &incoming.ctx,
        &caller,
        incoming.bearer(),
        &id,
        incoming.expected_revision(),
        &body,
    )
    .await;
    answer(&incoming, StatusCode::OK, outcome)
}

/// RFC 7592 §2.3: 204 without a body.
pub async fn delete(State(state): State<WebState>, Path(id): Path<String>, incoming: Incoming) -> Response {
    let caller = match caller(&state, &incoming).await {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    match register::delete(state.app(), &incoming.ctx, &caller, incoming.bearer(), &id).await {
        Ok(()) => no_store(StatusCode::NO_CONTENT, Vec::new()),
        Err(failure) => refused(&incoming, &failure),
    }
}
