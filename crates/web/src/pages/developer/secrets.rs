//! The secrets of an application: two at most, so that one can replace the other without a pause.
use super::application::{Application, Named, Tab, named};
use crate::WebState;
use crate::pages::confirm::{After, Confirm};
use crate::pages::creation::Made;
use crate::pages::frame::Frame;
use crate::pages::problem::Problem;
use crate::person::{Person, Posted};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::client::{Client, Trust};
use flows::secrets::{self, SecretView};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "developer/secrets.html")]
struct SecretsPage<'p> {
    frame: Frame,
    problem: Problem,
    app: Application,
    secrets: Vec<SecretView>,
    /// Shown this once.
    made: Option<&'p str>,
    full: bool,
}

fn page<'p>(
    state: &WebState,
    person: &Person,
    app: Application,
    problem: Problem,
    made: Option<&'p str>,
) -> SecretsPage<'p> {
    // As they were read with the application.
    let secrets: Vec<_> = app.client.secrets.iter().map(SecretView::from).collect();
    let full = i64::try_from(secrets.len()).is_ok_and(|count| count >= secrets::MOST);
    let frame = match made {
        Some(_) => person.frame_after(state, person.console()),
        None => person.frame(state, person.console()),
    };
    SecretsPage { frame, problem, app, secrets, made, full }
}

/// After a change that made the application confidential.
pub async fn made(state: &WebState, person: &Person, client: Client, secret: &str) -> Response {
    let path = axum::extract::Path([("client".to_owned(), client.id.to_string())].into());
    match Application::open(state, person, &path, Tab::Secrets).await {
        Ok(app) => person.show(state, &page(state, person, app, Problem::default(), Some(secret))),
        Err(response) => *response,
    }
}

pub async fn get(State(state): State<WebState>, person: Person, path: Named) -> Response {
    match Application::open(&state, &person, &path, Tab::Secrets).await {
        Ok(app) => person.show(&state, &page(&state, &person, app, Problem::default(), None)),
        Err(response) => *response,
    }
}

pub async fn post(State(state): State<WebState>, path: Named, posted: Posted) -> Response {
    posted.once(state, |state, posted| make(state, path, posted)).await
}

async fn make(state: WebState, path: Named, posted: Arc<Posted>) -> Made {
    let person = &posted.person;
    let added = secrets::add(state.app(), &person.ctx, &person.principal, named(&path, "client")).await;
    let failure = match added {
        Ok(added) => {
            return Ok(match Application::open(&state, person, &path, Tab::Secrets).await {
                Ok(app) => {
                    let page = page(&state, person, app, Problem::default(), Some(added.secret.expose()));
                    person.show(&state, &page)
                }
                // The secret is there, even if it cannot be shown.
                Err(response) => *response,
            });
        }
        Err(failure) => failure,
    };
    let problem = Problem::of(&failure, &state, person, &person.frame(&state, person.console()))?;
    let app = Application::open(&state, person, &path, Tab::Secrets).await?;
    Err(person.again(&state, &page(&state, person, app, problem, None)).into())
}

pub async fn ask(State(state): State<WebState>, person: Person, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Secrets).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let frame = person.frame(&state, person.console());
    let id = named(&path, "secret");
    let hint = app.client.secrets.iter().find(|secret| secret.id.to_string() == id).map(|secret| secret.hint.as_str());
    let Some(hint) = hint else {
        use flows::Failure;
        use flows::manage::{ManageRefusal, Unmanaged};
        return person.refused(&state, &Failure::<ManageRefusal>::Refused(Unmanaged::SecretUnknown.into()));
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
