//! API keys: credentials of programs that act for a workspace.
use super::roles::{given_by, own_role};
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::create_once::{Made, page_of};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::access::reveal::{Revealed, Shown};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::Pager;
use crate::platform::texts::Rich;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::access::{ApiKey, Operation, Reach, is_operator_scope, offered_scopes};
use domain::workspace::Role;
use domain::{Secret, Timestamp};
use flows::access::credential_request::CredentialRequest;
use flows::platform::idempotency::Keeper;
use flows::workspace::api_keys::{self, KeyWithCreator};
use flows::{Page, Paged};
use std::sync::Arc;

/// Rows per page.
const ROWS: i64 = 20;

const DAY: i64 = 24 * 60 * 60;

/// Lifetimes in days that the form offers, besides no expiry.
const DAYS: [i64; 4] = [30, 90, 180, 365];

struct ApiKeyRow {
    id: String,
    name: String,
    hint: String,
    role: Role,
    extra: String,
    scopes: Vec<String>,
    by: Option<String>,
    /// Set if the key lost rights.
    lost: Option<Lost>,
    last_used: Option<Timestamp>,
    expires: Option<Timestamp>,
    expired: bool,
}

/// The rights left to a key after its creator lost rights.
struct Lost {
    /// Its current role; without one the key does not work.
    role: Option<Role>,
    /// Whether this user can adopt it.
    adoptable: bool,
}

#[derive(Template)]
#[template(path = "workspace/api_keys.html")]
struct KeysPage {
    frame: Frame,
    path: String,
    rows: Vec<ApiKeyRow>,
    pager: Pager,
    losses: Losses,
}

/// The workspace's keys that lost rights.
struct Losses {
    /// Total number.
    all: usize,
    /// The ids of the keys that this user can adopt.
    adoptable: Vec<String>,
    /// Name and hint of the first ones on other pages of the list.
    elsewhere: Vec<(String, String)>,
    /// Number of further ones on other pages.
    more: usize,
}

/// Maximum number of keys on other pages that are named.
const NAMED: usize = 50;

fn losses(person: &PageVisitor, kept: &[KeyWithCreator], here: &[KeyWithCreator]) -> Losses {
    let is_here = |one: &&KeyWithCreator| here.iter().any(|shown| shown.key.id == one.key.id);
    let adoptable = kept.iter().filter(|one| api_keys::may_adopt(&person.principal, one));
    let elsewhere: Vec<_> = kept.iter().filter(|one| !is_here(one)).collect();
    Losses {
        all: kept.len(),
        adoptable: adoptable.map(|one| one.key.id.to_string()).collect(),
        more: elsewhere.len().saturating_sub(NAMED),
        elsewhere: elsewhere.into_iter().take(NAMED).map(|one| (one.key.name.clone(), one.key.hint.clone())).collect(),
    }
}

fn lost(person: &PageVisitor, kept: &KeyWithCreator) -> Option<Lost> {
    let creator = kept.creator.as_ref();
    // An expired key has no rights to lose.
    (kept.key.is_live(person.ctx.now) && kept.key.has_lost_rights(creator)).then(|| Lost {
        role: kept.key.rights(creator).map(|rights| rights.roles.role),
        adoptable: api_keys::may_adopt(&person.principal, kept),
    })
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let page = Page::new(person.page_number(), ROWS);
    let found = api_keys::page_of_api_keys(state.app(), &person.ctx, &person.principal, page).await;
    let Paged { items, total } = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let lost_rights = api_keys::keys_that_lost_rights(state.app(), &person.ctx, &person.principal).await;
    let losses = match lost_rights {
        Ok(lost) => losses(&person, &lost, &items),
        Err(failure) => return person.refused(&state, &failure),
    };
    let row = |kept: KeyWithCreator| ApiKeyRow {
        lost: lost(&person, &kept),
        by: kept.creator.map(|creator| creator.name),
        ..row_of(&person, kept.key)
    };
    let path = person.path(&state, Section::ApiKeys);
    let page = KeysPage {
        frame: person.frame(&state, Section::ApiKeys),
        rows: items.into_iter().map(row).collect(),
        pager: Pager::new(&path, &[], person.page_number(), ROWS, total),
        losses,
        path,
    };
    person.show(&state, &page)
}

fn row_of(person: &PageVisitor, key: ApiKey) -> ApiKeyRow {
    ApiKeyRow {
        expired: !key.is_live(person.ctx.now),
        id: key.id.to_string(),
        name: key.name,
        hint: key.hint,
        role: key.roles.role,
        extra: key.roles.extra.join(", "),
        scopes: key.scopes.iter().map(ToString::to_string).collect(),
        by: None,
        lost: None,
        last_used: key.last_used_at,
        expires: key.expires_at,
    }
}

/// A scope, with the operations that it allows.
struct Offered {
    name: &'static str,
    means: String,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "workspace/new_api_key.html")]
struct NewKeyPage<'p> {
    frame: Frame,
    problem: Problem,
    path: String,
    roles: &'static [Role],
    days: [i64; 4],
    scopes: Vec<Offered>,
    name: &'p str,
    role: &'p str,
    expires: &'p str,
}

/// The scopes that have an effect for a key created by this user: a key belongs to no user, and only the operator's keys act
/// for the operator.
fn offered(person: &PageVisitor, frame: &Frame, ticked: &[&str]) -> Vec<Offered> {
    let operation = |operation: &&Operation| {
        let reach = match operation.reach() {
            Reach::Workspace(_) => true,
            Reach::Operator => person.principal.operator,
            Reach::Known | Reach::Person => false,
        };
        reach && operation.has_endpoint()
    };
    let scope = |name: &'static str| {
        let opens = Operation::ALL.iter().filter(operation).filter(|operation| operation.scope() == name);
        let means: Vec<_> = opens.map(|operation| frame.operation(*operation)).collect();
        let shown = !means.is_empty() && (person.principal.operator || !is_operator_scope(name));
        shown.then(|| Offered { name, means: means.join(" · "), ticked: ticked.contains(&name) })
    };
    offered_scopes().filter_map(scope).collect()
}

