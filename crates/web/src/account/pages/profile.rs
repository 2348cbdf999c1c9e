//! The user's profile, and the language and time zone of pages.
use crate::WebState;
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::account::Zone;
use domain::platform::language::Language;
use domain::workspace::WorkspaceMembership;
use flows::account::profile::{self, Changes};

#[derive(Template)]
#[template(path = "account/profile.html")]
struct ProfilePage<'p> {
    frame: Frame,
    problem: Problem,
    email: &'p str,
    languages: [Language; 2],
    workspaces: &'p [WorkspaceMembership],
    name: &'p str,
    locale: &'p str,
    zone: &'p str,
    default_workspace: String,
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let user = &person.user;
    let page = ProfilePage {
        frame: person.frame(&state, Section::Profile),
        problem: Problem::default(),
        email: user.email.as_str(),
        languages: Language::ALL,
        workspaces: &person.memberships,
        name: &user.name,
        locale: user.locale.as_deref().unwrap_or_default(),
        zone: user.zone.as_ref().map(Zone::as_str).unwrap_or_default(),
        default_workspace: user.default_workspace_id.map(|id| id.to_string()).unwrap_or_default(),
    };
    person.show(&state, &page)
}

pub async fn post(State(state): State<WebState>, posted: Posted) -> Response {
    let person = &posted.person;
    let changes = Changes {
        name: posted.form.get("name").or(Some("")),
        locale: Some(posted.field("locale")),
        zone: Some(posted.field("zone")),
        default_workspace: posted.form.get("default_workspace"),
    };
    let Err(failure) = profile::change(state.app(), &person.ctx, &person.principal, changes).await else {
        return person.done(&state, &person.path(&state, Section::Profile), "saved");
    };
    let frame = person.frame(&state, Section::Profile);
    let problem = match Problem::of(&failure, &state, person, &frame) {
        Ok(problem) => problem,
        Err(response) => return *response,
    };
    let page = ProfilePage {
        frame,
        problem,
        email: person.user.email.as_str(),
        languages: Language::ALL,
        workspaces: &person.memberships,
        name: posted.field("name"),
        locale: posted.field("locale"),
        zone: posted.field("zone"),
        default_workspace: posted.field("default_workspace").to_owned(),
    };
    person.again(&state, &page)
}
