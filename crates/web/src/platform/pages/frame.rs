//! What all pages have in common.
use super::nav::Nav;
use super::notice::Notice;
use super::time::Time;
use super::undo::Undo;
use crate::WebState;
use crate::platform::cookies::{Cookie, remember};
use crate::platform::request::{Browser, Incoming};
use crate::platform::respond::plain;
use crate::platform::texts::{Rich, Texts, Value};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::Timestamp;
use domain::access::Operation;
use domain::platform::language::Language;
use domain::platform::refusal::ErrorCode;
use domain::workspace::Role;
use flows::Brand;
use flows::sign_in::session::NewSession;
use std::collections::BTreeSet;
use std::fmt;

/// What every page shows around its content, and its language.
#[derive(Debug)]
pub struct Frame {
    pub brand: Brand,
    pub stylesheet: String,
    pub script: String,
    pub icon: String,
    pub logo: Option<String>,
    pub dark_logo: Option<String>,
    pub base: String,
    /// Whether users may create accounts.
    pub sign_up: bool,
    /// The CSRF token of the page's forms.
    pub csrf: String,
    /// The idempotency key of the page's forms.
    pub once: String,
    /// The navigation of a signed-in user.
    pub nav: Option<Nav>,
    /// The notice of what was just done.
    pub notice: Option<String>,
    /// The form to undo it.
    pub undo: Option<Undo>,
    texts: Texts,
    /// The time zone of displayed times.
    zone: Option<String>,
}

impl Frame {
    pub fn new(state: &WebState, browser: &Browser) -> Self {
        Self { csrf: browser.csrf(state), ..Self::without_forms(state, browser.languages.best()) }
    }

    /// A frame for a page without forms.
    pub fn without_forms(state: &WebState, language: Language) -> Self {
        Self {
            brand: state.app().settings().brand.clone(),
            stylesheet: state.stylesheet().href().to_owned(),
            script: state.script().href().to_owned(),
            icon: state.icon().href().to_owned(),
            logo: state.logo().map(ToString::to_string),
            dark_logo: state.dark_logo().map(ToString::to_string),
            base: state.base().to_owned(),
            sign_up: state.app().settings().sign_up,
            csrf: String::new(),
            once: String::new(),
            nav: None,
            notice: None,
            undo: None,
            texts: Texts(language),
            zone: None,
        }
    }

    /// Adds the navigation and the time zone of a signed-in user.
    pub fn around(self, nav: Nav, zone: Option<String>) -> Self {
        Self { nav: Some(nav), zone, ..self }
    }

    /// Adds a notice of what was just done.
    pub fn telling(self, notice: &Notice) -> Self {
        let told = self.texts.known(&format!("done-{}", notice.done));
        Self { notice: told, undo: notice.undo.clone(), ..self }
    }

    /// Sets the time zone of displayed times.
    pub fn told_in(self, zone: Option<String>) -> Self {
        Self { zone, ..self }
    }

    /// An empty frame.
    #[cfg(test)]
    pub fn bare(language: Language) -> Self {
        Self {
            brand: Brand::default(),
            stylesheet: String::new(),
            script: String::new(),
            icon: String::new(),
            logo: None,
            dark_logo: None,
            base: String::new(),
            sign_up: true,
            csrf: String::new(),
            once: String::new(),
            nav: None,
            notice: None,
            undo: None,
            texts: Texts(language),
            zone: None,
        }
    }

    pub fn texts(&self) -> Texts {
        self.texts
    }

    pub fn language(&self) -> Language {
        self.texts.0
    }

    /// A text without values.
    pub fn say(&self, key: &str) -> String {
        self.texts.say(key)
    }

    /// A text with a value.
    pub fn fill<'v>(&self, key: &str, name: &str, value: impl Into<Value<'v>>) -> String {
        self.texts.fill(key, &[(name, value.into())])
    }

    /// A text with two values.
    pub fn fill_two<'v>(
        &self,
        key: &str,
        name: &str,
        value: impl Into<Value<'v>>,
        other: &str,
        other_value: impl Into<Value<'v>>,
    ) -> String {
        self.texts.fill(key, &[(name, value.into()), (other, other_value.into())])
    }

    /// A text with a value that may be untrusted.
    pub fn rich(&self, key: &str, name: &str, value: impl fmt::Display) -> Rich {
        self.texts.rich(key, &[(name, &value.to_string())])
    }

    /// The name of a role.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn role(&self, role: &Role) -> String {
        self.say(match role {
            Role::Member => "role-member",
            Role::Admin => "role-admin",
            Role::Owner => "role-owner",
        })
    }

    /// The description of a role's rights.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn role_means(&self, role: &Role) -> String {
        self.say(match role {
            Role::Member => "role-member-means",
            Role::Admin => "role-admin-means",
            Role::Owner => "role-owner-means",
        })
    }

    /// The description of an operation.
    pub fn operation(&self, operation: Operation) -> String {
        let mut key = "operation".to_owned();
        for c in format!("{operation:?}").chars() {
            if c.is_ascii_uppercase() {
                key.push('-');
            }
            key.push(c.to_ascii_lowercase());
        }
        self.texts.of_code(&key, operation.says())
    }

    /// A time, in the user's time zone if it is known.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn time(&self, moment: &Timestamp) -> Time {
        Time::new(*moment, self.language(), self.zone.as_deref())
    }

    /// The end of something, or the text `none`.
    #[expect(clippy::ref_option, reason = "templates pass references")]
    pub fn end_or(&self, moment: &Option<Timestamp>, none: &str) -> Rich {
        let end = |moment: &Timestamp| Rich::of(&Time::end(*moment, self.language(), self.zone.as_deref()));
        moment.as_ref().map_or_else(|| self.texts.rich(none, &[]), end)
    }

    /// A time, or the text `none`.
    #[expect(clippy::ref_option, reason = "templates pass references")]
    pub fn time_or(&self, moment: &Option<Timestamp>, none: &str) -> Rich {
        moment.as_ref().map_or_else(|| self.texts.rich(none, &[]), |moment| Rich::of(&self.time(moment)))
    }
}

