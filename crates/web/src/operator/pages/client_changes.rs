//! Changing a client's trust level, and disabling it.
use super::client::{self, means};
use super::clients::tier;
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::{Frame, see_other};
use crate::platform::pages::nav::Section;
use crate::platform::pages::undo::{ONLY_FROM, Undo};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::clients::{Client, Trust};
use flows::Failure;
use flows::operator::clients::{self, HandOver};
use flows::platform::management_error::{ManagementError, ManagementRefusal};

/// The revision that the operator saw.
const SEEN: &str = "revision";

const DAY: i64 = 24 * 60 * 60;

/// The client of a confirmation page, the page's frame, and the path of the client's page.
async fn about(state: &WebState, person: &PageVisitor, id: &str) -> Result<(Client, Frame, String), Box<Response>> {
    let found = clients::find(state.app(), &person.ctx, &person.principal, id).await;
    let client = found.map_err(|failure| Box::new(person.refused(state, &failure)))?;
    let path = format!("{}/{}", person.path(state, Section::Clients), client.id);
    Ok((client, person.frame(state, Section::Clients), path))
}

/// Shows the client's page again, with the problem.
async fn again(state: &WebState, person: &PageVisitor, id: &str, failure: &Failure<ManagementError>) -> Response {
    let frame = person.frame(state, Section::Clients);
    match Problem::of_choice(failure, state, person, &frame) {
        Ok(problem) => client::show(state, person, id, frame, problem).await,
        Err(response) => *response,
    }
}

/// Whether a trust level is lower than another.
fn is_less(trust: Trust, than: Trust) -> bool {
    let place = |trust: Trust| Trust::ALL.iter().position(|one| *one == trust);
    place(trust) > place(than)
}

fn unknown_tier() -> Failure<ManagementError> {
    Failure::Refused(ManagementRefusal::Choice.of("trust"))
}

pub async fn ask_trust(State(state): State<WebState>, person: PageVisitor, Path(id): Path<String>) -> Response {
    let (client, frame, back) = match about(&state, &person, &id).await {
        Ok(about) => about,
        Err(response) => return *response,
    };
    let Some(trust) = Trust::parse(person.query("trust")) else {
        return again(&state, &person, &id, &unknown_tier()).await;
    };
    if trust == client.trust {
        return see_other(&back);
    }
    let named = tier(&frame, trust);
    let mut lines = vec![
        frame.texts().rich("client-trust-now", &[("client", &client.name), ("tier", &named)]),
        frame.texts().rich(means(trust), &[]),
    ];
    let less = is_less(trust, client.trust);
    if less {
        lines.push(frame.texts().rich("client-trust-less", &[]));
    }
    if trust == Trust::Anonymous && client.last_used_at.is_none() {
        let days = (state.app().settings().registration.unused_after / DAY).to_string();
        lines.push(frame.rich("client-trust-unused", "days", days));
    }
    let page = Confirm {
        title: frame.fill("client-trust-title", "client", &client.name),
        lines,
        after: After::of_rule(less),
        action: format!("{back}/trust"),
        fields: vec![
            ("trust", trust.as_str().to_owned()),
            (ONLY_FROM, client.trust.as_str().to_owned()),
            (SEEN, person.query(SEEN).parse().unwrap_or(client.revision).to_string()),
        ],
        button: frame.say("client-trust-set"),
        back,
        frame,
    };
    page.show(&state, &person)
}

pub async fn set_trust(State(state): State<WebState>, Path(id): Path<String>, posted: Posted) -> Response {
    let person = &posted.person;
    let done = match Trust::parse(posted.field("trust")) {
        Some(trust) => {
            let trust = posted.set_to(trust);
            let seen = posted.field(SEEN).parse().ok();
            clients::set_trust_seen(state.app(), &person.ctx, &person.principal, &id, trust, seen).await
        }
        None => Err(unknown_tier()),
    };
    match done {
        Ok((client, before)) => {
            let path = format!("{}/{}", person.path(&state, Section::Clients), client.id);
            let undo = Undo::by(format!("{path}/trust")).back("trust", before.as_str(), client.trust.as_str());
            person.done_until_undone(&state, &path, "client-trusted", &undo.partly(is_less(client.trust, before)))
        }
        Err(failure) => again(&state, person, &id, &failure).await,
    }
}

pub async fn ask_owner(State(state): State<WebState>, person: PageVisitor, Path(id): Path<String>) -> Response {
    let to = person.query("owner").trim();
    let asked = clients::look_at_owner(state.app(), &person.ctx, &person.principal, &id, to).await;
    let HandOver { client, from, to, name } = match asked {
        Ok(asked) => asked,
        Err(failure) => return again(&state, &person, &id, &failure).await,
    };
    let (frame, back) =
        (person.frame(&state, Section::Clients), format!("{}/{}", person.path(&state, Section::Clients), client.id));
    if from == to {
        return see_other(&back);
    }
    let means = match &name {
        Some(name) => frame.texts().rich("client-owner-means", &[("client", &client.name), ("owner", name)]),
        None => frame.rich("client-owner-means-none", "client", &client.name),
    };
    let page = Confirm {
        title: frame.fill("client-owner-title", "client", &client.name),
        lines: vec![means, frame.texts().rich("client-owner-tokens", &[])],
        after: After::UndoPartly,
        action: format!("{back}/owner"),
        fields: vec![("owner", to.unwrap_or_default()), (ONLY_FROM, from.unwrap_or_default())],
        button: frame.say("client-owner-set"),
        back,
        frame,
    };
    page.show(&state, &person)
}

