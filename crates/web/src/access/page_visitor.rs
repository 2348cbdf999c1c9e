//! The visitor of a page that requires sign-in, and the forms they submit.
use crate::WebState;
use crate::platform::cookies::Cookie;
use crate::platform::pages::form::Form;
use crate::platform::pages::frame::{Frame, Leads, render, see_other, with_browser, with_cookie};
use crate::platform::pages::nav::{Nav, Section};
use crate::platform::pages::notice::Notice;
use crate::platform::pages::undo::{ONLY_FROM, Undo};
use crate::platform::pages::{error, return_to};
use crate::platform::request::{Browser, Incoming};
use askama::Template;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use domain::SessionId;
use domain::access::Principal;
use domain::account::User;
use domain::platform::encoding::base64url;
use domain::platform::params::RawParams;
use domain::platform::refusal::Refusal;
use domain::workspace::WorkspaceMembership;
use flows::access::caller::Caller;
use flows::access::principal;
use flows::platform::idempotency::is_key;
use flows::{Ctx, Expected, Failure, UserCursor};

/// A signed-in user on a page. The use case decides what they may do there.
#[derive(Debug)]
pub struct PageVisitor {
    pub ctx: Ctx,
    pub user: User,
    pub session: SessionId,
    /// Acts in the workspace named in the page's path.
    pub principal: Principal,
    pub memberships: Vec<WorkspaceMembership>,
    pub incoming: Incoming,
    browser: Browser,
    /// Whether the path names a workspace.
    at_workspace: bool,
    /// What was just done, for this page to show.
    notice: Option<Notice>,
    /// The path of the list that the page's object belongs to.
    list: Option<String>,
    /// The idempotency key of the page's forms.
    once: String,
}

/// The field with a form's idempotency key.
pub const ONCE: &str = "once";

fn fresh_key(ctx: &Ctx) -> String {
    base64url(&ctx.random::<16>())
}

impl FromRequestParts<WebState> for PageVisitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Response> {
        let Ok(incoming) = Incoming::from_request_parts(parts, state).await;
        let path = RawPathParams::from_request_parts(parts, state).await;
        let named = path.as_ref().ok().and_then(|path| path.iter().find(|(name, _)| *name == "workspace"));
        let caller = error::caller(state, &incoming).await?;
        let Caller::Session(view) = caller else {
            return Err(match parts.method {
                Method::GET => see_other(&return_to::to_sign_in(state, whole(parts))),
                // What was typed is still on the page that sent it.
                _ => error::session_over(state, &incoming),
            });
        };
        let at = principal::at_page(state.app(), &incoming.ctx, &view, named.map(|(_, id)| id)).await;
        let browser = incoming.browser(state).used_by(&view.user);
        let at = at.map_err(|failure| error::to_person(state, &incoming, &browser, &failure, None))?;
        let mut ctx = incoming.ctx.clone();
        ctx.facts = ctx.facts.by(&at.principal);
        let notice = Notice::read(state, &incoming, view.session.id, whole(parts).path());
        Ok(Self {
            once: fresh_key(&ctx),
            at_workspace: named.is_some(),
            notice: notice.filter(|_| parts.method == Method::GET),
            list: list_above(state.base(), whole(parts).path()),
            ctx,
            user: view.user,
            session: view.session.id,
            principal: at.principal,
            memberships: at.memberships,
            incoming,
            browser,
        })
    }
}

/// The requested URI. Inside a nested router, `parts.uri` is only the router's own part of it.
fn whole(parts: &Parts) -> &Uri {
    parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0)
}

/// The list that contains the requested page, by path: for `/operator/users/{user}/disable` it is `/operator/users`.
fn list_above(base: &str, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.strip_prefix(base)?.split('/').collect();
    let list = match parts.as_slice() {
        ["", "workspaces", _, _, _, ..] => &parts[..4],
        ["", "account" | "operator", _, _, ..] => &parts[..3],
        _ => return None,
    };
    Some(format!("{base}{}", list.join("/")))
}

impl PageVisitor {
    pub fn query(&self, name: &str) -> &str {
        self.incoming.query.get(name).unwrap_or_default()
    }

    /// The requested page of a list, from 1.
    pub fn page_number(&self) -> i64 {
        self.query("page").parse().ok().filter(|page| (1..=1_000_000).contains(page)).unwrap_or(1)
    }

    /// The requested page of a list of people: its number and the user that it starts beside, as in the links of [`Pager::beside`].
    /// Without the latter, only the first pages can be reached by number, since an offset skips rows one by one.
    ///
    /// [`Pager::beside`]: crate::platform::pages::pager::Pager::beside
    pub fn page_beside(&self) -> (i64, UserCursor) {
        const BY_NUMBER: i64 = 100;
        let id = |name| self.query(name).parse().ok();
        match (self.page_number(), id("after"), id("before")) {
            (number, Some(user), _) => (number, UserCursor::After(user)),
            (number, None, Some(user)) => (number, UserCursor::Before(user)),
            (number, None, None) => (if number > BY_NUMBER { 1 } else { number }, UserCursor::PageNumber),
        }
    }

    /// The frame of a page, with its section in the navigation if it has one.
    pub fn frame(&self, state: &WebState, here: impl Into<Option<Section>>) -> Frame {
        let nav = Nav::new(state.base(), self.user.email.as_str(), &self.principal, &self.memberships, here.into());
        let mut frame = Frame::new(state, &self.browser).around(nav, self.zone());
        self.once.clone_into(&mut frame.once);
        match &self.notice {
            Some(notice) => frame.telling(notice),
            None => frame,
        }
    }

