//! The apps with access to a workspace, the users who authorized them, and revoking access.
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::{Frame, see_other};
use crate::platform::pages::initial::initial;
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::Pager;
use crate::platform::pages::receives;
use crate::platform::texts::Rich;
use crate::workspace::pages::api_key_scopes::{Permission, permissions};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::access::Operation;
use domain::clients::Trust;
use domain::{Timestamp, UserId};
use flows::workspace::apps::{AppPerson, OwnName, WorkspaceApp};
use flows::{Page, Paged, UserCursor, workspace};

/// Rows per page.
const ROWS: i64 = 20;

/// An app as shown.
struct App {
    id: String,
    name: String,
    initial: String,
    trust: Trust,
    homepage: Option<String>,
    /// Number of users who authorized it for this workspace.
    people: i64,
    /// Number of users in whose own names it receives something about the workspace.
    own_names: i64,
    permissions: Vec<Permission>,
    /// What it receives in addition to the permissions.
    receives: Vec<Rich>,
    /// `None` if nobody authorized it for this workspace.
    since: Option<Timestamp>,
    last_used: Option<Timestamp>,
}

fn shown(state: &WebState, frame: &Frame, app: WorkspaceApp) -> App {
    App {
        receives: receives::in_workspace(frame, &state.app().settings().catalogue, &app),
        id: app.client_id.to_string(),
        initial: initial(&app.name),
        trust: app.trust,
        homepage: app.config.client_uri,
        people: app.people,
        own_names: app.own_names,
        permissions: permissions(state, frame, &app.scopes),
        since: app.first_allowed_at,
        last_used: app.last_used_at,
        name: app.name,
    }
}

#[derive(Template)]
#[template(path = "workspace/apps.html")]
struct AccessPage<'p> {
    frame: Frame,
    path: String,
    /// Whether the user may see the rules for allowed apps.
    rules: bool,
    search: &'p str,
    apps: Vec<App>,
    pager: Pager,
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let search = person.query("q");
    let page = Page::new(person.page_number(), ROWS);
    let found = workspace::apps::list(state.app(), &person.ctx, &person.principal, search, page).await;
    let Paged { items, total } = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let (frame, path) = (person.frame(&state, Section::Access), person.path(&state, Section::Access));
    let page = AccessPage {
        rules: person.principal.may(Operation::ReadAppPolicy).is_ok(),
        search,
        apps: items.into_iter().map(|app| shown(&state, &frame, app)).collect(),
        pager: Pager::new(&path, &[("q", search)], person.page_number(), ROWS, total),
        path,
        frame,
    };
    person.show(&state, &page)
}

/// A user who authorized the app.
struct PersonRow {
    id: String,
    name: String,
    email: String,
    permissions: Vec<Permission>,
    since: Timestamp,
    last_used: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "workspace/app.html")]
struct AppPage {
    frame: Frame,
    path: String,
    app: App,
    people: Vec<PersonRow>,
    pager: Pager,
    own_names: Vec<OwnName>,
    /// What the app receives in users' own names.
    receives_own: Rich,
    own_pager: Pager,
    /// Whether the user may change the rule for allowed apps.
    rules: bool,
}

/// Selects which of the two lists the page number and cursor apply to; the other one shows its first page.
const LIST: &str = "list";
const OWN: &str = "own";

/// The ids of the first and last rows.
fn ends_of<T>(items: &[T], id: impl Fn(&T) -> UserId) -> Option<(String, String)> {
    items.first().zip(items.last()).map(|(first, last)| (id(first).to_string(), id(last).to_string()))
}

