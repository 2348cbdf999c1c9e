//! The consent page: who asks, for what, in which workspace, and where the answer goes.
use super::frame::{Frame, Leads, render};
use crate::WebState;
use crate::incoming::Browser;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ScopeSet;
use domain::client::{Client, Trust};
use domain::identity::WorkspaceMembership;
use domain::oauth::params::RawParams;
use domain::oauth::redirect_uri;
use domain::text::looks_alike;
use flows::authorize::{ConsentView, Decision};

/// One permission as the page shows it.
struct Permission<'p> {
    name: &'p str,
    title: &'p str,
    description: &'p str,
    sensitive: bool,
    required: bool,
    /// Allowed before.
    known: bool,
}

#[derive(Template)]
#[template(path = "consent.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a line that the page shows or does not")]
struct ConsentPage<'p> {
    frame: Frame,
    interaction: &'p str,
    client: &'p Client,
    user_email: &'p str,
    /// Of nobody's word but their own, unless the badge says more.
    developer: Option<&'p str>,
    workspaces: &'p [WorkspaceMembership],
    preselected: String,
    permissions: Vec<Permission<'p>>,
    redirect_host: String,
    /// The answer goes to a program on this device.
    on_device: bool,
    anonymous: bool,
    verified: bool,
    first_party: bool,
    looks_alike: bool,
    only_workspace: bool,
    /// What the device shows that asks, where one does.
    user_code: Option<String>,
    /// The first letter of the client's name: nobody's logo is loaded from elsewhere.
    initial: String,
}

pub fn consent_page(state: &WebState, browser: &Browser, interaction: &str, view: &ConsentView) -> Response {
    let (frame, catalogue) = (Frame::new(state, browser), &state.app().settings().catalogue);
    let client = &view.client;
    let permissions = view
        .request
        .scopes
        .iter()
        .map(|name| {
            let words = catalogue.scope(name).map(|scope| scope.words(frame.language()));
            Permission {
                name,
                title: words.map_or(name, |(title, _)| title),
                description: words.map_or("", |(_, description)| description),
                sensitive: catalogue.is_sensitive(name),
                required: catalogue.is_required(name),
                known: view.ask.allowed.contains(name),
            }
        })
        .collect();
    let uri = view.request.callback.redirect_uri();
    let page = ConsentPage {
        frame,
        interaction,
        client,
        user_email: &view.user_email,
        developer: view.developer.as_deref().filter(|_| client.trust != Trust::FirstParty),
        workspaces: &view.ask.workspaces,
        preselected: view.ask.preselected.map(|id| id.to_string()).unwrap_or_default(),
        permissions,
        redirect_host: redirect_uri::display_host(uri),
        on_device: redirect_uri::is_on_device(uri),
        anonymous: client.trust == Trust::Anonymous,
        verified: client.trust == Trust::Verified,
        first_party: client.trust == Trust::FirstParty,
        looks_alike: looks_alike(&client.name),
        only_workspace: view.only_workspace,
        user_code: view.user_code.as_ref().map(ToString::to_string),
        initial: initial(&client.name),
    };
    let leads = if view.user_code.is_some() { Leads::Here } else { Leads::To(client) };
    render(state, &page, StatusCode::OK, leads, None)
}

/// The first letter of a name, as large as it gets.
pub fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().collect()).unwrap_or_default()
}

/// Reads a decision: `action` (forms) or `decision` (JSON); `workspace`; and the scopes that were left ticked.
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
    // Next to an interaction, which holds what was asked for, `scope` can only mean what the user chose of it.
    let chooses = body.get("granular").is_some() || (body.get("interaction").is_some() && body.get("scope").is_some());
    let names = body.all("scope").flat_map(str::split_ascii_whitespace);
    let ticked = if chooses { Some(ScopeSet::from_names(names).map_err(|_| "A scope is malformed.")?) } else { None };
    Ok(Decision { allow, workspace, ticked })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticked(pairs: &[(&str, &str)]) -> Option<Vec<String>> {
        let allow = [("decision", "allow")].into_iter().chain(pairs.iter().copied());
        let decision = decision_of(&RawParams::from_pairs(allow)).unwrap();
        decision.ticked.map(|scopes| scopes.iter().map(ToString::to_string).collect())
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
    fn a_decision_is_plain_or_refused() {
        let read = |name: &str, value: &str| decision_of(&RawParams::from_pairs([(name, value)])).map(|d| d.allow);
        assert_eq!((read("action", "allow"), read("decision", "approve")), (Ok(true), Ok(true)));
        assert_eq!((read("action", "deny"), read("decision", "deny")), (Ok(false), Ok(false)));
        assert!(read("action", "perhaps").is_err() && read("x", "allow").is_err());
        let odd = [("action", "allow"), ("workspace", "not an id")];
        assert!(decision_of(&RawParams::from_pairs(odd)).is_err());
    }
}