pub async fn set_owner(State(state): State<WebState>, Path(id): Path<String>, posted: Posted) -> Response {
    let person = &posted.person;
    let to = posted.set_to(posted.field("owner").to_owned());
    match clients::set_owner(state.app(), &person.ctx, &person.principal, &id, to).await {
        Ok(HandOver { client, from, to, .. }) => {
            let path = format!("{}/{}", person.path(&state, Section::Clients), client.id);
            let undo = Undo::by(format!("{path}/owner"));
            let undo = undo.back("owner", from.unwrap_or_default(), to.unwrap_or_default());
            person.done_until_undone(&state, &path, "client-owned", &undo.partly(true))
        }
        Err(failure) => again(&state, person, &id, &failure).await,
    }
}

async fn ask(state: &WebState, person: &PageVisitor, id: &str, disable: bool) -> Response {
    let (client, frame, back) = match about(state, person, id).await {
        Ok(about) => about,
        Err(response) => return *response,
    };
    let (title, means, button, last) = if disable {
        ("client-disable-title", "client-disable-means", "client-disable", "disable")
    } else {
        ("client-enable-title", "client-enable-means", "client-enable", "enable")
    };
    let page = Confirm {
        title: frame.fill(title, "client", &client.name),
        lines: vec![frame.rich(means, "client", &client.name)],
        after: After::Undo,
        action: format!("{back}/{last}"),
        fields: Vec::new(),
        button: frame.say(button),
        back,
        frame,
    };
    page.show(state, person)
}

async fn set_disabled(state: &WebState, person: &PageVisitor, id: &str, disabled: bool) -> Response {
    match clients::set_disabled(state.app(), &person.ctx, &person.principal, id, disabled).await {
        Ok(()) => {
            let (done, back) = if disabled { ("client-disabled", "enable") } else { ("client-enabled", "disable") };
            let path = format!("{}/{id}", person.path(state, Section::Clients));
            person.done_until_undone(state, &path, done, &Undo::by(format!("{path}/{back}")))
        }
        Err(failure) => again(state, person, id, &failure).await,
    }
}

pub async fn ask_disable(State(state): State<WebState>, person: PageVisitor, Path(id): Path<String>) -> Response {
    ask(&state, &person, &id, true).await
}

pub async fn disable(State(state): State<WebState>, Path(id): Path<String>, posted: Posted) -> Response {
    set_disabled(&state, &posted.person, &id, true).await
}

pub async fn ask_enable(State(state): State<WebState>, person: PageVisitor, Path(id): Path<String>) -> Response {
    ask(&state, &person, &id, false).await
}

pub async fn enable(State(state): State<WebState>, Path(id): Path<String>, posted: Posted) -> Response {
    set_disabled(&state, &posted.person, &id, false).await
}

/// The value for PKCE in the form or the URL.
fn wanted(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn unknown_wish() -> Failure<ManagementError> {
    Failure::Refused(ManagementRefusal::Choice.of("require"))
}

pub async fn ask_pkce(State(state): State<WebState>, person: PageVisitor, Path(id): Path<String>) -> Response {
    let (client, frame, back) = match about(&state, &person, &id).await {
        Ok(about) => about,
        Err(response) => return *response,
    };
    let Some(require) = wanted(person.query("require")) else {
        return again(&state, &person, &id, &unknown_wish()).await;
    };
    let (title, means, button) = if require {
        ("client-pkce-require-title", "client-pkce-require-hint", "client-pkce-require")
    } else {
        ("client-pkce-release-title", "client-pkce-release-hint", "client-pkce-release")
    };
    let page = Confirm {
        title: frame.fill(title, "client", &client.name),
        lines: vec![frame.texts().rich(means, &[])],
        after: After::Undo,
        action: format!("{back}/pkce"),
        fields: vec![("require", require.to_string())],
        button: frame.say(button),
        back,
        frame,
    };
    page.show(&state, &person)
}

pub async fn set_pkce(State(state): State<WebState>, Path(id): Path<String>, posted: Posted) -> Response {
    let person = &posted.person;
    let Some(require) = wanted(posted.field("require")) else {
        return again(&state, person, &id, &unknown_wish()).await;
    };
    match clients::set_require_pkce(state.app(), &person.ctx, &person.principal, &id, require).await {
        Ok(client) => {
            let path = format!("{}/{}", person.path(&state, Section::Clients), client.id);
            let done = if require { "client-pkce-required" } else { "client-pkce-released" };
            let undo = Undo::by(format!("{path}/pkce")).with("require", !require);
            person.done_until_undone(&state, &path, done, &undo)
        }
        Err(failure) => again(&state, person, &id, &failure).await,
    }
}
