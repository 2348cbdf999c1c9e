//! Creations that can be sent again without happening again: the header `Idempotency-Key` of programs, and the forms of
//! pages, share how answers are kept.
use crate::WebState;
use crate::manager::Manager;
use crate::problem;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use domain::SecretHash;
use domain::access::{Operation, Principal};
use flows::idempotency::{self, Once};
use flows::manage::Unmanaged;
use flows::{App, Ctx, Fault};
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
    app: &App,
    ctx: &Ctx,
    caller: &str,
    key: &str,
    request: SecretHash,
    work: F,
) -> Result<Outcome<E>, Fault>
where
    F: Future<Output = Result<Response<Body>, E>> + Send + 'static,
    E: From<Fault> + Send + 'static,
{
    let work = Box::pin(async move { Ok(keep(work.await?).await?) });
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
    manager: Manager,
    what: &'static str,
    operation: Operation,
    body: Map<String, Value>,
    work: W,
) -> problem::Answer
where
    W: FnOnce(WebState, Manager, Map<String, Value>) -> F + Send + 'static,
    F: Future<Output = problem::Answer> + Send + 'static,
{
    // What was answered may hold secrets: only the same credential reads it again, and only while it may do this. If it may
    // not, the use case refuses.
    let may = manager.principal.may(operation).is_ok();
    let Some(key) = manager.header(HEADER).filter(|_| may).map(str::to_owned) else {
        return work(state, manager, body).await;
    };
    if !idempotency::is_key(&key) {
        return Err(Unmanaged::Text.of("Idempotency-Key").into());
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
    match done_once(&app, &ctx, &caller, &key, request, Box::pin(work(state, manager, body))).await? {
        Outcome::Answered(response) => Ok(response),
        Outcome::Refused(problem) => Err(problem),
        Outcome::Mismatch => Err(Unmanaged::KeyReused.into()),
        Outcome::InProgress => Err(Unmanaged::KeyInUse.into()),
    }
}

/// The rights that an answer was made with, as a part of the request.
pub fn rights(principal: &Principal) -> String {
    let role = principal.workspace.map(|(_, role)| role.as_str()).unwrap_or_default();
    format!("{role} {}", principal.operator)
}

/// A response as it is kept.
async fn keep(response: Response<Body>) -> Result<idempotency::Answer, Fault> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LONGEST).await.map_err(|_| Fault::Other("an answer that does not end"))?;
    let body = String::from_utf8(body.into()).map_err(|_| Fault::Other("an answer that is no text"))?;
    let headers =
        parts.headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    Ok(idempotency::Answer { status: parts.status.as_u16(), headers: headers.collect(), body })
}

fn tell(answer: idempotency::Answer, replayed: bool) -> Result<Response<Body>, Fault> {
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
