//! The page behind an invitation's link: who invites whom where, and accepting it.
//!
//! Whoever knows the token may join. It stands in the link alone, and in the form that accepts: no log tells a query, and
//! no page of ours tells other servers where people come from.
use crate::WebState;
use crate::incoming::Incoming;
use crate::pages::frame::{Frame, Leads, render, with_browser};
use crate::pages::refused;
use crate::person::{Person, Posted};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::Secret;
use flows::invitations::{self, InvitationView};
use flows::manage::{ManageRefusal, Unmanaged};
use flows::session::Caller;

#[derive(Template)]
#[template(path = "workspace/join.html")]
struct JoinPage {
    frame: Frame,
    invitation: InvitationView,
    /// Why it cannot be accepted.
    problem: Option<String>,
    /// Who is signed in.
    email: Option<String>,
    /// Where whoever is a member already goes.
    inside: Option<String>,
    token: Secret,
    /// This page, to come back to.
    here: Secret,
}

/// This page, with its token.
fn here(state: &WebState, token: &str) -> Secret {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
    Secret::new(state.path(&format!("/invitations/accept?{query}")))
}

/// Why the invitation cannot be used by whoever is not a member yet.
fn unusable(frame: &Frame, invitation: &InvitationView) -> Option<String> {
    invitations::unusable(invitation.state).map(|why| frame.texts().refusal(&ManageRefusal::from(why)))
}

pub async fn get(State(state): State<WebState>, incoming: Incoming, person: Result<Person, Response>) -> Response {
    let token = incoming.query.get("token").unwrap_or_default();
    let found = invitations::look(state.app(), &incoming.ctx, token).await;
    let person = match person {
        Ok(person) => Some(person),
        Err(response) => match incoming.session(&state).await {
            Ok(Caller::Session(_)) | Err(_) => return response,
            Ok(_) => None,
        },
    };
    match (found, person) {
        (Ok(invitation), Some(person)) => person.show(&state, &of_person(&state, &person, invitation, token, None)),
        (Err(failure), Some(person)) => person.refused(&state, &failure),
        (Err(failure), None) => refused::failure(&state, &incoming, &failure),
        (Ok(invitation), None) => {
            let browser = incoming.browser(&state);
            let frame = Frame::new(&state, &browser);
            let page = JoinPage {
                problem: unusable(&frame, &invitation),
                invitation,
                email: None,
                inside: None,
                token: Secret::new(token),
                here: here(&state, token),
                frame,
            };
            with_browser(&state, &browser, render(&state, &page, StatusCode::OK, Leads::Here, None))
        }
    }
}

fn of_person(
    state: &WebState,
    person: &Person,
    invitation: InvitationView,
    token: &str,
    problem: Option<String>,
) -> JoinPage {
    let frame = person.bare_frame(state);
    let id = invitation.workspace_id;
    let member = person.memberships.iter().any(|membership| membership.workspace_id == id);
    let already = member.then(|| frame.texts().refusal(&ManageRefusal::from(Unmanaged::AlreadyMember)));
    JoinPage {
        problem: problem.or(already).or_else(|| unusable(&frame, &invitation)),
        invitation,
        email: Some(person.user.email.to_string()),
        inside: member.then(|| state.path(&format!("/workspaces/{id}/members"))),
        token: Secret::new(token),
        here: here(state, token),
        frame,
    }
}

pub async fn post(State(state): State<WebState>, posted: Posted) -> Response {
    let person = &posted.person;
    let token = posted.field("token");
    let failure = match invitations::accept(state.app(), &person.ctx, &person.principal, token).await {
        Ok(joined) => {
            return person.done(&state, &state.path(&format!("/workspaces/{}/members", joined.workspace_id)), "joined");
        }
        Err(failure) => failure,
    };
    // What has become of it meanwhile is told where it was accepted.
    let flows::Failure::Refused(refusal) = &failure else { return person.refused(&state, &failure) };
    match invitations::look(state.app(), &person.ctx, token).await {
        Ok(invitation) => {
            let said = person.bare_frame(&state).texts().refusal(refusal);
            person.again(&state, &of_person(&state, person, invitation, token, Some(said)))
        }
        Err(_) => person.refused(&state, &failure),
    }
}
