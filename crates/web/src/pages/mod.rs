//! The pages for people: server-rendered, without JavaScript, with a strict content policy.
pub mod authorize;
pub mod consent;
pub mod home;
pub mod login;
pub mod logout;
pub mod refused;
pub mod setup;
pub mod signup;

use crate::WebState;
use crate::cookies::Cookie;
use crate::error::plain;
use crate::incoming::{Browser, Incoming};
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::client::Client;
use domain::encoding::base64url;
use flows::Brand;

/// The stylesheet, named after its content, with the brand's colour in it.
#[derive(Debug)]
pub struct Stylesheet {
    text: String,
    name: String,
    base: String,
}

impl Stylesheet {
    pub fn new(brand: &Brand, base: &str) -> Self {
        let colour = &brand.primary_colour;
        let plain = colour.len() == 7 && colour.starts_with('#') && colour[1..].bytes().all(|b| b.is_ascii_hexdigit());
        let brand = if plain { format!(":root{{--brand:{colour}}}\n") } else { String::new() };
        let text = format!("{}{brand}", include_str!("../../assets/style.css"));
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        Self { text, name: base64url(&digest.as_ref()[..9]), base: base.to_owned() }
    }
    /// Below the issuer's path.
    pub fn route(&self) -> String {
        format!("/assets/{}.css", self.name)
    }
    /// As pages link it.
    pub fn href(&self) -> String {
        format!("{}{}", self.base, self.route())
    }
}

pub async fn stylesheet(State(state): State<WebState>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, state.stylesheet().text.clone()).into_response()
}

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
            for uri in client.config.redirect_uris.iter().filter(|uri| !uri.starts_with("https:")) {
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

/// Nothing is here.
pub async fn not_found(State(state): State<WebState>, incoming: Incoming) -> Response {
    if incoming.header(header::ACCEPT).is_some_and(|accept| accept.contains("text/html")) {
        return refused::page(
            &state,
            &incoming,
            StatusCode::NOT_FOUND,
            "not_found",
            "There is no page at this address.",
        );
    }
    plain(StatusCode::NOT_FOUND, "There is nothing at this address.")
}
