//! A single account.
use crate::WebState;
use crate::access::field_error::Problem;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::access::Operation;
use flows::operator::users::{self, OneUser};
use flows::platform::management_error::ManagementRefusal;

#[derive(Template)]
#[template(path = "operator/user.html")]
struct UserPage {
    frame: Frame,
    problem: Problem,
    one: OneUser,
    /// Whether it is the visitor's own account.
    own: bool,
    may_change: bool,
    /// Why the account can neither be disabled nor lose its operator role, if so.
    stays: Option<String>,
    back: String,
    path: String,
    /// Where the lists of workspaces and clients are.
    workspaces: String,
    clients: String,
}

/// The length of a list.
fn listed<T>(all: &[T]) -> i64 {
    i64::try_from(all.len()).unwrap_or(i64::MAX)
}

impl UserPage {
    fn memberships(&self) -> i64 {
        listed(&self.one.memberships)
    }

    fn connected(&self) -> i64 {
        listed(&self.one.connected)
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor, Path(id): Path<String>) -> Response {
    let frame = person.frame(&state, Section::Users);
    show(&state, &person, &id, frame, Problem::default()).await
}

/// The page, with the problem of the form that it sent.
pub async fn show(state: &WebState, person: &PageVisitor, id: &str, frame: Frame, problem: Problem) -> Response {
    let one = match users::find(state.app(), &person.ctx, &person.principal, id).await {
        Ok(one) => one,
        Err(failure) => return person.refused(state, &failure),
    };
    let back = person.path(state, Section::Users);
    let path = format!("{back}/{}", one.found.user.id);
    let own = one.found.user.id == person.user.id;
    let may_change = person.principal.may(Operation::WriteAllUsers).is_ok();
    let stays = one.last_operator.then(|| frame.texts().refusal(&ManagementRefusal::LastOperator));
    let (workspaces, clients) = (person.path(state, Section::Workspaces), person.path(state, Section::Clients));
    let page = UserPage { frame, problem, one, own, may_change, stays, back, path, workspaces, clients };
    if page.problem.is_some() { person.again(state, &page) } else { person.show(state, &page) }
}