struct FormState<'k> {
    name: &'k str,
    role: &'k str,
    scopes: Vec<&'k str>,
    expires: &'k str,
}

fn form<'k>(state: &WebState, person: &PageVisitor, problem: Problem, kept: &FormState<'k>) -> NewKeyPage<'k> {
    let frame = person.frame(state, Section::ApiKeys);
    NewKeyPage {
        problem,
        path: person.path(state, Section::ApiKeys),
        roles: given_by(own_role(person)),
        days: DAYS,
        scopes: offered(person, &frame, &kept.scopes),
        name: kept.name,
        role: kept.role,
        expires: kept.expires,
        frame,
    }
}

pub async fn new(State(state): State<WebState>, person: PageVisitor) -> Response {
    // Users who may not read the list may not add to it.
    let one = Page::new(1, 1);
    if let Err(failure) = api_keys::page_of_api_keys(state.app(), &person.ctx, &person.principal, one).await {
        return person.refused(&state, &failure);
    }
    let kept = FormState { name: "", role: Role::Member.as_str(), scopes: Vec::new(), expires: "90" };
    person.show(&state, &form(&state, &person, Problem::default(), &kept))
}

pub async fn create(State(state): State<WebState>, posted: Posted) -> Response {
    posted.once(state, make).await
}

async fn make(state: WebState, posted: Arc<Posted>, keeper: Keeper) -> Made {
    let person = &posted.person;
    let kept = FormState {
        name: posted.field("name"),
        role: posted.field("roles"),
        scopes: posted.form.all("scopes").collect(),
        expires: posted.field("expires_at"),
    };
    if !posted.field("all").is_empty() {
        let frame = person.frame(&state, Section::ApiKeys);
        let all: Vec<&str> = offered(person, &frame, &[]).iter().map(|scope| scope.name).collect();
        return Err(person
            .show(&state, &form(&state, person, Problem::default(), &FormState { scopes: all, ..kept }))
            .into());
    }
    // An invalid number of days is rejected like an expiry in the past.
    let days = |text: &str| text.parse().ok().filter(|days| (0..=100_000).contains(days)).unwrap_or(0);
    let asked = CredentialRequest {
        name: kept.name.to_owned(),
        scopes: kept.scopes.iter().map(ToString::to_string).collect(),
        roles: vec![kept.role.to_owned()],
        expires_at: (!kept.expires.is_empty()).then(|| person.ctx.now.plus(days(kept.expires) * DAY)),
    };
    let keep = page_of(&state, &posted, keeper, |state, person, (_, secret): (KeyWithCreator, Secret)| {
        let frame = person.frame(state, Section::ApiKeys);
        let shown = Shown {
            title: frame.say("api-keys-made"),
            lead: Rich::text(&frame.say("api-keys-made-lead")),
            label: frame.say("api-keys-key"),
            id: "secret",
            value: Revealed::after("", &secret),
            back: person.path(state, Section::ApiKeys),
            frame,
        };
        shown.show(state, person)
    });
    let made = api_keys::create_api_key_kept(state.app(), &person.ctx, &person.principal, &asked, keep).await;
    let failure = match made {
        Ok(kept) => return Ok(kept),
        Err(failure) => failure,
    };
    let problem = Problem::of(&failure, &state, person, &person.frame(&state, Section::ApiKeys))?;
    Err(person.again(&state, &form(&state, person, problem, &kept)).into())
}

pub async fn ask_revoke(
    State(state): State<WebState>,
    Path((_, id)): Path<(String, String)>,
    person: PageVisitor,
) -> Response {
    let KeyWithCreator { key, .. } = match api_keys::api_key(state.app(), &person.ctx, &person.principal, &id).await {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let frame = person.frame(&state, Section::ApiKeys);
    let back = person.path(&state, Section::ApiKeys);
    let confirm = Confirm {
        title: frame.say("api-keys-revoke-title"),
        lines: vec![
            frame.texts().rich("api-keys-revoke-which", &[("name", &key.name), ("hint", &key.hint)]),
            frame.texts().rich("api-keys-revoke-effect", &[]),
        ],
        after: After::ForGood,
        action: format!("{back}/{}/revoke", key.id),
        fields: Vec::new(),
        button: frame.say("api-keys-revoke-button"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn revoke(State(state): State<WebState>, Path((_, id)): Path<(String, String)>, posted: Posted) -> Response {
    let person = &posted.person;
    match api_keys::revoke_api_key(state.app(), &person.ctx, &person.principal, &id).await {
        Ok(()) => person.done(&state, &person.path(&state, Section::ApiKeys), "api-key-revoked"),
        Err(failure) => person.refused(&state, &failure),
    }
}

/// Maximum number of keys that one form adopts: the number that the page looks for.
const ADOPTED: usize = 1000;

/// Makes the user responsible for these keys.
pub async fn adopt(State(state): State<WebState>, posted: Posted) -> Response {
    let person = &posted.person;
    let keys: Vec<&str> = posted.form.all("key").take(ADOPTED).collect();
    match api_keys::adopt_api_keys(state.app(), &person.ctx, &person.principal, &keys).await {
        Ok(()) => person.done(&state, &person.path(&state, Section::ApiKeys), "api-keys-adopted"),
        Err(failure) => person.refused(&state, &failure),
    }
}