/// Where a page's forms may lead. Browsers check the whole chain of redirects after a form against `form-action`, and a
/// redirect to a client continues as the client chooses: decision 0003.
#[derive(Debug, Clone, Copy)]
pub enum Leads {
    /// To pages of this server.
    Here,
    /// In the end to a client.
    ToClient,
}

impl Leads {
    /// To the client if there is a URI of it; a device has none.
    pub const fn to(uri: Option<&str>) -> Self {
        if uri.is_some() { Self::ToClient } else { Self::Here }
    }

    /// The directive of the content security policy, if there is one.
    const fn directive(self) -> &'static str {
        match self {
            Self::Here => " form-action 'self';",
            Self::ToClient => "",
        }
    }
}

fn policy(images: &BTreeSet<String>, script_hash: Option<&str>, leads: Leads) -> String {
    let image = images.iter().fold(String::new(), |all, origin| all + " " + origin);
    let script = script_hash.map(|hash| format!(" '{hash}'")).unwrap_or_default();
    let forms = leads.directive();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'{image}; script-src 'self'{script};{forms} base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Disables caching of pages. The exception is the response to a rejected form, which shows no secret: the sender's own browser
/// may cache it, so that "back" shows it instead of asking whether to send the form again.
fn keep(headers: &mut HeaderMap, status: StatusCode) {
    if status == StatusCode::UNPROCESSABLE_ENTITY {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        // Another session, or none, means a different cookie, so the cached page is not used. Having the browser clear its
        // cache instead would take it seconds.
        headers.insert(header::VARY, HeaderValue::from_static("cookie"));
    } else {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Renders a page as a response: no framing, and no external resources except the operator's own logo (checklist 20, 21).
pub fn render(
    state: &WebState,
    page: &impl Template,
    status: StatusCode,
    leads: Leads,
    script_hash: Option<&str>,
) -> Response {
    let Ok(html) = page.render() else {
        tracing::error!("a page does not render");
        return plain(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::ServerError, "The server failed.");
    };
    let images = [state.logo(), state.dark_logo()].into_iter().flatten().map(|url| url.origin().ascii_serialization());
    let policy = policy(&images.collect(), script_hash, leads);
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let headers = response.headers_mut();
    keep(headers, status);
    if let Ok(value) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    response
}

/// Sets the browser's cookie if it is new.
pub fn with_browser(state: &WebState, browser: &Browser, response: Response) -> Response {
    if browser.is_new { with_cookie(response, Cookie::Browser.set(state, &browser.cookie)) } else { response }
}

pub fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The response after signing in, with the cookies of the session and the browser.
pub fn signed_in(state: &WebState, incoming: &Incoming, response: Response, new: &NewSession) -> Response {
    let response = with_cookie(response, Cookie::Session.set(state, new.secret.expose()));
    let marks = remember(state, &incoming.headers, &new.mark);
    marks.into_iter().fold(response, |response, cookie| with_cookie(response, Some(cookie)))
}

/// Redirects after a form: 303, so that a POST is never repeated at the target (checklist 19).
pub fn see_other(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(value) => {
            let headers = [(header::LOCATION, value), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::ServerError, "A redirect could not be written."),
    }
}

/// The path that continues an interaction.
pub fn interaction_path(state: &WebState, interaction: &str) -> String {
    state.path(&format!("/oauth2/interaction?i={interaction}"))
}

/// A static file. Its name depends on its content, so it can be cached forever. A page rendered with another brand, before a
/// reload of the settings or by another node, names another version: it gets the current one.
pub async fn asset(State(state): State<WebState>, Path(name): Path<String>) -> Response {
    let assets = state.assets();
    let (exact, asset) = match assets.iter().find(|asset| asset.name() == name) {
        Some(asset) => (true, asset),
        None => match assets.iter().find(|asset| asset.is_like(&name)) {
            Some(asset) => (false, asset),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let keep = if exact { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [(header::CONTENT_TYPE, asset.media_type()), (header::CACHE_CONTROL, keep)];
    (headers, asset.text().to_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checklist_20_the_content_policy_names_every_source() {
        assert_eq!(
            policy(&BTreeSet::new(), None, Leads::Here),
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        let away = policy(
            &BTreeSet::from(["https://cdn.example".to_owned()]),
            Some("sha256-x"),
            Leads::to(Some("http://127.0.0.1:9/cb")),
        );
        assert_eq!(
            away,
            "default-src 'none'; style-src 'self'; img-src 'self' https://cdn.example; script-src 'self' 'sha256-x'; base-uri 'none'; frame-ancestors 'none'",
            "point 4.7: the client's answer may lead on to an installed app"
        );
        assert!(
            policy(&BTreeSet::new(), None, Leads::to(None)).contains("form-action 'self'"),
            "a device leads nowhere"
        );
    }
}
