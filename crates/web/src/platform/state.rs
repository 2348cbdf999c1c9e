//! The state available to every handler.
use crate::platform::assets::Asset;
use crate::platform::cookie_prefix;
use crate::platform::peer::speaks_for_others;
use axum::http::HeaderMap;
use flows::{Clock, Rng, Server};
use ipnet::IpNet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use url::Url;

/// The options of the web layer.
#[derive(Debug, Clone, Default)]
pub struct WebOptions {
    /// Peers whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
}

/// The shared state; cheap to clone.
#[derive(Clone)]
pub struct WebState(Arc<Inner>);

struct Inner {
    app: Server,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    options: WebOptions,
    stylesheet: Asset,
    script: Asset,
    icon: Asset,
    logo: Option<Url>,
    dark_logo: Option<Url>,
    /// The issuer's path without a trailing slash, where everything is mounted.
    base: String,
    origin: String,
    cookie_prefix: String,
    /// Whether the warning about an untrusted proxy was logged.
    warned_of_proxy: AtomicBool,
}

impl WebState {
    pub fn new(app: Server, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, options: WebOptions) -> Self {
        let (base, origin) = match Url::parse(&app.settings().issuer) {
            Ok(url) => (url.path().trim_end_matches('/').to_owned(), url.origin().ascii_serialization()),
            Err(_) => (String::new(), String::new()),
        };
        let brand = &app.settings().brand;
        let (stylesheet, script) = (Asset::stylesheet(brand, &base), Asset::script(&base));
        let icon = Asset::icon(brand, &base);
        let read = |url: &Option<String>| url.as_deref().and_then(|text| logo(text, &app.settings().issuer));
        let (logo, dark_logo) = (read(&brand.logo_url), read(&brand.logo_dark_url));
        let cookie_prefix = cookie_prefix::prefix(&app.settings().issuer, is_secure(&origin));
        Self(Arc::new(Inner {
            app,
            clock,
            rng,
            options,
            stylesheet,
            script,
            icon,
            logo,
            dark_logo,
            base,
            origin,
            cookie_prefix,
            warned_of_proxy: AtomicBool::new(false),
        }))
    }

    pub fn app(&self) -> &Server {
        &self.0.app
    }
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }
    pub(crate) fn rng(&self) -> Arc<dyn Rng> {
        self.0.rng.clone()
    }
    /// Logs once that an untrusted proxy seems to be in front: limits per address then count all users together.
    pub(crate) fn warn_of_proxy(&self, headers: &HeaderMap) {
        let behind_one = self.trusted_proxies().is_empty() && is_secure(&self.0.origin) && speaks_for_others(headers);
        if behind_one && !self.0.warned_of_proxy.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a proxy sends X-Forwarded-For or Forwarded, and trusted_proxies is empty: name its network there"
            );
        }
    }
    pub(crate) fn trusted_proxies(&self) -> &[IpNet] {
        &self.0.options.trusted_proxies
    }
    pub(crate) fn stylesheet(&self) -> &Asset {
        &self.0.stylesheet
    }
    pub(crate) fn script(&self) -> &Asset {
        &self.0.script
    }
    pub(crate) fn icon(&self) -> &Asset {
        &self.0.icon
    }
    pub(crate) fn assets(&self) -> [&Asset; 3] {
        [&self.0.stylesheet, &self.0.script, &self.0.icon]
    }
    pub(crate) fn logo(&self) -> Option<&Url> {
        self.0.logo.as_ref()
    }
    pub(crate) fn dark_logo(&self) -> Option<&Url> {
        self.0.dark_logo.as_ref()
    }
    pub(crate) fn base(&self) -> &str {
        &self.0.base
    }
    /// The issuer's scheme, host and port, as browsers send them in `Origin`.
    pub(crate) fn origin(&self) -> &str {
        &self.0.origin
    }
    /// Whether cookies get `Secure` and the `__Host-` prefix, because browsers reach us over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        is_secure(&self.0.origin)
    }
    /// The prefix of cookie names.
    pub(crate) fn cookie_prefix(&self) -> &str {
        &self.0.cookie_prefix
    }
    /// A path on this server, as used in links.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.0.base)
    }
}

impl fmt::Debug for WebState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WebState").field(&self.0.app).finish()
    }
}

fn is_secure(origin: &str) -> bool {
    origin.starts_with("https://")
}

/// The operator's logo, if it is served over https or from the issuer's own origin.
fn logo(text: &str, issuer: &str) -> Option<Url> {
    let issuer = Url::parse(issuer).ok()?;
    let url = issuer.join(text).ok()?;
    (url.scheme() == "https" || url.origin() == issuer.origin()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_an_address_that_pages_may_load() {
        let read = |text: &str| logo(text, "http://localhost:8080").map(|url| url.to_string());
        assert_eq!(read("https://cdn.example/l.svg").as_deref(), Some("https://cdn.example/l.svg"));
        assert_eq!(read("/logo.svg").as_deref(), Some("http://localhost:8080/logo.svg"));
        for bad in ["http://cdn.example/l.svg", "javascript:alert(1)", "data:image/svg+xml,x", "https://"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
