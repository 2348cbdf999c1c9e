//! The rule for which apps may access a workspace.
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::{Frame, see_other};
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::Pager;
use crate::platform::pages::undo::{ONLY_FROM, Undo};
use crate::platform::texts::Rich;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ClientId;
use domain::clients::Trust;
use domain::platform::refusal::{ErrorCode, Refusal as _};
use domain::workspace::AppPolicy;
use flows::platform::management_error::ManagementError;
use flows::workspace::policy::{ListedClient, PolicyEffect};
use flows::{Failure, Page, Paged, workspace};

/// Rows per page.
const ROWS: i64 = 20;

/// A rule to choose.
struct Choice {
    value: &'static str,
    title: String,
    means: String,
    in_force: bool,
    /// The access that it would revoke.
    ends: String,
}

#[derive(Template)]
#[template(path = "workspace/policy.html")]
struct PolicyPage<'p> {
    frame: Frame,
    problem: Problem,
    path: String,
    rules: bool,
    choices: Vec<Choice>,
    chosen: &'p str,
    is_listed: bool,
    listed: Vec<ListedClient>,
    pager: Pager,
    /// Apps that can be added to the list.
    known: Vec<(ClientId, String)>,
    client: &'p str,
}

fn title(policy: AppPolicy) -> &'static str {
    match policy {
        AppPolicy::All => "policy-all",
        AppPolicy::Verified => "policy-verified",
        AppPolicy::Listed => "policy-listed",
    }
}

fn means(policy: AppPolicy) -> &'static str {
    match policy {
        AppPolicy::All => "policy-all-means",
        AppPolicy::Verified => "policy-verified-means",
        AppPolicy::Listed => "policy-listed-means",
    }
}

/// The access that a rule would revoke, one sentence each; empty if none.
fn ends(frame: &Frame, effect: PolicyEffect) -> Vec<String> {
    let mut lines = Vec::new();
    if effect.clients > 0 {
        lines.push(frame.fill("policy-ends-apps", "apps", effect.clients));
        lines.push(frame.fill("policy-ends-people", "people", effect.people));
    }
    if effect.own_names > 0 {
        lines.push(frame.fill("policy-ends-own-names", "apps", effect.own_names));
    }
    lines
}

type Outcome<T> = Result<T, Failure<ManagementError>>;

/// What was typed, and its problem.
struct FormState<'k> {
    problem: Problem,
    policy: &'k str,
    client: &'k str,
}

async fn page<'k>(state: &WebState, person: &PageVisitor, kept: FormState<'k>) -> Outcome<PolicyPage<'k>> {
    let (app, ctx, who) = (state.app(), &person.ctx, &person.principal);
    let frame = person.frame(state, Section::Access);
    let now = workspace::policy::read(app, ctx, who).await?;
    let mut choices = Vec::new();
    for policy in AppPolicy::ALL {
        let effect = workspace::policy::preview(app, ctx, who, policy.as_str()).await?;
        choices.push(Choice {
            value: policy.as_str(),
            title: frame.say(title(policy)),
            means: frame.say(means(policy)),
            in_force: policy == now,
            ends: ends(&frame, effect).join(" "),
        });
    }
    let Paged { items: listed, total } =
        workspace::policy::listed(app, ctx, who, Page::new(person.page_number(), ROWS)).await?;
    let known = workspace::policy::unlisted(app, ctx, who).await?;
    let path = person.path(state, Section::Access);
    Ok(PolicyPage {
        problem: kept.problem,
        rules: true,
        choices,
        chosen: if kept.policy.is_empty() { now.as_str() } else { kept.policy },
        is_listed: now == AppPolicy::Listed,
        known,
        pager: Pager::new(&format!("{path}/policy"), &[], person.page_number(), ROWS, total),
        listed,
        client: kept.client,
        path,
        frame,
    })
}

