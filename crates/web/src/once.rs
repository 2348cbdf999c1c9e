//! Creations that can be sent again without happening again: the header `Idempotency-Key`.
use crate::WebState;
use crate::manager::Manager;
use crate::problem::{Answer, Problem};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use flows::idempotency::{self, Once};
use flows::manage::Unmanaged;
use flows::{Fault, idempotency as keys};
use serde_json::{Map, Value};

const HEADER: &str = "idempotency-key";
/// Tells that this was answered before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// No answer to a creation is longer.
const LONGEST: usize = 256 * 1024;

/// Runs `work`, or answers what it answered when the caller sent the same under the same key before. `what` names the
/// operation.
pub async fn once<W, F>(
    state: WebState,
    manager: Manager,
    what: &'static str,
    body: Map<String, Value>,
    work: W,
) -> Answer
where
    W: FnOnce(WebState, Manager, Map<String, Value>) -> F + Send + 'static,
    F: Future<Output = Answer> + Send,
{
    let Some(key) = manager.header(HEADER).map(str::to_owned) else { return work(state, manager, body).await };
    if !keys::is_key(&key) {
        return Err(Unmanaged::Text.of("Idempotency-Key").into());
    }
    let (app, ctx) = (state.app().clone(), manager.ctx.clone());
    let caller = format!("{:?} {:?}", manager.principal.user, manager.principal.workspace);
    // Another query asks for something else, as `owner=operator` does.
    let text = Value::from(body.clone()).to_string();
    let query = manager.queries().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    let parts: Vec<&[u8]> = [what.as_bytes(), text.as_bytes()].into_iter().chain(query).collect();
    let request = keys::request_hash(&app, &parts);
    let work = async move { keep(work(state, manager, body).await?).await };
    match idempotency::once(&app, &ctx, &caller, &key, request, work).await? {
        Once::Done(answer) => tell(answer, false),
        Once::Replay(answer) => tell(answer, true),
        Once::Refused(problem) => Err(problem),
        Once::Mismatch => Err(Unmanaged::KeyReused.into()),
        Once::InProgress => Err(Unmanaged::KeyInUse.into()),
    }
}

/// A response as it is kept.
async fn keep(response: Response<Body>) -> Result<idempotency::Answer, Problem> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LONGEST).await.map_err(|_| Fault::Other("an answer that does not end"))?;
    let body = String::from_utf8(body.into()).map_err(|_| Fault::Other("an answer that is no text"))?;
    let headers =
        parts.headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    Ok(idempotency::Answer { status: parts.status.as_u16(), headers: headers.collect(), body })
}

fn tell(answer: idempotency::Answer, replayed: bool) -> Answer {
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
