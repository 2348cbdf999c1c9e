//! The apps that a user has authorized, by workspace, and disconnecting them.
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::initial::initial;
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::{Pager, ROWS};
use crate::platform::pages::receives;
use crate::platform::texts::Rich;
use crate::resources::permissions::{Permission, permissions};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::Timestamp;
use domain::clients::Trust;
use domain::clients::redirect_uri::display_host;
use flows::account::apps::{Connected, ConnectedWorkspace};
use flows::{Page, Paged, account};

#[derive(Template)]
#[template(path = "account/apps.html")]
struct AppsPage<'p> {
    frame: Frame,
    path: String,
    q: &'p str,
    /// Whether there are enough for a search to help.
    many: bool,
    apps: Vec<Shown<'p>>,
    pager: Pager,
}

struct Shown<'p> {
    id: &'p str,
    name: &'p str,
    initial: String,
    trust: Trust,
    host: Option<String>,
    places: Vec<ShownPlace<'p>>,
}

struct ShownPlace<'p> {
    /// How the request to disconnect it identifies it.
    key: String,
    /// The workspace's name, or the text for none.
    said: String,
    permissions: Vec<Permission<'p>>,
    /// What the app receives in addition to the permissions.
    receives: Vec<Rich>,
    since: Timestamp,
    last_used_at: Option<Timestamp>,
    /// The text for an app that was never used.
    unused: &'static str,
}

/// The key of authorizations in the user's own name, which have no workspace.
const OWN: &str = "own";

fn key(place: &ConnectedWorkspace) -> String {
    place.workspace_id.map_or_else(|| OWN.to_owned(), |id| id.to_string())
}

fn shown<'p>(state: &'p WebState, frame: &Frame, now: Timestamp, app: &'p Connected) -> Shown<'p> {
    let catalogue = &state.app().settings().catalogue;
    let place = |place: &'p ConnectedWorkspace| ShownPlace {
        key: key(place),
        said: place.workspace_name.clone().unwrap_or_else(|| frame.say("apps-own-name")),
        permissions: permissions(catalogue, frame.language(), &place.scopes),
        receives: receives::allowed(frame, catalogue, place, app.has_owner),
        since: place.since,
        last_used_at: place.last_used_at,
        unused: if place.is_unused(now) { "apps-never" } else { "apps-long-ago" },
    };
    Shown {
        id: app.client_id.as_str(),
        name: &app.client_name,
        initial: initial(&app.client_name),
        trust: app.trust,
        host: app.homepage.as_deref().map(display_host),
        places: app.places.iter().map(place).collect(),
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let (q, number) = (person.query("q"), person.page_number());
    let page = Page::new(number, ROWS);
    let found = account::apps::page(state.app(), &person.ctx, &person.principal, q, page).await;
    let Paged { items, total } = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let path = person.path(&state, Section::Connected);
    let frame = person.frame(&state, Section::Connected);
    let page = AppsPage {
        q,
        many: total > ROWS || !q.is_empty(),
        apps: items.iter().map(|app| shown(&state, &frame, person.ctx.now, app)).collect(),
        pager: Pager::new(&path, &[("q", q)], number, ROWS, total),
        frame,
        path,
    };
    person.show(&state, &page)
}

/// The authorization that a confirmation page is about, if one is named; otherwise it is about all of them.
fn named<'a>(app: &'a Connected, workspace: &str) -> Option<&'a ConnectedWorkspace> {
    app.places.iter().find(|place| key(place) == workspace)
}

pub async fn ask(State(state): State<WebState>, Path(client): Path<String>, person: PageVisitor) -> Response {
    let app = match account::apps::one(state.app(), &person.ctx, &person.principal, &client).await {
        Ok(app) => app,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, Section::Connected);
    let (texts, name) = (frame.texts(), app.client_name.as_str());
    let place = named(&app, person.query("workspace"));
    let (title, first) = match place {
        None => (frame.fill("apps-ask-title-all", "app", name), texts.rich("apps-ask-all", &[("app", name)])),
        Some(ConnectedWorkspace { workspace_name: None, .. }) => {
            (frame.fill("apps-ask-title-own", "app", name), texts.rich("apps-ask-own", &[("app", name)]))
        }
        Some(ConnectedWorkspace { workspace_name: Some(workspace), .. }) => (
            frame.fill_two("apps-ask-title-one", "app", name, "workspace", workspace),
            texts.rich("apps-ask-one", &[("app", name), ("workspace", workspace)]),
        ),
    };
    let back = person.path(&state, Section::Connected);
    let confirm = Confirm {
        title,
        lines: vec![first, texts.rich("apps-ask-again", &[])],
        after: After::ForGood,
        action: format!("{back}/{}/disconnect", app.client_id),
        fields: place.map(|place| ("workspace", key(place))).into_iter().collect(),
        button: frame.say("apps-disconnect"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn disconnect(State(state): State<WebState>, Path(client): Path<String>, posted: Posted) -> Response {
    let Posted { person, form, .. } = &posted;
    let (app, ctx, who) = (state.app(), &person.ctx, &person.principal);
    let done = match form.get("workspace") {
        None => account::apps::revoke(app, ctx, who, &client).await,
        Some(OWN) => account::apps::disconnect(app, ctx, who, &client, None).await,
        Some(workspace) => account::apps::disconnect(app, ctx, who, &client, Some(workspace)).await,
    };
    match done {
        Ok(()) => person.done(&state, &person.path(&state, Section::Connected), "disconnected"),
        Err(failure) => person.refused(&state, &failure),
    }
}
