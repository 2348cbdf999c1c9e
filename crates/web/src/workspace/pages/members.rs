//! The members of a workspace: their roles, removing a member, and leaving.
use super::roles::{given_by, own_role};
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::field_error::{Problem, is_late};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::Pager;
use crate::platform::pages::undo::Undo;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::Timestamp;
use domain::access::Operation;
use domain::account::User;
use domain::workspace::{Member, Role};
use flows::platform::management_error::{ManagementError, ManagementRefusal};
use flows::workspace::members;
use flows::{Failure, Page, SearchPage};

/// Rows per page.
const ROWS: i64 = 20;

struct MemberRow {
    id: String,
    name: String,
    email: String,
    role: Role,
    /// Custom roles configured by the operator.
    extra: String,
    since: Timestamp,
    own: bool,
    disabled: bool,
    /// Whether the visitor may change or remove the member.
    changes: bool,
    /// The role selected in the row's form.
    chosen: String,
}

#[derive(Template)]
#[template(path = "workspace/members.html")]
struct MembersPage<'p> {
    frame: Frame,
    problem: Problem,
    path: String,
    invitations: String,
    manages: bool,
    search: &'p str,
    roles: &'static [Role],
    rows: Vec<MemberRow>,
    /// Why the visitor cannot leave, if so.
    stays: Option<String>,
    pager: Pager,
}

/// The user and the role selected for them, with the reason why it was not saved.
type Chosen<'c> = Option<(&'c str, &'c str, Problem)>;

fn rows(person: &PageVisitor, list: Vec<(Member, User)>, chosen: &Chosen<'_>) -> Vec<MemberRow> {
    let own_role = own_role(person);
    let manages = person.principal.may(Operation::WriteMembers).is_ok();
    let row = |(member, user): (Member, User)| {
        let id = user.id.to_string();
        let role = member.roles.role;
        let kept = chosen.as_ref().filter(|(who, ..)| *who == id).map(|(_, role, _)| (*role).to_owned());
        MemberRow {
            own: user.id == person.user.id,
            disabled: !user.is_active(),
            changes: manages && (role != Role::Owner || own_role == Some(Role::Owner)),
            chosen: kept.unwrap_or_else(|| role.as_str().to_owned()),
            id,
            name: user.name,
            email: user.email.to_string(),
            role,
            extra: member.roles.extra.join(", "),
            since: member.created_at,
        }
    };
    list.into_iter().map(row).collect()
}

async fn list(state: &WebState, person: &PageVisitor, chosen: Chosen<'_>) -> Response {
    let search = person.query("q");
    let page = Page::new(person.page_number(), ROWS);
    let found = members::search(state.app(), &person.ctx, &person.principal, search, page).await;
    let SearchPage { items, total, more } = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(state, &failure),
    };
    let last = match members::is_last_owner(state.app(), &person.principal).await {
        Ok(last) => last,
        Err(fault) => return person.refused(state, &Failure::<ManagementError>::Fault(fault)),
    };
    let frame = person.frame(state, Section::Members);
    let path = person.path(state, Section::Members);
    let rows = rows(person, items, &chosen);
    let failed = chosen.is_some();
    let page = MembersPage {
        stays: last.then(|| frame.texts().refusal(&ManagementRefusal::LastOwner)),
        frame,
        problem: chosen.map(|(.., problem)| problem).unwrap_or_default(),
        invitations: super::invitations::path(state, person),
        manages: person.principal.may(Operation::WriteMembers).is_ok(),
        search,
        roles: given_by(own_role(person)),
        rows,
        pager: Pager::new(&path, &[("q", search)], person.page_number(), ROWS, total).limited(more),
        path,
    };
    if failed { person.again(state, &page) } else { person.show(state, &page) }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    list(&state, &person, None).await
}

