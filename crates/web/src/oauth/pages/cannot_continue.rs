//! The page shown when an account cannot continue: why, who has to act, and where to go from here.
use super::consent::stays_here;
use crate::WebState;
use crate::platform::pages::frame::{Frame, Leads, interaction_path, render};
use crate::platform::pages::initial::initial;
use crate::platform::request::Browser;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Email;
use domain::clients::{Client, Trust};
use domain::oauth::authorize::AuthorizeRefusal;
use domain::workspace::{Role, WorkspaceMembership};
use flows::oauth::authorize::UnableView;

/// Maximum number of workspaces named; further ones are left out.
const NAMED: usize = 8;

#[derive(Template)]
#[template(path = "oauth/cannot_continue.html")]
struct UnablePage<'p> {
    frame: Frame,
    interaction: &'p str,
    client: &'p Client,
    initial: String,
    developer: Option<&'p str>,
    /// What happened, and who has to act: two text keys.
    said: (&'static str, &'static str),
    /// The workspaces that do not allow the client.
    forbidding: &'p [WorkspaceMembership],
    user_email: &'p str,
    /// The account that the client expected instead.
    expected: Option<&'p Email>,
    /// The URL to try again.
    again: String,
    on_device: bool,
    /// The redirect goes to a program, so the browser stays on this page.
    stays: bool,
    request_id: &'p str,
}

fn said(view: &UnableView) -> (&'static str, &'static str) {
    use AuthorizeRefusal as R;
    match view.refusal {
        R::UserNotAllowed => ("unable-not-chosen", "unable-ask-developer"),
        R::NoWorkspace => ("unable-no-workspace", "unable-ask-invitation"),
        R::WorkspaceNotMember => ("unable-not-member", "unable-ask-member"),
        R::WorkspaceForbids => match view.forbidding.as_slice() {
            [own] if own.roles.role == Role::Owner => ("unable-forbidden", "unable-own"),
            [_] => ("unable-forbidden", "unable-ask-owner"),
            _ => ("unable-forbidden-all", "unable-ask-owner"),
        },
        _ => ("unable-otherwise", "turn-developers"),
    }
}

pub fn unable_page(
    state: &WebState,
    browser: &Browser,
    interaction: &str,
    view: &UnableView,
    request_id: &str,
) -> Response {
    let page = UnablePage {
        frame: Frame::new(state, browser),
        interaction,
        client: &view.client,
        initial: initial(&view.client.name),
        developer: view.developer.as_deref().filter(|_| view.client.trust != Trust::FirstParty),
        said: said(view),
        forbidding: view.forbidding.get(..NAMED).unwrap_or(&view.forbidding),
        user_email: &view.user_email,
        expected: view.expected.as_ref(),
        again: interaction_path(state, interaction),
        on_device: view.on_device,
        stays: view.redirect_uri.as_deref().is_some_and(stays_here),
        request_id,
    };
    render(state, &page, StatusCode::FORBIDDEN, Leads::to(view.redirect_uri.as_deref()), None)
}
