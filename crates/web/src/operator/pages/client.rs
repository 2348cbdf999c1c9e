//! A single client, regardless of its owner.
use crate::WebState;
use crate::access::field_error::Problem;
use crate::access::page_visitor::PageVisitor;
use crate::operator::pages::clients::tier;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::access::Operation;
use domain::clients::keys;
use domain::clients::reviewed::Difference;
use domain::clients::{Client, Trust};
use flows::operator::clients::{self, OneClient};

#[derive(Template)]
#[template(path = "operator/client.html")]
struct ClientPage {
    frame: Frame,
    problem: Problem,
    one: OneClient,
    tiers: Vec<Tier>,
    /// What has changed since the operator reviewed the client.
    changes: Vec<Changed>,
    may_change: bool,
    /// The page of its owner.
    owner_page: Option<String>,
    /// The path of the client in the visitor's own console, if they manage it.
    console: Option<String>,
    back: String,
    path: String,
}

/// A fact that differs from what was reviewed.
struct Changed {
    name: String,
    difference: Difference,
}

/// The reviewed facts, with their text keys.
const FACTS: [(&str, &str); 13] = [
    ("client_name", "dev-field-name"),
    ("client_type", "client-kind"),
    ("token_endpoint_auth_method", "dev-field-auth"),
    (keys::JWKS, "dev-field-jwks"),
    (keys::JWKS_URI, "dev-field-jwks-uri"),
    (keys::SIGNING_ALG, "dev-field-auth-alg"),
    ("redirect_uris", "dev-field-redirects"),
    ("post_logout_redirect_uris", "dev-field-logout"),
    ("client_uri", "dev-field-homepage"),
    ("logo_uri", "dev-field-logo"),
    ("tos_uri", "dev-field-terms"),
    ("policy_uri", "dev-field-policy"),
    ("scope", "client-scopes"),
];

fn changes(frame: &Frame, client: &Client) -> Vec<Changed> {
    let name = |member: &str| FACTS.iter().find(|(of, _)| *of == member).map(|(_, key)| frame.say(key));
    let all = client.changed_since_review().into_iter();
    all.map(|difference| Changed { name: name(difference.member).unwrap_or_default(), difference }).collect()
}

/// A trust level.
struct Tier {
    value: &'static str,
    name: String,
    means: String,
    here: bool,
}

/// The text key of a trust level's description.
pub const fn means(trust: Trust) -> &'static str {
    match trust {
        Trust::FirstParty => "client-means-first-party",
        Trust::Verified => "client-means-verified",
        Trust::Unverified => "client-means-unverified",
        Trust::Anonymous => "client-means-anonymous",
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor, Path(id): Path<String>) -> Response {
    let frame = person.frame(&state, Section::Clients);
    show(&state, &person, &id, frame, Problem::default()).await
}

/// The page, with the problem of the form that it sent.
pub async fn show(state: &WebState, person: &PageVisitor, id: &str, frame: Frame, problem: Problem) -> Response {
    let one = match clients::look(state.app(), &person.ctx, &person.principal, id).await {
        Ok(one) => one,
        Err(failure) => return person.refused(state, &failure),
    };
    let client = &one.client;
    let tiers = Trust::ALL.map(|trust| Tier {
        value: trust.as_str(),
        name: tier(&frame, trust),
        means: frame.say(means(trust)),
        here: trust == client.trust,
    });
    let belongs = |workspace: &domain::WorkspaceId| person.memberships.iter().any(|m| m.workspace_id == *workspace);
    let ours = client.owner_workspace_id.filter(belongs);
    let console = ours.map(|workspace| format!("{}/workspaces/{workspace}/applications/{}", state.base(), client.id));
    let back = person.path(state, Section::Clients);
    let path = format!("{back}/{}", client.id);
    let of_workspace = client.owner_workspace_id.map(|id| format!("{}/{id}", person.path(state, Section::Workspaces)));
    let of_user = client.owner_user_id.map(|id| format!("{}/{id}", person.path(state, Section::Users)));
    let owner_page = of_workspace.or(of_user);
    let may_change = person.principal.may(Operation::WriteAllClients).is_ok();
    let changes = changes(&frame, client);
    let page =
        ClientPage { frame, problem, one, tiers: tiers.into(), changes, may_change, owner_page, console, back, path };
    if page.problem.is_some() { person.again(state, &page) } else { person.show(state, &page) }
}