pub async fn role(State(state): State<WebState>, Path((_, user)): Path<(String, String)>, posted: Posted) -> Response {
    let person = &posted.person;
    let role = posted.field("role");
    let (app, ctx, who) = (state.app(), &person.ctx, &person.principal);
    let failure = match members::set_role(app, ctx, who, &user, posted.set_to(role)).await {
        Ok((member, before)) => {
            let path = person.path(&state, Section::Members);
            // Users cannot restore their own role, so offer no undo.
            if member.user_id == person.user.id {
                return person.done(&state, &path, "role-changed");
            }
            let undo = Undo::by(format!("{path}/{user}/role")).back("role", before.as_str(), role);
            return person.done_until_undone(&state, &path, "role-changed", &undo);
        }
        Err(failure) => failure,
    };
    let frame = person.frame(&state, Section::Members);
    match Problem::of_choice(&failure, &state, person, &frame) {
        // Keep the selection; if the member was changed in the meantime, show the current role.
        Ok(problem) if is_late(&failure) => list(&state, person, Some(("", "", problem))).await,
        Ok(problem) => list(&state, person, Some((&user, role, problem))).await,
        Err(response) => *response,
    }
}

pub async fn ask_remove(
    State(state): State<WebState>,
    Path((_, user)): Path<(String, String)>,
    person: PageVisitor,
) -> Response {
    let (member, who) = match members::find(state.app(), &person.ctx, &person.principal, &user).await {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    if let Err(failure) = members::may_go(state.app(), &person.ctx, &person.principal, &member).await {
        return refused_here(&state, &person, &failure).await;
    }
    let frame = person.frame(&state, Section::Members);
    let back = person.path(&state, Section::Members);
    let confirm = Confirm {
        title: frame.say("members-remove-title"),
        lines: vec![
            frame.rich("members-remove-who", "who", format!("{} ({})", who.name, who.email)),
            frame.texts().rich("members-remove-effect", &[]),
        ],
        after: After::ForGood,
        action: format!("{back}/{}/remove", who.id),
        fields: Vec::new(),
        button: frame.say("members-remove-button"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn remove(
    State(state): State<WebState>,
    Path((_, user)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let person = &posted.person;
    let path = person.path(&state, Section::Members);
    match members::remove(state.app(), &person.ctx, &person.principal, &user).await {
        // Users who removed themselves can no longer see this page.
        Ok(()) if user == person.user.id.to_string() => person.done(&state, &state.path("/account"), "left"),
        Ok(()) => person.done(&state, &path, "member-removed"),
        Err(failure) => refused_here(&state, person, &failure).await,
    }
}

/// Shows a refusal on the list; anything else on a page of its own.
async fn refused_here(state: &WebState, person: &PageVisitor, failure: &Failure<ManagementError>) -> Response {
    match Problem::of(failure, state, person, &person.frame(state, Section::Members)) {
        Ok(problem) => list(state, person, Some(("", "", problem))).await,
        Err(response) => *response,
    }
}

pub async fn ask_leave(State(state): State<WebState>, person: PageVisitor) -> Response {
    let (app, own) = (state.app(), person.user.id.to_string());
    let may_go = match members::find(app, &person.ctx, &person.principal, &own).await {
        Ok((member, _)) => members::may_go(app, &person.ctx, &person.principal, &member).await,
        Err(failure) => Err(failure),
    };
    if let Err(failure) = may_go {
        return refused_here(&state, &person, &failure).await;
    }
    let frame = person.frame(&state, Section::Members);
    let name = frame.nav.as_ref().and_then(|nav| nav.workspace.clone()).unwrap_or_default();
    let back = person.path(&state, Section::Members);
    let confirm = Confirm {
        title: frame.say("members-leave-title"),
        lines: vec![
            frame.rich("members-leave-which", "workspace", name),
            frame.texts().rich("members-leave-effect", &[]),
        ],
        after: After::ForGood,
        action: format!("{back}/leave"),
        fields: Vec::new(),
        button: frame.say("members-leave-button"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn leave(State(state): State<WebState>, posted: Posted) -> Response {
    let person = &posted.person;
    match members::leave(state.app(), &person.ctx, &person.principal).await {
        Ok(()) => person.done(&state, &state.path("/account"), "left"),
        Err(failure) => refused_here(&state, person, &failure).await,
    }
}
