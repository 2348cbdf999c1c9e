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

/// What every page shows around its content, and the language that it speaks.
#[derive(Debug)]
pub struct Frame {
    pub brand: Brand,
    pub stylesheet: String,
    pub script: String,
    pub icon: String,
    pub logo: Option<String>,
    pub dark_logo: Option<String>,
    pub base: String,
    /// Whether people may make accounts of their own.
    pub sign_up: bool,
    /// For the page's forms.
    pub csrf: String,
    /// For those that make something: the key under which that happens once.
    pub once: String,
    /// Where a signed-in person can go.
    pub nav: Option<Nav>,
    /// What was just done: a text.
    pub notice: Option<String>,
    /// And how to take it back.
    pub undo: Option<Undo>,
    texts: Texts,
    /// The time zone that times are told in.
    zone: Option<String>,
}

impl Frame {
    pub fn new(state: &WebState, browser: &Browser) -> Self {
        Self { csrf: browser.csrf(state), ..Self::without_forms(state, browser.languages.best()) }
    }

    /// For a page that sends nothing.
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

    /// Around the pages of a signed-in person.
    pub fn around(self, nav: Nav, zone: Option<String>) -> Self {
        Self { nav: Some(nav), zone, ..self }
    }

    /// With what was just done.
    pub fn telling(self, notice: &Notice) -> Self {
        let told = self.texts.known(&format!("done-{}", notice.done));
        Self { notice: told, undo: notice.undo.clone(), ..self }
    }

    /// With the times of somebody's time zone.
    pub fn told_in(self, zone: Option<String>) -> Self {
        Self { zone, ..self }
    }

    /// Around nothing.
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

    /// A text as it stands.
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

    /// A text with a value that a stranger may have chosen.
    pub fn rich(&self, key: &str, name: &str, value: impl fmt::Display) -> Rich {
        self.texts.rich(key, &[(name, &value.to_string())])
    }

    /// What a role is called.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn role(&self, role: &Role) -> String {
        self.say(match role {
            Role::Member => "role-member",
            Role::Admin => "role-admin",
            Role::Owner => "role-owner",
        })
    }

    /// What somebody with a role may do.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn role_means(&self, role: &Role) -> String {
        self.say(match role {
            Role::Member => "role-member-means",
            Role::Admin => "role-admin-means",
            Role::Owner => "role-owner-means",
        })
    }

    /// What an operation does.
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

    /// A moment, in the person's time zone if it is known.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn time(&self, moment: &Timestamp) -> Time {
        Time::new(*moment, self.language(), self.zone.as_deref())
    }

    /// The end of something, if it has one.
    #[expect(clippy::ref_option, reason = "templates pass references")]
    pub fn end_or(&self, moment: &Option<Timestamp>, none: &str) -> Rich {
        let end = |moment: &Timestamp| Rich::of(&Time::end(*moment, self.language(), self.zone.as_deref()));
        moment.as_ref().map_or_else(|| self.texts.rich(none, &[]), end)
    }

    /// The same of a moment that there may be none of.
    #[expect(clippy::ref_option, reason = "templates pass references")]
    pub fn time_or(&self, moment: &Option<Timestamp>, none: &str) -> Rich {
        moment.as_ref().map_or_else(|| self.texts.rich(none, &[]), |moment| Rich::of(&self.time(moment)))
    }
}

/// Where a page's forms may lead. Browsers hold the whole chain of redirects after a form against `form-action`, and what ends
/// at a client goes on as the client likes: decision 0003.
#[derive(Debug, Clone, Copy)]
pub enum Leads<'c> {
    Here,
    /// In the end to this URI of a client; an empty one leads nowhere.
    To(&'c str),
}

impl Leads<'_> {
    /// The directive of the content policy, if there is one.
    fn directive(self) -> &'static str {
        match self {
            Self::Here | Self::To("") => " form-action 'self';",
            Self::To(_) => "",
        }
    }
}

fn policy(images: &BTreeSet<String>, script_hash: Option<&str>, leads: Leads<'_>) -> String {
    let image = images.iter().fold(String::new(), |all, origin| all + " " + origin);
    let script = script_hash.map(|hash| format!(" '{hash}'")).unwrap_or_default();
    let forms = leads.directive();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'{image}; script-src 'self'{script};{forms} base-uri 'none'; frame-ancestors 'none'"
    )
}

/// How long a page is kept: not at all. The answer to a form that was refused, which shows no secret, is kept by the browser of
/// whoever sent it, and shown to nobody else: "back" shows it instead of asking whether to send the form again.
fn keep(headers: &mut HeaderMap, status: StatusCode) {
    if status == StatusCode::UNPROCESSABLE_ENTITY {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        // Another session, or none, is another cookie. To have the browser clear what it kept takes it seconds.
        headers.insert(header::VARY, HeaderValue::from_static("cookie"));
    } else {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// A page as a response: not framed, nothing from elsewhere but the operator's own logo (checklist 20, 21).
pub fn render(
    state: &WebState,
    page: &impl Template,
    status: StatusCode,
    leads: Leads<'_>,
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

/// Adds the browser's cookie where it is new.
pub fn with_browser(state: &WebState, browser: &Browser, response: Response) -> Response {
    if browser.is_new { with_cookie(response, Cookie::Browser.set(state, &browser.cookie)) } else { response }
}

pub fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The answer to whoever just signed in: the cookies of the session and of the browser.
pub fn signed_in(state: &WebState, incoming: &Incoming, response: Response, new: &NewSession) -> Response {
    let response = with_cookie(response, Cookie::Session.set(state, new.secret.expose()));
    let marks = remember(state, &incoming.headers, &new.mark);
    marks.into_iter().fold(response, |response, cookie| with_cookie(response, Some(cookie)))
}

/// After a form: 303, so that what was posted is never posted on (checklist 19).
pub fn see_other(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(value) => {
            let headers = [(header::LOCATION, value), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::ServerError, "A redirect could not be written."),
    }
}

/// The path that goes on with an interaction.
pub fn interaction_path(state: &WebState, interaction: &str) -> String {
    state.path(&format!("/oauth2/interaction?i={interaction}"))
}

/// One of the files beside the pages. Its name follows its content, so that it can be kept for good. A page that was made with
/// another brand, before the settings were reloaded or by another node, names another one: it gets what there is.
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
            Leads::To("http://127.0.0.1:9/cb"),
        );
        assert_eq!(
            away,
            "default-src 'none'; style-src 'self'; img-src 'self' https://cdn.example; script-src 'self' 'sha256-x'; base-uri 'none'; frame-ancestors 'none'",
            "point 4.7: the client's answer may lead on to an installed app"
        );
        assert!(policy(&BTreeSet::new(), None, Leads::To("")).contains("form-action 'self'"), "a device leads nowhere");
    }
}
