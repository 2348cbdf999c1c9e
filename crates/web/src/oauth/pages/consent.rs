//! The consent page: which client requests access, to what, in which workspace, and where the redirect goes.
use crate::WebState;
use crate::platform::pages::frame::{Frame, Leads, render};
use crate::platform::pages::initial::initial;
use crate::platform::pages::receives;
use crate::platform::request::Browser;
use crate::platform::texts::Rich;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Email;
use domain::clients::{Client, SubType, Trust, redirect_uri};
use domain::oauth::authorize::decide::Choice;
use domain::platform::params::RawParams;
use domain::platform::text::{fold, looks_alike, poses_as};
use domain::workspace::WorkspaceMembership;
use domain::{ScopeSet, WorkspaceId};
use flows::oauth::authorize::{ConsentView, Decision};

/// A permission as shown on the page.
#[expect(clippy::struct_excessive_bools, reason = "each is something that the page shows or does not")]
struct Permission<'p> {
    name: &'p str,
    title: &'p str,
    description: &'p str,
    sensitive: bool,
    required: bool,
    ticked: bool,
    /// Allowed before.
    known: bool,
}

/// Up to this many workspaces need no search.
const FEW: usize = 8;

/// Maximum number of workspaces listed; the others can be found by searching.
const LISTED: usize = 50;

/// Maximum length of a search, in characters.
const LONGEST: usize = 100;

/// The user's input on the page so far.
#[derive(Debug, Default)]
pub struct FormState {
    search: String,
    workspace: Option<WorkspaceId>,
    /// `None` when the page is first shown: all are ticked.
    ticked: Option<Vec<String>>,
    /// `None` when the page is first shown.
    stay: Option<bool>,
}

impl FormState {
    /// Reads the page's form.
    pub fn of(form: &RawParams) -> Self {
        Self {
            search: form.get("q").unwrap_or_default().trim().chars().take(LONGEST).collect(),
            workspace: form.get("workspace").and_then(|text| text.parse().ok()),
            ticked: Some(form.all("scope").map(ToOwned::to_owned).collect()),
            stay: Some(form.get(STAY).is_some()),
        }
    }

    /// Whether the form only searches for workspaces.
    pub fn searches(form: &RawParams) -> bool {
        form.get("action") == Some("search")
    }
}

/// The workspaces to choose from.
struct Listed<'p> {
    rows: Vec<&'p WorkspaceMembership>,
    search: &'p str,
    /// How many names match the search.
    found: usize,
    all: usize,
}

impl<'p> Listed<'p> {
    fn of(all: &'p [WorkspaceMembership], search: &'p str, chosen: Option<WorkspaceId>) -> Self {
        let wanted = fold(search);
        let fits = |one: &&WorkspaceMembership| fold(&one.workspace_name).contains(&wanted);
        let mut rows: Vec<_> = all.iter().filter(fits).collect();
        let found = rows.len();
        if all.len() > FEW {
            rows.truncate(LISTED);
        }
        // Always list the chosen one.
        let chosen = all.iter().find(|one| Some(one.workspace_id) == chosen);
        if let Some(chosen) = chosen.filter(|one| rows.iter().all(|row| row.workspace_id != one.workspace_id)) {
            rows.insert(0, chosen);
        }
        Self { rows, search, found, all: all.len() }
    }

    fn are_many(&self) -> bool {
        self.all > FEW
    }

    /// Whether some workspaces are not listed.
    fn are_some(&self) -> bool {
        self.rows.len() < self.all
    }

    /// Whether the search found more than are listed.
    fn are_cut(&self) -> bool {
        self.found > LISTED
    }
}

#[derive(Template)]
#[template(path = "oauth/consent.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a line that the page shows or does not")]
struct ConsentPage<'p> {
    frame: Frame,
    interaction: &'p str,
    client: &'p Client,
    user_email: &'p str,
    /// The account that the client expected instead.
    expected: Option<&'p Email>,
    /// Self-declared, unless the badge says otherwise.
    developer: Option<&'p str>,
    workspaces: Listed<'p>,
    chosen: String,
    permissions: Vec<Permission<'p>>,
    redirect_host: String,
    /// The redirect goes to a program on this device.
    on_device: bool,
    /// It uses a private-use scheme, so the browser stays on this page.
    stays: bool,
    trust: Trust,
    looks_alike: bool,
    /// The name could be taken for this server's own, but the client is not.
    poses: bool,
    /// The tokens' subject is the user rather than a workspace.
    own_name: bool,
    /// What the client receives in addition to the permissions.
    receives: Vec<Rich>,
    only_workspace: bool,
    /// Whether the box "Stay connected" is ticked. `None` if the client requested it itself, so that there is no box.
    stay: Option<bool>,
    /// The code shown on the device, for a device authorization.
    user_code: Option<String>,
    /// The first letter of the client's name, shown instead of a logo, which would have to be loaded from elsewhere.
    initial: String,
}

