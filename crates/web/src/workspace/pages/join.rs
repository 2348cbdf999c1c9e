//! The pages of an invitation link: who invites whom to which workspace, and accepting it.
//!
//! Anyone with the link can join. Its secret is only in the link's URL: opening it stores a pass in the browser and redirects
//! to a URL without the secret, which users return to after signing in.
use crate::WebState;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::cookies::{Cookie, too_many_invitations};
use crate::platform::pages::error;
use crate::platform::pages::frame::{Frame, Leads, render, see_other, with_browser, with_cookie};
use crate::platform::request::{Browser, Incoming};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Email;
use domain::workspace::InvitationState;
use domain::{InvitationId, Secret};
use flows::access::caller::Caller;
use flows::platform::management_error::{ManagementError, ManagementRefusal};
use flows::platform::one_time_link::OpenedLink;
use flows::workspace::invitations::{self, Accepting, InvitationView, InvitationViewer};

/// The field that confirms accepting with another account.
const ANYWAY: &str = "anyway";

/// The invited address, as shown to the reader.
enum Meant {
    ForAnybody,
    ForReader(Email),
    /// Masked, since the link may have been forwarded.
    ForAnother(String),
    /// Masked, for a reader who is not signed in.
    Masked(String),
}

#[derive(Template)]
#[template(path = "workspace/join.html")]
struct JoinPage {
    frame: Frame,
    invitation: InvitationView,
    meant: Meant,
    /// The form's problem, or why the invitation cannot be accepted.
    problem: Option<String>,
    /// A notice that it was already accepted, or does not need to be.
    settled: Option<String>,
    can_accept: bool,
    /// The signed-in user.
    email: Option<String>,
    /// The workspace's page, if the user is already a member.
    inside: Option<String>,
    /// The path of this page, to return to.
    here: String,
}

fn here(state: &WebState, id: InvitationId) -> String {
    state.path(&format!("/invitations/{id}"))
}

/// The browser's pass for an invitation; empty if it has none.
fn pass(state: &WebState, incoming: &Incoming, id: &str) -> Secret {
    let id = id.parse::<InvitationId>().ok();
    let cookie = id.and_then(|id| Cookie::Invitation(id).read(state, &incoming.headers));
    Secret::new(cookie.unwrap_or_default())
}

fn meant(invitation: &InvitationView, reader: Option<&Email>) -> Meant {
    match (&invitation.email, reader) {
        (None, _) => Meant::ForAnybody,
        (Some(email), None) => Meant::Masked(email.masked()),
        (Some(email), Some(reader)) if invitation.is_for_another(reader) => Meant::ForAnother(email.masked()),
        (Some(_), Some(reader)) => Meant::ForReader(reader.clone()),
    }
}

fn page(
    state: &WebState,
    frame: Frame,
    invitation: InvitationView,
    person: Option<&PageVisitor>,
    problem: Option<String>,
) -> JoinPage {
    let id = invitation.workspace_id;
    let member = person.is_some_and(|person| person.memberships.iter().any(|m| m.workspace_id == id));
    let reader = InvitationViewer { user: person.map(|person| person.user.id), member };
    let why = invitation.unusable(reader);
    let said = why.map(|why| frame.texts().refusal(&ManagementError::from(why)));
    let settles = matches!(why, Some(ManagementRefusal::InvitationAccepted | ManagementRefusal::AlreadyMember));
    let (settled, wrong) = if settles { (said, None) } else { (None, said) };
    JoinPage {
        meant: meant(&invitation, person.map(|person| &person.user.email)),
        // The invitation's state takes precedence over the form's problem.
        problem: if why.is_some() { wrong } else { problem },
        settled,
        can_accept: why.is_none(),
        email: person.map(|person| person.user.email.to_string()),
        inside: member.then(|| state.path(&format!("/workspaces/{id}/members"))),
        here: here(state, invitation.id),
        invitation,
        frame,
    }
}

/// Opens the link: stores its secret as a pass in this browser, and redirects to a URL without it.
pub async fn open(State(state): State<WebState>, incoming: Incoming) -> Response {
    let browser = incoming.browser(&state);
    let token = incoming.query.get("token").unwrap_or_default();
    let opened = match invitations::open(state.app(), &incoming.ctx, token, browser.binding(&state)).await {
        Ok(opened) => opened,
        Err(failure) => return error::failure(&state, &incoming, &failure),
    };
    let mut response = with_browser(&state, &browser, see_other(&here(&state, opened.id)));
    for line in too_many_invitations(&state, &incoming.headers) {
        response = with_cookie(response, Some(line));
    }
    with_cookie(response, Cookie::Invitation(opened.id).set(&state, opened.pass.expose()))
}

pub async fn get(
    State(state): State<WebState>,
    Path(id): Path<String>,
    incoming: Incoming,
    person: Result<PageVisitor, Response>,
) -> Response {
    let person = match person {
        Ok(person) => Some(person),
        Err(response) => match incoming.session(&state).await {
            Ok(Caller::Session(_)) | Err(_) => return response,
            Ok(_) => None,
        },
    };
    let browser = incoming.browser(&state);
    let pass = pass(&state, &incoming, &id);
    let held = OpenedLink { pass: &pass, browser: browser.binding(&state) };
    match (invitations::look(state.app(), &incoming.ctx, &id, held).await, person) {
        (Ok(invitation), Some(person)) => {
            let page = page(&state, person.bare_frame(&state), invitation, Some(&person), None);
            person.show(&state, &page)
        }
        (Err(failure), Some(person)) => person.refused(&state, &failure),
        (Err(failure), None) => error::failure(&state, &incoming, &failure),
        (Ok(invitation), None) => show_stranger(&state, &browser, invitation),
    }
}

fn show_stranger(state: &WebState, browser: &Browser, invitation: InvitationView) -> Response {
    let page = page(state, Frame::new(state, browser), invitation, None, None);
    with_browser(state, browser, render(state, &page, StatusCode::OK, Leads::Here, None))
}

pub async fn post(State(state): State<WebState>, Path(id): Path<String>, posted: Posted) -> Response {
    let person = &posted.person;
    let pass = pass(&state, &person.incoming, &id);
    let held = OpenedLink { pass: &pass, browser: person.incoming.browser(&state).binding(&state) };
    let accepting = Accepting { id: &id, held, anyway: posted.field(ANYWAY) == "yes" };
    let failure = match invitations::accept(state.app(), &person.ctx, &person.principal, accepting).await {
        Ok(joined) => {
            return person.done(&state, &state.path(&format!("/workspaces/{}/members", joined.workspace_id)), "joined");
        }
        Err(failure) => failure,
    };
    // If the invitation has changed in the meantime, its page shows why.
    let flows::Failure::Refused(refusal) = &failure else { return person.refused(&state, &failure) };
    match invitations::look(state.app(), &person.ctx, &id, held).await {
        Ok(invitation) => {
            let frame = person.bare_frame(&state);
            let said = frame.texts().refusal(refusal);
            person.again(&state, &page(&state, frame, invitation, Some(person), Some(said)))
        }
        Err(_) => person.refused(&state, &failure),
    }
}
