//! Creations that are safe to repeat. API requests with the header `Idempotency-Key` and the forms of pages store their responses
//! the same way. Each is answered with what its use case stored in its own transaction ([`KeptResponse`]), and with nothing else.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::access::body::Body as RequestBody;
use crate::platform::problem::{self, Problem};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use domain::SecretHash;
use domain::access::{Operation, Principal};
use flows::platform::idempotency::{self, Keeper, KeptResponse, Once, Repeatable};
use flows::platform::management_error::ManagementRefusal;
use flows::{Ctx, Fault, Server};
use futures_util::FutureExt as _;
use serde_json::Value;

const HEADER: &str = "idempotency-key";
/// Marks a response as a replay.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Maximum length of the response to a creation.
const LONGEST: usize = 256 * 1024;

/// The outcome of an idempotent request.
#[derive(Debug)]
pub enum Outcome<E> {
    /// The response, new or stored.
    Answered(Response<Body>),
    /// Nothing was done or stored.
    Refused(E),
    Mismatch,
    InProgress,
}

/// Runs `work` once per key: see [`idempotency::once`]. An `Err` of `work` means that nothing was done.
pub async fn done_once<E, F>(
    app: &Server,
    ctx: &Ctx,
    caller: &str,
    key: &str,
    request: SecretHash,
    work: impl FnOnce(Keeper) -> F + Send + 'static,
) -> Result<Outcome<E>, Fault>
where
    F: Future<Output = Result<KeptResponse, E>> + Send + 'static,
    E: Send + 'static,
{
    Ok(match idempotency::once(app, ctx, caller, key, request, work).await? {
        Once::Done(answer) => Outcome::Answered(tell(answer, false)?),
        Once::Replay(answer) => Outcome::Answered(tell(answer, true)?),
        Once::Refused(refusal) => Outcome::Refused(refusal),
        Once::Mismatch => Outcome::Mismatch,
        Once::InProgress => Outcome::InProgress,
    })
}

/// Runs `work`, or returns its stored response if the same credential sent the same request with the same key before. `what`
/// names the endpoint. `operation` is what the caller must be allowed to do, also to read a stored response.
pub async fn once<T, W, F>(
    state: WebState,
    manager: ApiCaller,
    what: &'static str,
    operation: Operation,
    body: RequestBody<T>,
    work: W,
) -> problem::ApiResult
where
    T: 'static,
    W: FnOnce(WebState, ApiCaller, RequestBody<T>, Keeper) -> F + Send + 'static,
    F: Future<Output = Made> + Send + 'static,
{
    // The stored response may contain secrets. Only the same credential can read it, and only while it may still perform this
    // operation; otherwise the use case refuses.
    let may = manager.principal.may(operation).is_ok();
    let Some(key) = manager.header(HEADER).filter(|_| may).map(str::to_owned) else {
        return Ok(answered(work(state, manager, body, Keeper::nowhere()).await?)?);
    };
    if !idempotency::is_key(&key) {
        return Err(ManagementRefusal::Text.of("Idempotency-Key").into());
    }
    let (app, ctx) = (state.app().clone(), manager.ctx.clone());
    let workspace = manager.principal.workspace;
    let caller = format!("{} {:?}", manager.principal.credential.key(), workspace.map(|(id, _)| id));
    // With other rights, the response might reveal more than the caller could get today, so this counts as a different request.
    let rights = rights(&manager.principal);
    // The query also changes the meaning of the request, for example `owner=operator`.
    let text = Value::from(body.members().clone()).to_string();
    let query = manager.queries().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    let parts: Vec<&[u8]> = [what.as_bytes(), rights.as_bytes(), text.as_bytes()].into_iter().chain(query).collect();
    let request = idempotency::request_hash(&app, &parts);
    let work = |keeper| Box::pin(work(state, manager, body, keeper));
    match done_once(&app, &ctx, &caller, &key, request, work).await? {
        Outcome::Answered(response) => Ok(response),
        Outcome::Refused(problem) => Err(problem),
        Outcome::Mismatch => Err(ManagementRefusal::KeyReused.into()),
        Outcome::InProgress => Err(ManagementRefusal::KeyInUse.into()),
    }
}

/// The rights used for a response, as a part of the request hash.
pub fn rights(principal: &Principal) -> String {
    let role = principal.workspace.map(|(_, role)| role.as_str()).unwrap_or_default();
    format!("{role} {}", principal.operator)
}

/// The result of an idempotent endpoint.
pub type Made = Result<KeptResponse, Problem>;

/// A response that is stored and replayed when the request is repeated.
pub fn again(response: Response<Body>) -> Result<Repeatable, Fault> {
    Ok(Repeatable::Again(keep(response)?))
}

/// A response that is not replayed: when the request is repeated, it runs again.
pub fn this_once(response: Response<Body>) -> Result<Repeatable, Fault> {
    Ok(Repeatable::Once(keep(response)?))
}

/// The response when there is no key to store it under.
pub fn answered(kept: KeptResponse) -> Result<Response<Body>, Fault> {
    tell(kept.answer(), false)
}

/// Converts a response for storage. Its body is already complete, so nothing blocks here.
fn keep(response: Response<Body>) -> Result<idempotency::StoredResponse, Fault> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LONGEST).now_or_never().ok_or(Fault::Other("an answer that is still being made"))?;
    let body = body.map_err(|_| Fault::Other("an answer that does not end"))?;
    let body = String::from_utf8(body.into()).map_err(|_| Fault::Other("an answer that is no text"))?;
    let headers =
        parts.headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    Ok(idempotency::StoredResponse { status: parts.status.as_u16(), headers: headers.collect(), body })
}

fn tell(answer: idempotency::StoredResponse, replayed: bool) -> Result<Response<Body>, Fault> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).map_err(|_| Fault::Other("an answer without a status"))?;
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}