pub fn consent_page(
    state: &WebState,
    browser: &Browser,
    interaction: &str,
    view: &ConsentView,
    kept: &FormState,
) -> Response {
    let (frame, catalogue) = (Frame::new(state, browser), &state.app().settings().catalogue);
    let client = &view.client;
    let asked = view.request.access.consent_scopes();
    let permissions = asked
        .iter()
        .map(|name| {
            let words = catalogue.scope(name).map(|scope| scope.words(frame.language()));
            Permission {
                name,
                title: words.map_or(name, |(title, _)| title),
                description: words.map_or("", |(_, description)| description),
                sensitive: catalogue.is_sensitive(name),
                required: catalogue.is_required(name),
                ticked: kept.ticked.as_ref().is_none_or(|ticked| ticked.iter().any(|one| one == name)),
                known: view.ask.allowed.contains(name),
            }
        })
        .collect();
    let request = &view.request;
    let receives = receives::asked(&frame, state.app().settings(), client, request, view.home.as_deref());
    let uri = view.request.destination.redirect_uri();
    let chosen = kept.workspace.or(view.ask.preselected);
    let page = ConsentPage {
        frame,
        interaction,
        client,
        user_email: &view.user_email,
        expected: view.expected.as_ref(),
        developer: view.developer.as_deref().filter(|_| client.trust != Trust::FirstParty),
        workspaces: Listed::of(&view.ask.workspaces, &kept.search, chosen),
        chosen: chosen.map(|id| id.to_string()).unwrap_or_default(),
        permissions,
        redirect_host: uri.map(redirect_uri::display_host).unwrap_or_default(),
        on_device: uri.is_some_and(redirect_uri::is_on_device),
        stays: uri.is_some_and(stays_here),
        trust: client.trust,
        looks_alike: looks_alike(&client.name),
        poses: client.trust != Trust::FirstParty && poses_as(&client.name, &state.app().settings().brand.name),
        own_name: view.request.access.sub_type == SubType::User,
        receives,
        only_workspace: view.only_workspace,
        stay: view.ask.stay.map(|before| kept.stay.unwrap_or(before)),
        user_code: view.user_code.as_ref().map(ToString::to_string),
        initial: initial(&client.name),
    };
    render(state, &page, StatusCode::OK, Leads::to(uri), None)
}

/// Whether the browser stays on the page that redirects to this URI, because a program handles it. The URI of a device is empty.
pub fn stays_here(uri: &str) -> bool {
    !["https:", "http:"].iter().any(|scheme| uri.starts_with(scheme))
}

/// The box "Stay connected", and the JSON member of the same name.
const STAY: &str = "stay_connected";

/// Parses a decision: `action` (forms) or `decision` (JSON); `workspace`; the scopes left ticked; and whether the client may
/// stay connected without having requested it.
pub fn decision_of(body: &RawParams) -> Result<Decision, &'static str> {
    let allow = match body.get("decision").or(body.get("action")) {
        Some("allow" | "approve" | "approved" | "true") => true,
        Some("deny" | "denied" | "false") => false,
        _ => return Err("The decision must be allow or deny."),
    };
    let workspace = match body.get("workspace") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| "The workspace is not a workspace id.")?),
    };
    // Together with an interaction, which already holds the requested scopes, `scope` can only mean the user's choice.
    let chooses = body.get("granular").is_some() || (body.get("interaction").is_some() && body.get("scope").is_some());
    let names = body.all("scope").flat_map(str::split_ascii_whitespace);
    let ticked = if chooses { Some(ScopeSet::from_names(names).map_err(|_| "A scope is malformed.")?) } else { None };
    // Forms omit unticked boxes.
    let on_page = body.get("granular").is_some();
    let stay = match body.get(STAY) {
        None if on_page => Some(false),
        None => None,
        Some("1" | "true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err("stay_connected must be true or false."),
    };
    Ok(Decision { allow, choice: Choice { workspace, ticked, stay }, on_page })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticked(pairs: &[(&str, &str)]) -> Option<Vec<String>> {
        let allow = [("decision", "allow")].into_iter().chain(pairs.iter().copied());
        let decision = decision_of(&RawParams::from_pairs(allow)).unwrap();
        decision.choice.ticked.map(|scopes| scopes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_the_user_chose_is_never_widened() {
        assert_eq!(ticked(&[]), None, "no choice: what was asked for");
        assert_eq!(ticked(&[("scope", "openid email")]), None, "a whole request names what it asks for");
        let form = [("granular", "1"), ("interaction", "i"), ("scope", "openid"), ("scope", "email")];
        assert_eq!(ticked(&form).unwrap().len(), 2);
        assert_eq!(ticked(&form[..2]).unwrap().len(), 0, "everything unticked");
        assert_eq!(ticked(&[("interaction", "i"), ("scope", "openid email")]).unwrap().len(), 2);
        assert_eq!(ticked(&[("interaction", "i")]), None);
    }

    #[test]
    fn staying_connected_is_chosen_by_a_box_or_a_member() {
        let stay = |pairs: &[(&str, &str)]| {
            let allow = [("decision", "allow")].into_iter().chain(pairs.iter().copied());
            decision_of(&RawParams::from_pairs(allow)).map(|decision| decision.choice.stay)
        };
        assert_eq!(stay(&[("granular", "1")]), Ok(Some(false)), "a form without the box");
        assert_eq!(stay(&[("granular", "1"), ("stay_connected", "1")]), Ok(Some(true)));
        assert_eq!(stay(&[]), Ok(None), "a program that says nothing gets what the page would propose");
        assert_eq!(stay(&[("stay_connected", "false")]), Ok(Some(false)));
        assert!(stay(&[("stay_connected", "perhaps")]).is_err());
    }

    #[test]
    fn a_decision_is_plain_or_refused() {
        let read = |name: &str, value: &str| decision_of(&RawParams::from_pairs([(name, value)])).map(|d| d.allow);
        assert_eq!((read("action", "allow"), read("decision", "approve")), (Ok(true), Ok(true)));
        assert_eq!((read("action", "deny"), read("decision", "deny")), (Ok(false), Ok(false)));
        assert!(read("action", "perhaps").is_err() && read("x", "allow").is_err());
        let odd = [("action", "allow"), ("workspace", "not an id")];
        assert!(decision_of(&RawParams::from_pairs(odd)).is_err());
    }
}
