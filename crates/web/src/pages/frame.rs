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
use domain::oauth::error::ErrorCode;
use flows::Brand;

/// What every page shows around its content.
#[derive(Debug)]
pub struct Frame {
    pub brand: Brand,
    pub stylesheet: String,
    pub logo: Option<String>,
    pub base: String,
    /// Whether people may make accounts of their own.
    pub sign_up: bool,
    /// For the page's forms.
    pub csrf: String,
}

impl Frame {
    pub fn new(state: &WebState, browser: &Browser) -> Self {
        Self { csrf: browser.csrf(state), ..Self::without_forms(state) }
    }

    /// For a page that sends nothing.
    pub fn without_forms(state: &WebState) -> Self {
        Self {
            brand: state.app().settings().brand.clone(),
            stylesheet: state.stylesheet().href(),
            logo: state.logo().map(ToString::to_string),
            base: state.base().to_owned(),
            sign_up: state.app().settings().sign_up,
            csrf: String::new(),
        }
    }
}

/// Where a page's forms may lead. Browsers hold the whole chain of redirects after a form against `form-action`, and a
/// sign-in or consent ends at the client, which may send its user on: https, or what the client registered.
#[derive(Debug, Clone, Copy)]
pub enum Leads<'c> {
    Here,
    To(&'c Client),
    /// Away, by the page's one form.
    Away(&'c str),
}

impl Leads<'_> {
    fn sources(self) -> String {
        match self {
            Self::Here => "'self'".to_owned(),
            Self::To(client) => {
                let registered = client.config.redirect_uris.iter().chain(&client.config.post_logout_redirect_uris);
                format!("'self' {}", schemes(["https:"].into_iter().chain(registered.map(String::as_str))))
            }
            Self::Away(uri) => schemes([uri]),
        }
    }
}

/// The schemes of some URIs as sources of a content policy (CSP 3 §2.3.1), each once.
fn schemes<'u>(uris: impl IntoIterator<Item = &'u str>) -> String {
    let mut sources: Vec<String> = Vec::new();
    for (scheme, _) in uris.into_iter().filter_map(|uri| uri.split_once(':')) {
        let source = format!("{}:", scheme.to_ascii_lowercase());
        let is_scheme = !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        if is_scheme && !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources.join(" ")
}

fn policy(image: Option<&str>, script_hash: Option<&str>, leads: Leads<'_>) -> String {
    let image = image.map(|origin| format!(" {origin}")).unwrap_or_default();
    let script = script_hash.map(|hash| format!("; script-src '{hash}'")).unwrap_or_default();
    let forms = leads.sources();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'{image}{script}; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// A page as a response: not kept, not framed, nothing from elsewhere but the operator's own logo (checklist 20, 21).
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
    let image = state.logo().map(|url| url.origin().ascii_serialization());
    let policy = policy(image.as_deref(), script_hash, leads);
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
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::ServerError, "A redirect could not be written."),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checklist_20_the_content_policy_names_every_source() {
        assert_eq!(
            policy(None, None, Leads::Here),
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        let away = policy(Some("https://cdn.example"), Some("sha256-x"), Leads::Away("http://127.0.0.1:9/cb"));
        assert_eq!(
            away,
            "default-src 'none'; style-src 'self'; img-src 'self' https://cdn.example; script-src 'sha256-x'; form-action http:; base-uri 'none'; frame-ancestors 'none'"
        );
    }

    #[test]
    fn forms_lead_to_registered_schemes_and_nothing_can_be_added_to_the_policy() {
        let uris =
            ["https:", "https://a.example/cb", "http://localhost/cb", "com.example.app:/cb", "COM.example.app:/x"];
        assert_eq!(schemes(uris), "https: http: com.example.app:");
        for odd in ["", ":", "x;script-src *:y", "a b:c", "'unsafe-inline':", "no scheme"] {
            assert_eq!(schemes([odd]), "", "{odd}");
        }
    }
}
