//! Forms that create something. Submitting one twice, or reloading the result, creates it once and shows the same result.
use crate::WebState;
use crate::access::idempotency::{Outcome, again, answered, done_once, rights};
use crate::access::page_visitor::{ONCE, PageVisitor, Posted};
use crate::platform::pages::frame::{Frame, Leads, render};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use flows::platform::idempotency::{self, Keep, Keeper, KeptResponse};
use flows::platform::management_error::ManagementRefusal;
use flows::{Failure, Fault};
use std::sync::Arc;

/// Why nothing was created.
#[derive(Debug)]
pub enum NotCreated {
    /// The page that explains it.
    Shown(Box<Response>),
    Fault(Fault),
}

impl From<Response> for NotCreated {
    fn from(response: Response) -> Self {
        Self::Shown(Box::new(response))
    }
}

impl From<Box<Response>> for NotCreated {
    fn from(response: Box<Response>) -> Self {
        Self::Shown(response)
    }
}

impl From<Fault> for NotCreated {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The page shown after creating something. It is stored unchanged, including secrets: encrypted, for a day, and in the
/// transaction that creates it. `Err` means that nothing was created or stored, so the form can be corrected and sent again.
pub type Made = Result<KeptResponse, NotCreated>;

/// Shown when a form is submitted again while the first submission is still being processed.
#[derive(Template)]
#[template(path = "oauth/under_way.html")]
struct UnderWay<'p> {
    frame: Frame,
    action: &'p str,
    /// The fields of the form as submitted.
    fields: Vec<(&'p str, &'p str)>,
}

impl Posted {
    /// Processes the form once each time it was shown: its key belongs to the session and the path.
    pub async fn once<W, F>(self, state: WebState, work: W) -> Response
    where
        W: FnOnce(WebState, Arc<Posted>, Keeper) -> F + Send + 'static,
        F: Future<Output = Made> + Send + 'static,
    {
        let posted = Arc::new(self);
        let person = &posted.person;
        let refused = |fault: Fault| person.refused(&state, &Failure::<ManagementRefusal>::Fault(fault));
        let (at, form) = (state.clone(), Arc::clone(&posted));
        let work = |keeper| Box::pin(work(at, form, keeper));
        let outcome = match posted.field(ONCE) {
            // Our forms always carry a key. Without one the request was hand-made and runs without deduplication.
            "" => match work(Keeper::nowhere()).await {
                Ok(kept) => answered(kept).map(Outcome::Answered),
                Err(unmade) => Ok(Outcome::Refused(unmade)),
            },
            key if !idempotency::is_key(key) => return person.form_used(&state),
            key => {
                let caller = format!("page {} {} {}", person.session, person.user.id, posted.path);
                let rights = rights(&person.principal);
                let pairs = posted.form.pairs().filter(|(name, _)| *name != "csrf");
                let pairs = pairs.flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
                let parts: Vec<&[u8]> = std::iter::once(rights.as_bytes()).chain(pairs).collect();
                let request = idempotency::request_hash(state.app(), &parts);
                done_once(state.app(), &person.ctx, &caller, key, request, work).await
            }
        };
        match outcome {
            Ok(Outcome::Answered(response)) => response,
            Ok(Outcome::Refused(NotCreated::Shown(response))) => *response,
            Ok(Outcome::Mismatch) => person.form_used(&state),
            Ok(Outcome::InProgress) => under_way(&state, &posted),
            Ok(Outcome::Refused(NotCreated::Fault(fault))) | Err(fault) => refused(fault),
        }
    }
}

/// Stores the page that shows what was created.
pub fn page_of<T>(
    state: &WebState,
    posted: &Arc<Posted>,
    keeper: Keeper,
    show: impl FnOnce(&WebState, &PageVisitor, T) -> Response + Send + 'static,
) -> Keep<T> {
    let (state, posted) = (state.clone(), Arc::clone(posted));
    keeper.keep(move |made| again(show(&state, &posted.person, made)))
}

fn under_way(state: &WebState, posted: &Posted) -> Response {
    tracing::warn!(request_id = posted.person.ctx.facts.request_id, reason = "form_in_use", "refused");
    let page = UnderWay {
        frame: posted.person.bare_frame(state),
        action: &posted.path,
        fields: posted.form.pairs().collect(),
    };
    render(state, &page, StatusCode::CONFLICT, Leads::Here, None)
}
