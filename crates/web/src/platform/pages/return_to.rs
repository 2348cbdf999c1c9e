//! Where a user continues after signing in: always a page of this server.
use crate::WebState;
use axum::http::Uri;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// The path of the sign-in page, which leads back to the page at `uri`.
pub fn to_sign_in(state: &WebState, uri: &Uri) -> String {
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    state.path(&format!("/login?return_to={}", utf8_percent_encode(&path, NON_ALPHANUMERIC)))
}

/// The path on this server that a request names, unchanged; empty for anything else.
pub fn read(state: &WebState, named: Option<&str>) -> String {
    named.and_then(|named| own_path(&state.app().settings().issuer, state.base(), named)).unwrap_or_default()
}

/// Like [`read`], as a target: the home page for anything else.
pub fn path(state: &WebState, named: Option<&str>) -> String {
    Some(read(state, named)).filter(|path| !path.is_empty()).unwrap_or_else(|| state.path("/"))
}

/// A path on this server. Browsers interpret `//host`, `/\host` and paths with line breaks as other places, so a path is
/// rejected if parsing it as browsers do changes it.
fn own_path(issuer: &str, base: &str, named: &str) -> Option<String> {
    let inside = named.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
    let plain =
        named.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') && !named.contains("//") && named.len() <= 2000;
    let issuer = Url::parse(issuer).ok()?;
    let url = issuer.join(named).ok()?;
    let same = url.origin() == issuer.origin() && url[url::Position::BeforePath..] == *named;
    (inside && plain && same).then(|| named.to_owned())
}

#[cfg(test)]
mod tests {
    use super::own_path;

    /// Checklist 9.
    #[test]
    fn only_pages_of_this_server() {
        let read = |named: &str| own_path("https://as.example/tenant", "/tenant", named);
        for good in ["/tenant/account", "/tenant/", "/tenant/workspaces/w/audit?kind=sign_in&page=2"] {
            assert_eq!(read(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "/",
            "/account",
            "/tenantx/account",
            "//evil.example",
            "/tenant//evil.example",
            "/\\evil.example",
            "/tenant/\\evil.example",
            "/tenant/\t/evil.example",
            "/tenant/../elsewhere",
            "https://evil.example/tenant/",
            "https:evil.example",
            "javascript:alert(1)",
            "/tenant/\u{e9}",
            "tenant/account",
            "@evil.example/tenant/",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(own_path("http://localhost:8080", "", "/account").as_deref(), Some("/account"));
        assert_eq!(own_path("http://localhost:8080", "", "//evil.example/account"), None);
    }
}
