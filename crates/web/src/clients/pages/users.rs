//! The users who authorized a client.
use super::application::{Application, Named, Tab, named};
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::pager::Pager;
use crate::platform::texts::Rich;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::WorkspaceId;
use domain::clients::Trust;
use flows::clients::{self, people};
use flows::{Page, Paged};

const ROWS: i64 = 20;

/// A user of the client.
struct User {
    id: String,
    /// A name or email, if the owner may see one.
    name: Option<String>,
    email: Option<String>,
    /// What they allowed, in the catalogue's words.
    permissions: Vec<String>,
    /// The workspaces; `None` for an authorization in the user's own name.
    workspaces: Vec<Option<String>>,
    since: domain::Timestamp,
    last_used_at: Option<domain::Timestamp>,
}

#[derive(Template)]
#[template(path = "clients/users.html")]
struct UsersPage<'p> {
    frame: Frame,
    app: Application,
    path: String,
    users: Vec<User>,
    total: i64,
    /// Whether there are so many that a search is needed.
    many: bool,
    q: &'p str,
    pager: Pager,
    page: Option<i64>,
}

impl User {
    fn shown(&self) -> &str {
        self.name.as_ref().or(self.email.as_ref()).unwrap_or(&self.id)
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Users).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let (number, beside) = person.page_beside();
    let q = person.query("q").trim();
    let (to, ctx, who) = (state.app(), &person.ctx, &person.principal);
    let found = if q.is_empty() {
        people::list(to, ctx, who, app.id(), Page::new(number, ROWS), beside).await
    } else {
        let one = people::search(to, ctx, who, app.id(), q).await;
        one.map(|one| Paged { total: i64::from(one.is_some()), items: one.into_iter().collect() })
    };
    let found = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, person.console());
    let catalogue = &state.app().settings().catalogue;
    let title = |name: &str| catalogue.scope(name).map_or(name, |info| info.words(frame.language()).0).to_owned();
    // An owner sees only the id of workspaces they do not belong to, as the client does.
    let workspace = |id: WorkspaceId| {
        let known = person.memberships.iter().find(|one| one.workspace_id == id);
        known.map_or_else(|| id.to_string(), |one| one.workspace_name.clone())
    };
    let user = |one: people::Person| User {
        id: one.user_id.to_string(),
        name: one.name,
        email: one.email,
        permissions: one.scopes.iter().map(title).collect(),
        workspaces: one.workspaces.into_iter().map(|at| at.map(workspace)).collect(),
        since: one.since,
        last_used_at: one.last_used_at,
    };
    let ends = found.items.first().zip(found.items.last());
    let ends = ends.map(|(first, last)| (first.user_id.to_string(), last.user_id.to_string()));
    let page = UsersPage {
        users: found.items.into_iter().map(user).collect(),
        total: found.total,
        many: found.total > ROWS || !q.is_empty(),
        q,
        path: app.at("users"),
        pager: Pager::new(&app.at("users"), &[], number, ROWS, found.total).beside(ends),
        page: (!person.query("page").is_empty()).then_some(number),
        app,
        frame,
    };
    person.show(&state, &page)
}

pub async fn ask(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Users).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let user = named(&path, "user");
    let found = people::one(state.app(), &person.ctx, &person.principal, app.id(), user).await;
    let found = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, person.console());
    let name = found.name.or(found.email).unwrap_or_else(|| user.to_owned());
    let confirm = Confirm {
        title: frame.say("dev-user-revoke-title"),
        lines: vec![
            frame.rich("dev-user-revoke-what", "who", name),
            frame.rich("dev-user-revoke-then", "name", &app.client.name),
        ],
        after: After::ForGood,
        action: app.at(&format!("users/{user}/revoke")),
        fields: Vec::new(),
        button: frame.say("dev-user-revoke"),
        back: app.at("users"),
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn revoke(State(state): State<WebState>, path: Named, posted: Posted) -> Response {
    let (person, id) = (&posted.person, named(&path, "client"));
    let revoked =
        clients::manage::revoke_user(state.app(), &person.ctx, &person.principal, id, named(&path, "user")).await;
    match revoked {
        Ok(()) => person.done(&state, &format!("{}/{id}/users", person.path(&state, person.console())), "user-revoked"),
        Err(failure) => person.refused(&state, &failure),
    }
}

pub async fn ask_all(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Users).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let reached = people::reached(state.app(), &person.ctx, &person.principal, app.id()).await;
    let reached = match reached {
        Ok(reached) => reached,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, person.console());
    let confirm = Confirm {
        title: frame.fill("dev-users-revoke-title", "name", &app.client.name),
        lines: vec![
            Rich::text(&frame.fill("dev-users-revoke-people", "count", reached.people)),
            Rich::text(&frame.fill("dev-delete-grants", "count", reached.grants)),
            frame.rich("dev-user-revoke-then", "name", &app.client.name),
        ],
        after: After::ForGood,
        action: app.at("users/revoke"),
        fields: Vec::new(),
        button: frame.say("dev-users-revoke"),
        back: app.at("users"),
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn revoke_all(State(state): State<WebState>, path: Named, posted: Posted) -> Response {
    let (person, id) = (&posted.person, named(&path, "client"));
    match clients::manage::revoke_all_users(state.app(), &person.ctx, &person.principal, id).await {
        Ok(()) => {
            person.done(&state, &format!("{}/{id}/users", person.path(&state, person.console())), "users-revoked")
        }
        Err(failure) => person.refused(&state, &failure),
    }
}
