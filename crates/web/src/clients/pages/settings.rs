//! The client settings that an owner may change.
use super::application::{Application, Named, Tab};
use super::draft::{line_at_fault, lines};
use super::scopes::{Choice, choices};
use super::secrets;
use crate::WebState;
use crate::access::create_once::Made;
use crate::access::field_error::Problem;
use crate::access::idempotency::{again, this_once};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::merge::{BASE, base, merge};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::clients::api::{self, CONSOLE, LONGEST};
use domain::clients::grant_type::enabled_grants;
use domain::clients::keys::{AcceptedAlg, JWKS, JWKS_URI, KeyView, SIGNING_ALG};
use domain::clients::{ApplicationType, AuthMethod, GrantType, Trust};
use domain::platform::params::RawParams;
use flows::clients;
use flows::clients::manage::Updated;
use flows::platform::idempotency::Keeper;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Single-line text members, named as in the form and the metadata.
const TEXTS: [&str; 11] = [
    "client_name",
    "description",
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "token_endpoint_auth_method",
    JWKS_URI,
    SIGNING_ALG,
    "default_sub_type",
    "access_token_format",
];
/// List members, one item per line.
const LISTS: [&str; 3] = ["redirect_uris", "post_logout_redirect_uris", "allowed_user_ids"];
/// Members that an empty field clears.
const CLEARED: [&str; 7] =
    ["client_uri", "logo_uri", "tos_uri", "policy_uri", "token_endpoint_auth_method", JWKS_URI, SIGNING_ALG];

/// The fields with the text keys of their labels.
const LABELS: [(&str, &str); 23] = [
    ("client_name", "dev-field-name"),
    ("description", "dev-field-description"),
    ("client_uri", "dev-field-homepage"),
    ("logo_uri", "dev-field-logo"),
    ("tos_uri", "dev-field-terms"),
    ("policy_uri", "dev-field-policy"),
    ("grant_types", "dev-field-grants"),
    ("token_endpoint_auth_method", "dev-field-auth"),
    (JWKS, "dev-field-jwks"),
    (JWKS_URI, "dev-field-jwks-uri"),
    (SIGNING_ALG, "dev-field-auth-alg"),
    ("require_pkce", "dev-field-pkce"),
    ("redirect_uris", "dev-field-redirects"),
    ("post_logout_redirect_uris", "dev-field-logout"),
    ("scope", "dev-field-scopes"),
    ("default_sub_type", "dev-field-sub"),
    ("access_token_format", "dev-field-format"),
    ("id_token_claims", "dev-field-id-claims"),
    ("access_token_lifetime_seconds", "dev-field-access-lifetime"),
    ("refresh_token_lifetime_seconds", "dev-field-refresh-lifetime"),
    ("id_token_lifetime_seconds", "dev-field-id-lifetime"),
    ("application_type", "dev-field-native"),
    ("allowed_user_ids", "dev-field-allowed"),
];

#[derive(Template)]
#[template(path = "clients/settings.html")]
struct SettingsPage<'p> {
    frame: Frame,
    problem: Problem,
    app: Application,
    fields: Map<String, Value>,
    scopes: Vec<Choice<'p>>,
    grants: Vec<(&'static str, bool)>,
    /// The keys that are registered by value.
    keys: Vec<KeyView>,
    algs: [&'static str; AcceptedAlg::KNOWN.len()],
    /// Each lifetime, with its default.
    lifetimes: [(&'static str, &'static str, i64); 3],
}

/// The value of a field as the form shows it.
fn shown(fields: &Map<String, Value>, name: &str) -> String {
    match fields.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(set @ Value::Object(_)) => format!("{set:#}"),
        _ => String::new(),
    }
}

/// Like [`shown`], for comparison: the order of scopes and grant types does not matter.
fn compared(fields: &Map<String, Value>, name: &str) -> String {
    let value = shown(fields, name);
    if !matches!(name, "scope" | "grant_types") {
        return value;
    }
    let mut words: Vec<_> = value.split_ascii_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

impl SettingsPage<'_> {
    /// The values saved now.
    fn base(&self) -> String {
        let saved = api::render(&self.app.client);
        base(&LABELS, |name| compared(&saved, name))
    }

    fn value(&self, name: &str) -> String {
        shown(&self.fields, name)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.value(name) == value
    }
}

fn page<'s>(
    state: &'s WebState,
    person: &PageVisitor,
    frame: Frame,
    app: Application,
    problem: Problem,
    fields: Map<String, Value>,
) -> SettingsPage<'s> {
    let settings = state.app().settings();
    let asked = fields.get("scope").and_then(Value::as_str).unwrap_or_default();
    let asked: Vec<_> = asked.split(' ').collect();
    let has = &app.client.config.scopes;
    let trust = app.client.trust_of_owner(person.principal.operator);
    let scopes = choices(&settings.catalogue, frame.language(), trust, has, |name| asked.contains(&name));
    let granted = |grant: GrantType| {
        let chosen = fields.get("grant_types").and_then(Value::as_array);
        chosen.is_some_and(|all| all.iter().any(|one| one == grant.as_str()))
    };
    let lifetimes = &settings.lifetimes;
    SettingsPage {
        grants: enabled_grants().map(|row| (row.grant_type.as_str(), granted(row.grant_type))).collect(),
        scopes,
        keys: app.client.config.keys.views(),
        algs: AcceptedAlg::KNOWN.map(AcceptedAlg::as_str),
        lifetimes: [
            (LONGEST[0].0, "dev-field-access-lifetime", lifetimes.access_token),
            (LONGEST[2].0, "dev-field-refresh-lifetime", lifetimes.refresh_idle),
            (LONGEST[1].0, "dev-field-id-lifetime", lifetimes.id_token),
        ],
        frame,
        problem,
        app,
        fields,
    }
}