async fn show(state: &WebState, person: &PageVisitor, kept: FormState<'_>) -> Response {
    let failed = kept.problem.is_some();
    match page(state, person, kept).await {
        Ok(page) if failed => person.again(state, &page),
        Ok(page) => person.show(state, &page),
        Err(failure) => person.refused(state, &failure),
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    show(&state, &person, FormState { problem: Problem::default(), policy: "", client: "" }).await
}

/// Shows the page again if another choice may help.
async fn wrong(
    state: &WebState,
    person: &PageVisitor,
    failure: &Failure<ManagementError>,
    (policy, client): (&str, &str),
) -> Response {
    let frame = person.frame(state, Section::Access);
    let problem = match failure {
        // The client id was typed, so name the field.
        Failure::Refused(refusal) if refusal.code() == ErrorCode::NotFound => {
            Ok(Problem { member: "client".to_owned(), said: frame.texts().refusal(refusal), ..Problem::default() })
        }
        failure => Problem::of_choice(failure, state, person, &frame),
    };
    match problem {
        Ok(problem) => show(state, person, FormState { problem, policy, client }).await,
        Err(response) => *response,
    }
}

/// Shows what the chosen rule would revoke, before applying it.
pub async fn ask(State(state): State<WebState>, person: PageVisitor) -> Response {
    let chosen = person.query("policy");
    let (app, ctx, who) = (state.app(), &person.ctx, &person.principal);
    let effect = match workspace::policy::preview(app, ctx, who, chosen).await {
        Ok(effect) => effect,
        Err(failure) => return wrong(&state, &person, &failure, ("", "")).await,
    };
    let now = match workspace::policy::read(app, ctx, who).await {
        Ok(now) => now,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, Section::Access);
    let back = format!("{}/policy", person.path(&state, Section::Access));
    if now.as_str() == chosen {
        return see_other(&back);
    }
    let mut lines = Vec::new();
    if let Some(policy) = AppPolicy::parse(chosen) {
        lines.push(frame.rich("policy-change-to", "policy", frame.say(title(policy))));
        lines.push(Rich::text(&frame.say(means(policy))));
    }
    let ends = ends(&frame, effect);
    if ends.is_empty() {
        lines.push(Rich::text(&frame.say("policy-ends-nothing")));
    }
    lines.extend(ends.iter().map(|line| Rich::text(line)));
    let confirm = Confirm {
        title: frame.say("policy-change-title"),
        lines,
        after: After::of_rule(effect.clients > 0),
        action: back.clone(),
        fields: vec![("policy", chosen.to_owned()), (ONLY_FROM, now.as_str().to_owned())],
        button: frame.say("policy-change-button"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn post(State(state): State<WebState>, posted: Posted) -> Response {
    let (person, policy) = (&posted.person, posted.field("policy"));
    let (app, ctx, who) = (state.app(), &person.ctx, &person.principal);
    match workspace::policy::set(app, ctx, who, posted.set_to(policy)).await {
        Ok((ended, before)) => {
            let path = format!("{}/policy", person.path(&state, Section::Access));
            let undo = Undo::by(path.clone()).back("policy", before.as_str(), policy).partly(ended.any());
            person.done_until_undone(&state, &path, "policy-changed", &undo)
        }
        Err(failure) => wrong(&state, person, &failure, ("", "")).await,
    }
}

pub async fn allow(State(state): State<WebState>, posted: Posted) -> Response {
    let (person, client) = (&posted.person, posted.field("client").trim());
    match workspace::policy::allow(state.app(), &person.ctx, &person.principal, client).await {
        Ok(()) => {
            let path = format!("{}/policy", person.path(&state, Section::Access));
            let undo = Undo::by(format!("{path}/apps/{client}/remove"));
            person.done_until_undone(&state, &path, "app-listed", &undo)
        }
        Err(failure) => wrong(&state, person, &failure, ("", client)).await,
    }
}

pub async fn ask_disallow(
    State(state): State<WebState>,
    Path((_, client)): Path<(String, String)>,
    person: PageVisitor,
) -> Response {
    let (app, ctx, who) = (state.app(), &person.ctx, &person.principal);
    let policy = match workspace::policy::read(app, ctx, who).await {
        Ok(policy) => policy,
        Err(failure) => return person.refused(&state, &failure),
    };
    // A listed app may be unused in this workspace.
    let at_stake = match workspace::apps::at_stake(app, ctx, who, &client, None).await {
        Ok(at_stake) => Some(at_stake),
        Err(Failure::Refused(refusal)) if refusal.code() == ErrorCode::NotFound => None,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, Section::Access);
    let back = format!("{}/policy", person.path(&state, Section::Access));
    let name = at_stake.as_ref().map_or(client.as_str(), |at_stake| at_stake.app.name.as_str());
    let mut lines = vec![frame.rich("policy-remove-which", "client", name)];
    // Every rule allows the operator's own apps.
    let ends = at_stake.filter(|one| policy == AppPolicy::Listed && one.app.trust != Trust::FirstParty);
    let own_names = ends.as_ref().map_or(0, |ends| ends.app.own_names);
    let ends = ends.filter(|ends| ends.app.people > 0);
    let ends_some = ends.is_some();
    if let Some(ends) = ends {
        lines.push(Rich::text(&frame.fill("access-ends-people", "people", ends.app.people)));
        lines.push(Rich::text(&frame.fill("access-ends-grants", "grants", ends.grants)));
    }
    if own_names > 0 {
        lines.push(Rich::text(&frame.fill("access-ends-own-names", "people", own_names)));
    } else if !ends_some {
        lines.push(Rich::text(&frame.say("policy-ends-nothing")));
    }
    let confirm = Confirm {
        title: frame.say("policy-remove-title"),
        lines,
        after: After::of_rule(ends_some),
        action: format!("{back}/apps/{client}/remove"),
        fields: Vec::new(),
        button: frame.say("policy-remove-button"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn disallow(
    State(state): State<WebState>,
    Path((_, client)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let person = &posted.person;
    match workspace::policy::disallow(state.app(), &person.ctx, &person.principal, &client).await {
        Ok(ended) => {
            let path = format!("{}/policy", person.path(&state, Section::Access));
            let undo = Undo::by(format!("{path}/apps")).with("client", &client).partly(ended.any());
            person.done_until_undone(&state, &path, "app-unlisted", &undo)
        }
        Err(failure) => person.refused(&state, &failure),
    }
}
