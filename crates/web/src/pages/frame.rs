//! What all pages have in common.
use crate::WebState;
use crate::cookies::Cookie;
use crate::error::plain;
use crate::incoming::Browser;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::client::Client;
use flows::Brand;

/// What every page shows around its content.
#[derive(Debug)]
pub struct Frame {
    pub brand: Brand,
    pub stylesheet: String,
    pub base: String,
    /// For the page's forms.
    pub csrf: String,
}

impl Frame {
    pub fn new(state: &WebState, browser: &Browser) -> Self {
        Self {
            brand: state.app().settings().brand.clone(),
            stylesheet: state.stylesheet().href(),
            base: state.base().to_owned(),
            csrf: browser.csrf(state),
        }
    }
}

/// Where a page's forms may lead. Browsers hold the whole chain of redirects after a form against `form-action`, and a
/// sign-in or consent ends at the client, which may send its user on: https, or what the client registered.
#[derive(Debug, Clone, Copy)]
pub enum Leads<'c> {
    Here,
    To(&'c Client),
}

impl Leads<'_> {
    fn sources(self) -> String {
        let mut sources = "'self'".to_owned();
        if let Self::To(client) = self {
            sources.push_str(" https:");
            let all = client.config.redirect_uris.iter().chain(&client.config.post_logout_redirect_uris);
            for uri in all.filter(|uri| !uri.starts_with("https:")) {
                let Some((scheme, _)) = uri.split_once(':') else { continue };
                let source = format!(" {scheme}:");
                let known = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
                if known && !sources.contains(&source) {
                    sources.push_str(&source);
                }
            }
        }
        sources
    }
}

/// A page as a response: not kept, not framed, nothing from elsewhere (checklist 20, 21).
pub fn render(page: &impl Template, status: StatusCode, leads: Leads<'_>, script_hash: Option<&str>) -> Response {
    let Ok(html) = page.render() else {
        tracing::error!("a page does not render");
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "The server failed.");
    };
    let script = script_hash.map(|hash| format!("; script-src '{hash}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'{script}; form-action {}; base-uri 'none'; frame-ancestors 'none'",
        leads.sources()
    );
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
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

/// After a form: 303, so that what was posted is never posted on (checklist 19).
pub fn see_other(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(value) => {
            let headers = [(header::LOCATION, value), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "A redirect could not be written."),
    }
}

/// The path that goes on with an interaction.
pub fn interaction_path(state: &WebState, interaction: &str) -> String {
    state.path(&format!("/oauth2/interaction?i={interaction}"))
}

pub async fn stylesheet(State(state): State<WebState>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, state.stylesheet().text()).into_response()
}
