//! What every request contains besides its body.
use crate::WebState;
use crate::platform::cookies::Cookie;
use crate::platform::headers::RequestId;
use crate::platform::peer::client_ip;
use axum::extract::{ConnectInfo, FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use domain::account::User;
use domain::oauth::endpoint::Endpoint;
use domain::oauth::presented::{Presented, bearer};
use domain::platform::encoding::{base64url, from_base64url};
use domain::platform::language::{Language, Languages};
use domain::platform::params::RawParams;
use domain::{SecretHash, UserId};
use flows::access::caller::Caller;
use flows::oauth::authorize::Locales;
use flows::{Ctx, Facts, Fault, Later};
use std::convert::Infallible;
use std::net::SocketAddr;

/// The header that names the workspace to act in.
pub const WORKSPACE: &str = "countersign-workspace";

/// A request's context, query and credentials.
#[derive(Debug)]
pub struct Incoming {
    pub ctx: Ctx,
    pub method: Method,
    /// The requested URL without its query, as clients know it.
    pub url: String,
    pub query: RawParams,
    pub headers: HeaderMap,
}

impl FromRequestParts<WebState> for Incoming {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
        let text = |name| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        state.warn_of_proxy(&parts.headers);
        let facts = Facts {
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            ip: client_ip(peer, &parts.headers, state.trusted_proxies()),
            user_agent: text(header::USER_AGENT).to_owned(),
            framed: parts.headers.get("sec-fetch-dest").is_some_and(|dest| dest == "iframe"),
            ..Facts::default()
        };
        let query = RawParams::from_urlencoded(parts.uri.query().unwrap_or_default().as_bytes());
        let later = parts.extensions.get::<Later>().cloned().unwrap_or_default();
        let ctx = Ctx { later, ..Ctx::new(state.clock(), state.rng(), facts) };
        // Inside of a nested router, `parts.uri` lacks the prefix.
        let path = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0).path();
        let (method, url) = (parts.method.clone(), format!("{}{path}", state.origin()));
        Ok(Self { ctx, method, url, query, headers: parts.headers.clone() })
    }
}

