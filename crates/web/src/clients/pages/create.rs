//! Creating a client, step by step: its type, its details, its scopes, and finally its secret.
use super::application::{Application, Tab};
use super::draft::{Draft, Kind, line_at_fault, lines};
use super::scopes::{Choice, choices};
use crate::WebState;
use crate::access::create_once::{Made, page_of};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{ONCE, PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ScopeSet;
use domain::clients::ApplicationType;
use domain::clients::api::CONSOLE;
use flows::platform::idempotency::{Keeper, is_key};
use flows::platform::management_error::ManagementError;
use flows::{Failure, clients};
use std::sync::Arc;

/// A step of the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Kind,
    About,
    Permissions,
    Review,
}

impl Step {
    const fn number(self) -> i64 {
        match self {
            Self::Kind => 1,
            Self::About => 2,
            Self::Permissions => 3,
            Self::Review => 4,
        }
    }
}

#[derive(Template)]
#[template(path = "clients/new.html")]
struct NewPage<'p> {
    frame: Frame,
    problem: Problem,
    step: Step,
    /// The path of the first step.
    path: String,
    list: String,
    draft: &'p Draft,
    kind: Kind,
    /// The values of the other steps.
    carried: Vec<(&'static str, String)>,
    scopes: Vec<Choice<'p>>,
    uris: Vec<&'p str>,
}

fn page<'p>(state: &'p WebState, person: &PageVisitor, draft: &'p Draft, step: Step, problem: Problem) -> NewPage<'p> {
    let mut frame = person.frame(state, Section::Applications);
    // All steps share one key, so going back and submitting again does not create a second client.
    if let Some(key) = person.incoming.query.get(ONCE).filter(|key| is_key(key)) {
        key.clone_into(&mut frame.once);
    }
    let list = person.path(state, Section::Applications);
    let (kind, catalogue) = (draft.kind.unwrap_or(Kind::Web), &state.app().settings().catalogue);
    let own: &[&str] = match step {
        Step::Kind => &["kind"],
        Step::About => &["client_name", "description", "client_uri", "redirect_uris", "pkce_optional"],
        Step::Permissions => &["chosen", "scope"],
        Step::Review => &[],
    };
    let trust = clients::manage::trust_of_new(&person.principal);
    let mut scopes =
        choices(catalogue, frame.language(), trust, &ScopeSet::default(), |name| draft.has(catalogue, name));
    scopes.retain(|choice| kind.takes(choice.name) && (step != Step::Review || choice.chosen));
    NewPage {
        problem,
        step,
        path: format!("{list}/new"),
        list,
        carried: draft.fields(own),
        kind,
        draft,
        scopes,
        uris: lines(&draft.redirect_uris),
        frame,
    }
}

/// Checks before anything is typed whether the user may create a client.
fn allowed(state: &WebState, person: &PageVisitor) -> Result<(), Box<Response>> {
    let allowed = clients::manage::may_create(state.app(), &person.ctx, &person.principal);
    allowed.map_err(|failure| Box::new(person.refused(state, &failure)))
}

/// The step, or an earlier one that has a problem to fix.
fn checked(state: &WebState, person: &PageVisitor, step: Step) -> Response {
    if let Err(response) = allowed(state, person) {
        return *response;
    }
    let draft = Draft::read(&person.incoming.query);
    let Some(kind) = draft.kind else {
        return person.show(state, &page(state, person, &draft, Step::Kind, Problem::default()));
    };
    // Check the fields of the previous step.
    if matches!(step, Step::Permissions | Step::Review) {
        let good = clients::manage::check(state.app(), &person.ctx, &person.principal, &CONSOLE, &draft.metadata(kind));
        if let Err(failure) = good {
            return faulty(state, person, &draft, &failure);
        }
    }
    person.show(state, &page(state, person, &draft, step, Problem::default()))
}

/// The step with the field at fault.
fn faulty(state: &WebState, person: &PageVisitor, draft: &Draft, failure: &Failure<ManagementError>) -> Response {
    let frame = person.frame(state, Section::Applications);
    match Problem::of(failure, state, person, &frame) {
        Ok(problem) => {
            let native = draft.kind.is_some_and(|kind| draft.metadata(kind)["application_type"] == "native");
            let kind = if native { ApplicationType::Native } else { ApplicationType::Web };
            let schemes = &state.app().settings().registration.private_schemes;
            let line = line_at_fault(&problem.member, &draft.redirect_uris, kind, schemes);
            let problem = problem.in_line(&frame, line);
            let step = if problem.is_of("scope") { Step::Permissions } else { Step::About };
            person.again(state, &page(state, person, draft, step, problem))
        }
        Err(response) => *response,
    }
}

pub async fn kind(State(state): State<WebState>, person: PageVisitor) -> Response {
    if let Err(response) = allowed(&state, &person) {
        return *response;
    }
    let draft = Draft::read(&person.incoming.query);
    person.show(&state, &page(&state, &person, &draft, Step::Kind, Problem::default()))
}

pub async fn about(State(state): State<WebState>, person: PageVisitor) -> Response {
    checked(&state, &person, Step::About)
}

pub async fn permissions(State(state): State<WebState>, person: PageVisitor) -> Response {
    checked(&state, &person, Step::Permissions)
}

pub async fn review(State(state): State<WebState>, person: PageVisitor) -> Response {
    checked(&state, &person, Step::Review)
}

#[derive(Template)]
#[template(path = "clients/created.html")]
struct MadePage<'p> {
    frame: Frame,
    app: Application,
    secret: Option<&'p str>,
    redirects: bool,
}

pub async fn post(State(state): State<WebState>, posted: Posted) -> Response {
    posted.once(state, make).await
}

async fn make(state: WebState, posted: Arc<Posted>, keeper: Keeper) -> Made {
    let (person, draft) = (&posted.person, Draft::read(&posted.form));
    let Some(kind) = draft.kind else {
        allowed(&state, person)?;
        return Err(person.again(&state, &page(&state, person, &draft, Step::Kind, Problem::default())).into());
    };
    let keep = page_of(&state, &posted, keeper, |state, person, clients::manage::CreatedClient { client, secret }| {
        let page = MadePage {
            frame: person.frame(state, Section::Applications),
            redirects: !client.config.redirect_uris.is_empty(),
            app: Application::of(state, person, client, Tab::Overview),
            secret: secret.as_ref().map(domain::Secret::expose),
        };
        person.show(state, &page)
    });
    let metadata = draft.metadata(kind);
    let made =
        clients::manage::create_kept(state.app(), &person.ctx, &person.principal, &CONSOLE, &metadata, keep).await;
    made.map_err(|failure| faulty(&state, person, &draft, &failure).into())
}