    /// The frame of a page without navigation.
    pub fn bare_frame(&self, state: &WebState) -> Frame {
        Frame::new(state, &self.browser).told_in(self.zone())
    }

    /// Like [`Self::frame`], with a fresh idempotency key, for a page shown after something was created.
    pub fn frame_after(&self, state: &WebState, here: impl Into<Option<Section>>) -> Frame {
        let mut frame = self.frame(state, here);
        frame.once = fresh_key(&self.ctx);
        frame
    }

    fn zone(&self) -> Option<String> {
        self.user.zone.as_ref().map(ToString::to_string)
    }

    /// The developer console of the page: the workspace's, or that of the user's own clients.
    pub fn console(&self) -> Section {
        if self.at_workspace { Section::Applications } else { Section::OwnApplications }
    }

    /// The path of a section, in the page's workspace.
    pub fn path(&self, state: &WebState, section: Section) -> String {
        let workspace = self.principal.workspace.map(|(id, _)| id.to_string()).unwrap_or_default();
        section.href(state.base(), &workspace)
    }

    pub fn show(&self, state: &WebState, page: &impl Template) -> Response {
        self.answer(state, page, StatusCode::OK)
    }

    /// Shows the page again, with the form's problem and all that was typed.
    pub fn again(&self, state: &WebState, page: &impl Template) -> Response {
        self.answer(state, page, StatusCode::UNPROCESSABLE_ENTITY)
    }

    fn answer(&self, state: &WebState, page: &impl Template, status: StatusCode) -> Response {
        let told = self.notice.as_ref().and_then(|_| Cookie::Notice.clear(state));
        with_cookie(with_browser(state, &self.browser, render(state, page, status, Leads::Here, None)), told)
    }

    /// Redirects to a page after a form, with a notice of what was done: the text `done-…`.
    pub fn done(&self, state: &WebState, path: &str, done: &str) -> Response {
        self.on_to(state, path, done, None)
    }

    /// Like [`Self::done`], with a form to undo it.
    pub fn done_until_undone(&self, state: &WebState, path: &str, done: &str, undo: &Undo) -> Response {
        self.on_to(state, path, done, Some(undo.clone()))
    }

    fn on_to(&self, state: &WebState, path: &str, done: &str, undo: Option<Undo>) -> Response {
        let at = path.split_once('?').map_or(path, |(path, _)| path);
        let notice = Notice { at: at.to_owned(), done: done.to_owned(), undo };
        with_cookie(see_other(path), notice.cookie(state, &self.incoming, self.session))
    }

    /// The error page of a failed use case.
    pub fn refused<R: Refusal>(&self, state: &WebState, failure: &Failure<R>) -> Response {
        error::to_person(state, &self.incoming, &self.browser, failure, self.list.as_deref())
    }

    /// The error page for a form that was already used, and was sent again with other values.
    pub fn form_used(&self, state: &WebState) -> Response {
        error::form_used(state, &self.incoming, &self.browser)
    }
}

/// A form submitted from one of our pages in the user's browser (checklist 18).
#[derive(Debug)]
pub struct Posted {
    pub person: PageVisitor,
    pub form: RawParams,
    /// The path that the form was sent to.
    pub path: String,
}

impl FromRequest<WebState> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let mut person = PageVisitor::from_request_parts(&mut parts, state).await?;
        let path = whole(&parts).path().to_owned();
        let Form(form) = Form::from_request(Request::from_parts(parts, body), state).await?;
        if !person.browser.sent(state, &person.incoming, &form) {
            Err(error::forged(state, &person.incoming))
        } else if !person.browser.is_own(state, &form) {
            Err(error::form_of_another(state, &person.incoming, &person.browser))
        } else {
            // Nothing was created, so the form keeps its key when it is shown again.
            if let Some(key) = form.get(ONCE).filter(|key| is_key(key)) {
                key.clone_into(&mut person.once);
            }
            Ok(Self { person, form, path })
        }
    }
}

impl Posted {
    /// A value to set, only if the current value is still the one that the form was opened with, or for an undo, the one that
    /// the undone change set.
    pub fn set_to<T>(&self, to: T) -> Expected<'_, T> {
        Expected { to, only_from: self.form.get(ONLY_FROM) }
    }

    /// A field as it was typed; empty if it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_list_knows_its_address() {
        for (path, list) in [
            ("/operator/users/usr_1/disable", Some("/operator/users")),
            ("/workspaces/wsp_1/webhooks/whk_1", Some("/workspaces/wsp_1/webhooks")),
            ("/workspaces/wsp_1/access/c/people/u/revoke", Some("/workspaces/wsp_1/access")),
            ("/account/tokens/pat_1/revoke", Some("/account/tokens")),
            ("/workspaces/wsp_1/webhooks", None),
            ("/operator/users", None),
            ("/operator", None),
            ("/invitations/inv_1", None),
        ] {
            assert_eq!(list_above("", path).as_deref(), list, "{path}");
            let below = list_above("/auth", &format!("/auth{path}"));
            assert_eq!(below, list.map(|list| format!("/auth{list}")), "{path}");
        }
    }
}
