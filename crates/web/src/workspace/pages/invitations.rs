//! Open invitations to a workspace, creating one, and withdrawing one.
use super::roles::{given_by, own_role};
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::create_once::{Made, page_of};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::access::reveal::{Revealed, Shown};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::Pager;
use crate::platform::texts::Rich;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::workspace::{InvitationState, Role};
use flows::platform::idempotency::Keeper;
use flows::workspace::invitations::{self, InvitationRequest, InvitationView};
use flows::{Page, Paged};
use std::sync::Arc;

/// Rows per page.
const ROWS: i64 = 20;

const DAY: i64 = 24 * 60 * 60;

/// Lifetimes of an invitation in days, as offered by the form.
const DAYS: [i64; 4] = [1, 3, 7, 30];

pub fn path(state: &WebState, person: &PageVisitor) -> String {
    let workspace = person.principal.workspace.map(|(id, _)| id.to_string()).unwrap_or_default();
    state.path(&format!("/workspaces/{workspace}/invitations"))
}

#[derive(Template)]
#[template(path = "workspace/invitations.html")]
struct InvitationsPage {
    frame: Frame,
    path: String,
    invitations: String,
    manages: bool,
    list: Vec<InvitationView>,
    pager: Pager,
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let page = Page::new(person.page_number(), ROWS);
    let found = invitations::list(state.app(), &person.ctx, &person.principal, page).await;
    let Paged { items, total } = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let here = path(&state, &person);
    let page = InvitationsPage {
        frame: person.frame(&state, Section::Members),
        path: person.path(&state, Section::Members),
        pager: Pager::new(&here, &[], person.page_number(), ROWS, total),
        invitations: here,
        manages: true,
        list: items,
    };
    person.show(&state, &page)
}

#[derive(Template)]
#[template(path = "workspace/invite.html")]
struct InvitePage<'p> {
    frame: Frame,
    problem: Problem,
    invitations: String,
    roles: &'static [Role],
    days: [i64; 4],
    role: &'p str,
    email: &'p str,
    lifetime: String,
}

fn form<'p>(
    state: &WebState,
    person: &PageVisitor,
    problem: Problem,
    kept: (&'p str, &'p str, &str),
) -> InvitePage<'p> {
    InvitePage {
        frame: person.frame(state, Section::Members),
        problem,
        invitations: path(state, person),
        roles: given_by(own_role(person)),
        days: DAYS,
        role: kept.0,
        email: kept.1,
        lifetime: kept.2.to_owned(),
    }
}

pub async fn new(State(state): State<WebState>, person: PageVisitor) -> Response {
    // Users who may not read the list may not add to it.
    let one = Page::new(1, 1);
    if let Err(failure) = invitations::list(state.app(), &person.ctx, &person.principal, one).await {
        return person.refused(&state, &failure);
    }
    let lifetime = (invitations::LIFETIME / DAY).to_string();
    let page = form(&state, &person, Problem::default(), (Role::Member.as_str(), "", &lifetime));
    person.show(&state, &page)
}

pub async fn create(State(state): State<WebState>, posted: Posted) -> Response {
    posted.once(state, make).await
}

async fn make(state: WebState, posted: Arc<Posted>, keeper: Keeper) -> Made {
    let person = &posted.person;
    let (role, email, lifetime) = (posted.field("role"), posted.field("email"), posted.field("lifetime"));
    // An invalid number of days is rejected like one that is out of range.
    let days: i64 = lifetime.parse().ok().filter(|days| (0..=1000).contains(days)).unwrap_or(0);
    let asked = InvitationRequest { role, email, lifetime: Some(days * DAY) };
    let keep = page_of(&state, &posted, keeper, |state, person, invited: invitations::Invited| {
        let frame = person.frame(state, Section::Members);
        let before = state.app().settings().url("/invitations/accept?token=");
        let shown = Shown {
            title: frame.say("invitations-made"),
            lead: Rich::text(&frame.fill("invitations-made-lead", "role", frame.role(&invited.invitation.role))),
            label: frame.say("invitations-link"),
            id: "secret",
            value: Revealed::after(&before, &invited.token),
            back: path(state, person),
            frame,
        };
        shown.show(state, person)
    });
    let made = invitations::create_kept(state.app(), &person.ctx, &person.principal, &asked, keep).await;
    let failure = match made {
        Ok(kept) => return Ok(kept),
        Err(failure) => failure,
    };
    let problem = Problem::of(&failure, &state, person, &person.frame(&state, Section::Members))?;
    Err(person.again(&state, &form(&state, person, problem, (role, email, lifetime))).into())
}

pub async fn ask_revoke(
    State(state): State<WebState>,
    Path((_, id)): Path<(String, String)>,
    person: PageVisitor,
) -> Response {
    let found = match invitations::find(state.app(), &person.ctx, &person.principal, &id).await {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, Section::Members);
    let back = path(&state, &person);
    let whom = found.email.map_or_else(|| frame.say("invitations-anybody"), |email| email.to_string());
    let role = frame.role(&found.role);
    let confirm = Confirm {
        title: frame.say("invitations-revoke-title"),
        lines: vec![
            frame.texts().rich("invitations-revoke-which", &[("whom", &whom), ("role", &role)]),
            frame.texts().rich("invitations-revoke-effect", &[]),
        ],
        after: After::ForGood,
        action: format!("{back}/{}/revoke", found.id),
        fields: Vec::new(),
        button: frame.say("invitations-revoke-button"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn revoke(State(state): State<WebState>, Path((_, id)): Path<(String, String)>, posted: Posted) -> Response {
    let person = &posted.person;
    match invitations::revoke(state.app(), &person.ctx, &person.principal, &id).await {
        Ok(()) => person.done(&state, &path(&state, person), "invitation-revoked"),
        Err(failure) => person.refused(&state, &failure),
    }
}