pub async fn app(
    State(state): State<WebState>,
    Path((_, client)): Path<(String, String)>,
    person: PageVisitor,
) -> Response {
    let found = match workspace::apps::find(state.app(), &person.ctx, &person.principal, &client).await {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let (first, there) = ((1, UserCursor::PageNumber), person.page_beside());
    let ((number, beside), (own_number, own_beside)) =
        if person.query(LIST) == OWN { (first, there) } else { (there, first) };
    let (app, ctx, who) = (state.app(), &person.ctx, &person.principal);
    let people = workspace::apps::people(app, ctx, who, &client, Page::new(number, ROWS), beside).await;
    let Paged { items, total } = match people {
        Ok(people) => people,
        Err(failure) => return person.refused(&state, &failure),
    };
    let own_names = workspace::apps::own_names(app, ctx, who, &client, Page::new(own_number, ROWS), own_beside).await;
    let own_names = match own_names {
        Ok(own_names) => own_names,
        Err(failure) => return person.refused(&state, &failure),
    };
    let (frame, path) = (person.frame(&state, Section::Access), person.path(&state, Section::Access));
    let row = |person: AppPerson| PersonRow {
        id: person.user_id.to_string(),
        name: person.name,
        email: person.email.to_string(),
        permissions: permissions(&state, &frame, &person.scopes),
        since: person.since,
        last_used: person.last_used_at,
    };
    let here = format!("{path}/{}", found.client_id);
    let ends = ends_of(&items, |person| person.user_id);
    let own_ends = ends_of(&own_names.items, |person| person.user_id);
    let page = AppPage {
        people: items.into_iter().map(row).collect(),
        pager: Pager::new(&here, &[], number, ROWS, total).beside(ends),
        own_pager: Pager::new(&here, &[(LIST, OWN)], own_number, ROWS, own_names.total).beside(own_ends),
        own_names: own_names.items,
        receives_own: receives::of_own_names(&frame, &state.app().settings().catalogue),
        rules: person.principal.may(Operation::WriteAppPolicy).is_ok(),
        app: shown(&state, &frame, found),
        path,
        frame,
    };
    person.show(&state, &page)
}

/// How many users and authorizations a revocation affects.
fn ends(frame: &Frame, people: i64, grants: i64) -> [Rich; 2] {
    [
        Rich::text(&frame.fill("access-ends-people", "people", people)),
        Rich::text(&frame.fill("access-ends-grants", "grants", grants)),
    ]
}

pub async fn ask_revoke(
    State(state): State<WebState>,
    Path((_, client)): Path<(String, String)>,
    person: PageVisitor,
) -> Response {
    let at_stake = workspace::apps::at_stake(state.app(), &person.ctx, &person.principal, &client, None).await;
    let at_stake = match at_stake {
        Ok(at_stake) => at_stake,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, Section::Access);
    let back = format!("{}/{}", person.path(&state, Section::Access), at_stake.app.client_id);
    if at_stake.app.people == 0 {
        // There is no authorization that the workspace could revoke.
        return see_other(&back);
    }
    let mut lines = vec![frame.rich("access-revoke-app", "client", &at_stake.app.name)];
    lines.extend(ends(&frame, at_stake.app.people, at_stake.grants));
    let confirm = Confirm {
        title: frame.say("access-revoke-app-title"),
        lines,
        after: After::ForGood,
        action: format!("{back}/revoke"),
        fields: Vec::new(),
        button: frame.say("access-revoke-button"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn revoke(
    State(state): State<WebState>,
    Path((_, client)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let person = &posted.person;
    match workspace::apps::revoke(state.app(), &person.ctx, &person.principal, &client).await {
        Ok(_) => person.done(&state, &person.path(&state, Section::Access), "app-revoked"),
        Err(failure) => person.refused(&state, &failure),
    }
}

pub async fn ask_revoke_person(
    State(state): State<WebState>,
    Path((_, client, user)): Path<(String, String, String)>,
    person: PageVisitor,
) -> Response {
    let at_stake = workspace::apps::at_stake(state.app(), &person.ctx, &person.principal, &client, Some(&user)).await;
    let at_stake = match at_stake {
        Ok(at_stake) => at_stake,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, Section::Access);
    let back = format!("{}/{}", person.path(&state, Section::Access), at_stake.app.client_id);
    let who = at_stake.person.map(|who| format!("{} ({})", who.name, who.email)).unwrap_or_default();
    let mut lines = vec![frame.texts().rich("access-revoke-person", &[("client", &at_stake.app.name), ("who", &who)])];
    lines.extend(ends(&frame, 1, at_stake.grants).into_iter().skip(1));
    let confirm = Confirm {
        title: frame.say("access-revoke-person-title"),
        lines,
        after: After::ForGood,
        action: format!("{back}/people/{user}/revoke"),
        fields: Vec::new(),
        button: frame.say("access-revoke-button"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn revoke_person(
    State(state): State<WebState>,
    Path((_, client, user)): Path<(String, String, String)>,
    posted: Posted,
) -> Response {
    let person = &posted.person;
    match workspace::apps::revoke_person(state.app(), &person.ctx, &person.principal, &client, &user).await {
        // Other users may have authorized the app, too. Without any, its page no longer exists, so return to the list.
        Ok(()) => person.done(&state, &person.path(&state, Section::Access), "app-person-revoked"),
        Err(failure) => person.refused(&state, &failure),
    }
}
