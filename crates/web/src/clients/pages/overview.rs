//! A client's overview, and sample code for it.
use super::application::{Application, Named, Tab};
use super::list::kind;
use super::snippets::{self, Snippet};
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::clients::Trust;
use flows::Failure;
use flows::clients;
use flows::clients::manage::ClientStats;
use flows::clients::unprotected::{self, Unprotected};
use flows::platform::management_error::ManagementError;

#[derive(Template)]
#[template(path = "clients/overview.html")]
struct OverviewPage<'p> {
    frame: Frame,
    app: Application,
    kind: &'static str,
    stats: ClientStats,
    /// Its requests with neither PKCE nor nonce.
    unprotected: Option<Unprotected>,
    discovery: String,
    /// Each scope with its title.
    scopes: Vec<(String, String)>,
    grants: Vec<&'static str>,
    snippets: Vec<Snippet>,
    issuer: &'p str,
}

pub async fn get(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Overview).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let stats = match clients::manage::stats_of(state.app(), &app.client).await {
        Ok(stats) => stats,
        Err(fault) => return person.refused(&state, &Failure::<ManagementError>::from(fault)),
    };
    let unprotected = match unprotected::of_client(state.app(), &person.ctx, &app.client).await {
        Ok(unprotected) => unprotected,
        Err(fault) => return person.refused(&state, &Failure::<ManagementError>::from(fault)),
    };
    let frame = person.frame(&state, person.console());
    let settings = state.app().settings();
    let title = |name: &str| {
        let words = settings.catalogue.scope(name).map(|info| info.words(frame.language()).0);
        (name.to_owned(), words.unwrap_or(name).to_owned())
    };
    let page = OverviewPage {
        kind: kind(&app.client),
        scopes: app.client.config.scopes.iter().map(title).collect(),
        grants: app.client.config.grant_types.iter().map(|grant| grant.as_str()).collect(),
        snippets: snippets::of(&settings.issuer, &app.client),
        discovery: settings.url("/.well-known/openid-configuration"),
        issuer: &settings.issuer,
        stats,
        unprotected,
        app,
        frame,
    };
    person.show(&state, &page)
}
