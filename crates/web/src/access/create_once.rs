//! Forms that make something: sent twice, or their answer loaded again, they make it once and show the same answer.
use crate::WebState;
use crate::access::idempotency::{Outcome, again, answered, done_once, rights};
use crate::access::page_visitor::{ONCE, PageVisitor, Posted};
use crate::platform::pages::frame::{Frame, Leads, render};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use flows::platform::idempotency::{self, Keep, Keeper, Kept};
use flows::platform::management_error::ManagementRefusal;
use flows::{Failure, Fault};
use std::sync::Arc;

/// Why nothing was made.
#[derive(Debug)]
pub enum NotCreated {
    /// The page that says so.
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

/// The page after something was made, which is kept as it is, secrets and all: sealed, for a day, and in the transaction that
/// makes it. `Err` means that nothing was made, and nothing is kept: the form can be mended and sent again.
pub type Made = Result<Kept, NotCreated>;

/// Shown to somebody who sent a form again while it was being worked on.
#[derive(Template)]
#[template(path = "oauth/under_way.html")]
struct UnderWay<'p> {
    frame: Frame,
    action: &'p str,
    /// The form, as it was sent.
    fields: Vec<(&'p str, &'p str)>,
}

impl Posted {
    /// Does what the form asks for, once for each time that the form was shown: the session and the path own its key.
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
            // A form without a key is none of ours; whoever wrote it minds what they send.
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

/// Keeps the page that shows what was made.
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