impl Incoming {
    pub fn header(&self, name: impl axum::http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    pub fn authorization(&self) -> Option<&str> {
        self.header(header::AUTHORIZATION)
    }

    /// The token in the `Authorization` header.
    pub fn bearer(&self) -> Option<&str> {
        bearer(self.authorization())
    }

    /// The request as the token-like endpoints read it.
    pub fn presented<'r>(&'r self, endpoint: Endpoint, body: &'r RawParams) -> Presented<'r> {
        Presented {
            endpoint,
            method: self.method.as_str(),
            url: &self.url,
            authorization: self.authorization(),
            dpop: self.header("dpop"),
            certificate: None,
            query: &self.query,
            body,
        }
    }

    /// The workspace that the user wants to act in.
    pub fn workspace(&self) -> Option<&str> {
        self.header(WORKSPACE).or(self.query.get("workspace"))
    }

    /// The revision in `If-Match` (RFC 9110 §13.1.1); `None` if the header is missing or `*`.
    pub fn expected_revision(&self) -> Option<i64> {
        let tag = self.header(header::IF_MATCH).filter(|tag| *tag != "*")?;
        let number = tag.trim().strip_prefix("\"r").and_then(|tag| tag.strip_suffix('"')).and_then(|n| n.parse().ok());
        // A tag that we never issued matches nothing.
        Some(number.unwrap_or(-1))
    }

    /// The browser's session.
    pub async fn session(&self, state: &WebState) -> Result<Caller, Fault> {
        match Cookie::Session.read(state, &self.headers) {
            Some(cookie) => flows::access::session::current(state.app(), &self.ctx, &cookie).await,
            None => Ok(Caller::Anonymous),
        }
    }

    /// Whether the browser reports that the request came from a page of this server; programs report nothing. `Sec-Fetch-Site`
    /// takes precedence: for a form, `Referrer-Policy: no-referrer` makes browsers send `Origin: null`, even from our own pages
    /// (Fetch §3.2). Without `Sec-Fetch-Site`, `null` may be any page that hides its origin, and is rejected.
    pub fn is_same_site(&self, state: &WebState) -> bool {
        match self.header("sec-fetch-site") {
            Some(site) => matches!(site, "same-origin" | "none"),
            None => self.header(header::ORIGIN).is_none_or(|origin| origin == state.origin()),
        }
    }

    /// Whether the request has a session cookie but comes from another site.
    pub fn is_session_of_other_site(&self, state: &WebState) -> bool {
        Cookie::Session.read(state, &self.headers).is_some() && !self.is_same_site(state)
    }

    /// The browser, identified by its cookie. A new browser gets a new cookie.
    pub fn browser(&self, state: &WebState) -> Browser {
        let languages = self.languages();
        match Cookie::Browser.read(state, &self.headers) {
            Some(cookie) => Browser { cookie, is_new: false, languages, user: None },
            None => Browser { cookie: base64url(&self.ctx.random::<24>()), is_new: true, languages, user: None },
        }
    }

    /// The languages requested by the request and the browser.
    pub fn languages(&self) -> Languages {
        let asked = self.query.get("ui_locales").map(str::split_ascii_whitespace);
        Languages {
            asked: asked.and_then(Language::first_of),
            set: None,
            accepted: self.header(header::ACCEPT_LANGUAGE).and_then(Language::accepted),
        }
    }
}

/// Adds the entity tag of a revision (RFC 9110 §8.8.3).
pub fn tagged(mut response: Response, revision: i64) -> Response {
    if let Ok(tag) = HeaderValue::try_from(format!("\"r{revision}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn read_hash(text: Option<&str>) -> Option<SecretHash> {
    text.and_then(from_base64url).and_then(|bytes| SecretHash::from_slice(&bytes))
}

/// A browser, identified by a random cookie that says nothing about the user.
#[derive(Debug, Clone)]
pub struct Browser {
    pub cookie: String,
    pub is_new: bool,
    pub languages: Languages,
    /// The user that the page's forms belong to, if only that user may send them.
    user: Option<UserId>,
}

impl Browser {
    /// The browser of a signed-in user, in their language; its forms belong to them.
    pub fn used_by(self, user: &User) -> Self {
        let mut browser = Self { user: Some(user.id), ..self };
        browser.set(user.locale.as_deref());
        browser
    }

    /// Uses the language requested by the authorization, or set by its user.
    pub fn speak(&mut self, locales: &Locales) {
        self.languages.asked = Language::first_of(locales.asked.iter().map(String::as_str)).or(self.languages.asked);
        self.set(locales.set.as_deref());
    }

    /// Uses the language set by the user.
    pub fn set(&mut self, locale: Option<&str>) {
        self.languages.set = locale.and_then(Language::of);
    }

    /// The value that interactions are bound to.
    pub fn binding(&self, state: &WebState) -> [u8; 32] {
        *state.app().forms().hash(&format!("browser\n{}", self.cookie)).as_bytes()
    }

    fn csrf_hash(&self, state: &WebState) -> SecretHash {
        state.app().forms().hash(&format!("csrf\n{}", self.cookie))
    }

    fn user_hash(&self, state: &WebState, user: UserId) -> SecretHash {
        state.app().forms().hash(&format!("form of\n{}\n{user}", self.cookie))
    }

    /// The CSRF token of each form: only our pages in this browser know it. After a dot, it identifies the user that
    /// the form belongs to.
    pub fn csrf(&self, state: &WebState) -> String {
        let token = base64url(self.csrf_hash(state).as_bytes());
        match self.user {
            Some(user) => format!("{token}.{}", base64url(self.user_hash(state, user).as_bytes())),
            None => token,
        }
    }

    /// Whether a form was sent by one of our pages in this browser.
    pub fn sent(&self, state: &WebState, incoming: &Incoming, form: &RawParams) -> bool {
        let token = form.get("csrf").map(|token| token.split_once('.').map_or(token, |(token, _)| token));
        let same = read_hash(token) == Some(self.csrf_hash(state));
        !self.is_new && incoming.is_same_site(state) && same
    }

    /// Whether the form's page belonged to the current user. Someone else may have signed in since it was opened.
    pub fn is_own(&self, state: &WebState, form: &RawParams) -> bool {
        let whose = form.get("csrf").and_then(|token| token.split_once('.')).map(|(_, whose)| whose);
        self.user.is_some_and(|user| read_hash(whose) == Some(self.user_hash(state, user)))
    }
}