pub async fn get(State(state): State<WebState>, person: PageVisitor, path: Named) -> Response {
    let app = match Application::open(&state, &person, &path, Tab::Settings).await {
        Ok(app) => app,
        Err(response) => return *response,
    };
    let frame = person.frame(&state, person.console());
    let fields = api::render(&app.client);
    person.show(&state, &page(&state, &person, frame, app, Problem::default(), fields))
}

/// The form as metadata. Anything but a number becomes an invalid lifetime.
fn body(form: &RawParams) -> Map<String, Value> {
    let mut all = Map::new();
    for name in TEXTS {
        let text = form.get(name).unwrap_or_default().replace("\r\n", "\n");
        let clears = text.is_empty() && CLEARED.contains(&name);
        all.insert(name.to_owned(), if clears { Value::Null } else { text.into() });
    }
    // Keys are only read with the method that uses them, so that the fields need not be emptied for another one.
    let has_keys = form.get("token_endpoint_auth_method") == Some(AuthMethod::PrivateKeyJwt.as_str());
    let jwks = form.get(JWKS).map(str::trim).filter(|text| has_keys && !text.is_empty());
    // What is not JSON is refused as a set of keys.
    let jwks = jwks.map(|text| serde_json::from_str(text).unwrap_or_else(|_| text.into()));
    all.insert(JWKS.to_owned(), jwks.unwrap_or_default());
    if !has_keys {
        all.extend([JWKS_URI, SIGNING_ALG].map(|name| (name.to_owned(), Value::Null)));
    }
    for name in LISTS {
        all.insert(name.to_owned(), json!(lines(form.get(name).unwrap_or_default())));
    }
    for (name, _) in LONGEST {
        let text = form.get(name).unwrap_or_default().trim();
        let seconds = if text.is_empty() { Value::Null } else { text.parse::<i64>().unwrap_or(0).into() };
        all.insert(name.to_owned(), seconds);
    }
    all.insert("grant_types".to_owned(), json!(form.all("grant_types").collect::<Vec<_>>()));
    let scopes: Vec<_> = form.all("scope").collect();
    all.insert("scope".to_owned(), scopes.join(" ").into());
    let claims = form.get("id_token_claims").and_then(|text| text.parse::<bool>().ok());
    all.insert("id_token_claims".to_owned(), json!(claims));
    all.insert("require_pkce".to_owned(), form.get("require_pkce").is_some().into());
    // Claimed https addresses and arbitrary ports: only a native client can have both.
    let native = form.get("application_type").is_some();
    all.insert("application_type".to_owned(), if native { "native" } else { "web" }.into());
    all
}

pub async fn post(State(state): State<WebState>, path: Named, posted: Posted) -> Response {
    // A client whose method changes to one with a secret gets one.
    posted.once(state, |state, posted, keeper| change(state, path, posted, keeper)).await
}

async fn change(state: WebState, path: Named, posted: Arc<Posted>, keeper: Keeper) -> Made {
    let person = &posted.person;
    let app = Application::open(&state, person, &path, Tab::Settings).await?;
    let body = body(&posted.form);
    // Our forms always carry a revision; without one, nothing matches.
    let revision = posted.field("revision").parse().unwrap_or(-1);
    let (at, by) = (state.clone(), Arc::clone(&posted));
    let (settings, was_reviewed) = (app.at("settings"), app.client.is_reviewed());
    let keep = keeper.keep(move |Updated { client, secret }| {
        let person = &by.person;
        if let Some(secret) = secret {
            return again(secrets::made(&at, person, client, secret.expose()));
        }
        // There is no secret to show again; saving twice is caught by the revision.
        let said = if was_reviewed && !client.is_reviewed() { "saved-unreviewed" } else { "saved" };
        this_once(person.done(&at, &settings, said))
    });
    let which = (app.id(), Some(revision));
    let changed =
        clients::manage::change_kept(state.app(), &person.ctx, &person.principal, &CONSOLE, which, &body, keep).await;
    let failure = match changed {
        Ok(kept) => return Ok(kept),
        Err(failure) => failure,
    };
    let frame = person.frame(&state, person.console());
    let problem = Problem::of(&failure, &state, person, &frame)?;
    let native = posted.form.get("application_type").is_some();
    let kind = if native { ApplicationType::Native } else { ApplicationType::Web };
    let schemes = &state.app().settings().registration.private_schemes;
    let line = line_at_fault(&problem.member, posted.field(&problem.member), kind, schemes);
    let mut problem = problem.in_line(&frame, line);
    // Keep what was typed, even if it is not a number.
    let typed = LONGEST.map(|(name, _)| (name.to_owned(), posted.field(name).into()));
    let mut fields: Map<_, _> = body.into_iter().chain(typed).collect();
    if revision != app.client.revision {
        // Start from what is saved now, so that the user can overwrite it after seeing it.
        let saved = api::render(&app.client);
        let (untouched, meanwhile) =
            merge(&frame, &LABELS, posted.field(BASE), |name| compared(&saved, name), |name| compared(&fields, name));
        for name in untouched {
            fields.insert(name.to_owned(), saved.get(name).cloned().unwrap_or_default());
        }
        problem.meanwhile = meanwhile;
    }
    Err(person.again(&state, &page(&state, person, frame, app, problem, fields)).into())
}
