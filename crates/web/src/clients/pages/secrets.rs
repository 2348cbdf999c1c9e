//! The secrets of a client: at most two, so that one can replace the other without downtime.
use super::application::{Application, Named, Tab, named};
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::create_once::{Made, page_of};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::clients::{Client, Trust};
use flows::clients::secrets::{self, SecretView};
use flows::platform::idempotency::Keeper;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "clients/secrets.html")]
struct SecretsPage<'p> {
    frame: Frame,
    problem: Problem,
    app: Application,
    secrets: Vec<SecretView>,
    /// The new secret, shown only once.
    made: Option<&'p str>,
    full: bool,
}

fn page<'p>(
    state: &WebState,
    person: &PageVisitor,
    app: Application,
    problem: Problem,
    made: Option<&'p str>,
) -> SecretsPage<'p> {
    // Already loaded with the client.
    let secrets: Vec<_> = app.client.secrets.iter().map(SecretView::from).collect();
    let full = i64::try_from(secrets.len()).is_ok_and(|count| count >= secrets::MOST);
    let frame = match made {
        Some(_) => person.frame_after(state, person.console()),
        None => person.frame(state, person.console()),
    };
    SecretsPage { frame, problem, app, secrets, made, full }
}

/// The page with a new secret.
pub fn made(state: &WebState, person: &PageVisitor, client: Client, secret: &str) -> Response {
    let app = Application::of(state, person, client, Tab::Secrets);
    person.show(state, &page(state, person, app, Problem::default(), Some(secret)))
}

pub async fn get(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    match Application::open(&state, &person, &path, Tab::Secrets).await {
        Ok(app) => person.show(&state, &page(&state, &person, app, Problem::default(), None)),
        Err(response) => *response,
    }
}

pub async fn post(State(state): State<WebState>, path: Named, posted: Posted) -> Response {
    posted.once(state, |state, posted, keeper| make(state, path, posted, keeper)).await
}

async fn make(state: WebState, path: Named, posted: Arc<Posted>, keeper: Keeper) -> Made {
    let person = &posted.person;
    let keep = page_of(&state, &posted, keeper, |state, person, added: secrets::Added| {
        made(state, person, added.client, added.secret.expose())
    });
    let id = named(&path, "client");
    let failure = match secrets::add_kept(state.app(), &person.ctx, &person.principal, id, keep).await {
        Ok(kept) => return Ok(kept),
        Err(failure) => failure,
    };
    let problem = Problem::of(&failure, &state, person, &person.frame(&state, person.console()))?;
    let app = Application::open(&state, person, &path, Tab::Secrets).await?;
    Err(person.again(&state, &page(&state, person, app, problem, None)).into())
}

pub async fn ask(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Secrets).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let frame = person.frame(&state, person.console());
    let id = named(&path, "secret");
    let hint = app.client.secrets.iter().find(|secret| secret.id.to_string() == id).map(|secret| secret.hint.as_str());
    let Some(hint) = hint else {
        use flows::Failure;
        use flows::platform::management_error::{ManagementError, ManagementRefusal};
        return person.refused(&state, &Failure::<ManagementError>::Refused(ManagementRefusal::SecretUnknown.into()));
    };
    let mut lines = vec![frame.rich("dev-secret-end-what", "hint", hint)];
    if app.client.secrets.len() == 1 {
        lines.push(frame.rich("dev-secret-end-last", "name", &app.client.name));
    }
    let confirm = Confirm {
        title: frame.say("dev-secret-end"),
        lines,
        after: After::ForGood,
        action: app.at(&format!("secrets/{id}/end")),
        fields: Vec::new(),
        button: frame.say("dev-secret-end"),
        back: app.at("secrets"),
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn end(State(state): State<WebState>, path: Named, posted: Posted) -> Response {
    let (person, id) = (&posted.person, named(&path, "client"));
    let ended = secrets::end(state.app(), &person.ctx, &person.principal, id, named(&path, "secret")).await;
    match ended {
        Ok(()) => {
            person.done(&state, &format!("{}/{id}/secrets", person.path(&state, person.console())), "secret-ended")
        }
        Err(failure) => person.refused(&state, &failure),
    }
}
