//! Creations that can be sent again without happening again: the header `Idempotency-Key` of programs, and the forms of
//! pages, share how answers are kept. Each is answered by what its use case kept in its own transaction ([`Kept`]), and by
//! nothing else.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::platform::problem::{self, Problem};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use domain::SecretHash;
use domain::access::{Operation, Principal};
use flows::platform::idempotency::{self, Keeper, Kept, Once, Shown};
use flows::platform::management_error::ManagementRefusal;
use flows::{Ctx, Fault, Server};
use futures_util::FutureExt as _;
use serde_json::{Map, Value};

const HEADER: &str = "idempotency-key";
/// Tells that this was answered before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// No answer to a creation is longer.
const LONGEST: usize = 256 * 1024;

/// What became of a request that is done once.
#[derive(Debug)]
pub enum Outcome<E> {
    /// The answer, of now or of before.
    Answered(Response<Body>),
    /// Nothing was done, and nothing is kept.
    Refused(E),
    Mismatch,
    InProgress,
}

/// Does `work` once under a key: see [`idempotency::once`]. `Err` of `work` means that nothing was done.
pub async fn done_once<E, F>(
    app: &Server,
    ctx: &Ctx,
    caller: &str,
    key: &str,
    request: SecretHash,
    work: impl FnOnce(Keeper) -> F + Send + 'static,
) -> Result<Outcome<E>, Fault>
where
    F: Future<Output = Result<Kept, E>> + Send + 'static,
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

/// Runs `work`, or answers what it answered when the same credential sent the same under the same key before. `what` names the
/// endpoint, and `operation` what the caller must be allowed to do, also to read the answer again.
pub async fn once<W, F>(
    state: WebState,
    manager: ApiCaller,
    what: &'static str,
    operation: Operation,
    body: Map<String, Value>,
    work: W,
) -> problem::ApiResult
where
    W: FnOnce(WebState, ApiCaller, Map<String, Value>, Keeper) -> F + Send + 'static,
    F: Future<Output = Made> + Send + 'static,
{
    // What was answered may hold secrets: only the same credential reads it again, and only while it may do this. If it may
    // not, the use case refuses.
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
    // With another role the answer may hold more than the caller could ask for today: that is another request.
    let rights = rights(&manager.principal);
    // Another query asks for something else, as `owner=operator` does.
    let text = Value::from(body.clone()).to_string();
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

/// The rights that an answer was made with, as a part of the request.
pub fn rights(principal: &Principal) -> String {
    let role = principal.workspace.map(|(_, role)| role.as_str()).unwrap_or_default();
    format!("{role} {}", principal.operator)
}

/// What an endpoint that is done once answers.
pub type Made = Result<Kept, Problem>;

/// A response that whoever sends the same again reads again.
pub fn again(response: Response<Body>) -> Result<Shown, Fault> {
    Ok(Shown::Again(keep(response)?))
}

/// A response that is no news the second time: what is sent again is done again.
pub fn this_once(response: Response<Body>) -> Result<Shown, Fault> {
    Ok(Shown::Once(keep(response)?))
}

/// The response, where there is no key to keep it under.
pub fn answered(kept: Kept) -> Result<Response<Body>, Fault> {
    tell(kept.answer(), false)
}

/// A response as it is kept. It is there as a whole: nothing here waits.
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
