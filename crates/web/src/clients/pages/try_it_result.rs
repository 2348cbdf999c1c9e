//! The address that an authorization ended at, as the client would read it.
use domain::diagnosis::CheckResult;
use url::Url;

/// A check that the client must make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its text key.
    pub key: &'static str,
    pub verdict: CheckResult,
}

/// The contents of the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// In the order in which a client makes them.
    pub checks: Vec<Checked>,
    code: Option<String>,
    pub error: Option<String>,
    pub description: Option<String>,
}

impl Returned {
    /// Parses the address: it must begin with the redirect URI, return the state, and name the issuer (RFC 9207).
    pub fn read(address: &str, redirect_uri: &str, state: &str, issuer: &str) -> Self {
        let url = Url::parse(address).ok();
        // `response_mode=fragment` responds in the fragment.
        let pairs: Vec<(String, String)> = url.as_ref().map_or_else(Vec::new, |url| {
            let fragment = url::form_urlencoded::parse(url.fragment().unwrap_or_default().as_bytes());
            url.query_pairs().chain(fragment).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
        });
        let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let (code, error) = (get("code"), get("error"));
        let registered = Url::parse(redirect_uri).ok();
        let same_place = url.as_ref().zip(registered.as_ref()).is_some_and(|(url, registered)| same(url, registered));
        let held = [
            ("dev-test-check-address", url.is_some()),
            ("dev-test-check-place", same_place),
            ("dev-test-check-state", !state.is_empty() && get("state").as_deref() == Some(state)),
            ("dev-test-check-issuer", get("iss").as_deref() == Some(issuer)),
            ("dev-test-check-code", code.is_some() && error.is_none()),
        ];
        let first_bad = held.iter().position(|(_, holds)| !holds).unwrap_or(held.len());
        let verdict = |at: usize| match at.cmp(&first_bad) {
            std::cmp::Ordering::Less => CheckResult::Passed,
            std::cmp::Ordering::Equal => CheckResult::Failed,
            std::cmp::Ordering::Greater => CheckResult::NotReached,
        };
        let checks = held.iter().enumerate().map(|(at, (key, _))| Checked { key, verdict: verdict(at) }).collect();
        Self { checks, code, error, description: get("error_description") }
    }

    /// The code, if all checks pass.
    pub fn good_code(&self) -> Option<&str> {
        let good = self.checks.iter().all(|check| check.verdict == CheckResult::Passed);
        self.code.as_deref().filter(|_| good)
    }
}

/// Whether an address matches a redirect URI; the port of a loopback address may differ (RFC 8252 §7.3).
fn same(url: &Url, registered: &Url) -> bool {
    let loopback = matches!(registered.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let port = loopback || url.port_or_known_default() == registered.port_or_known_default();
    let own_query = registered.query().unwrap_or_default();
    url.scheme() == registered.scheme()
        && url.host_str() == registered.host_str()
        && port
        && url.path() == registered.path()
        && url.query().unwrap_or_default().starts_with(own_query)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://as.example";

    fn failed(address: &str) -> Option<&'static str> {
        let returned = Returned::read(address, "https://a.example/cb?x=1", "s", ISSUER);
        let failed = returned.checks.iter().find(|check| check.verdict == CheckResult::Failed).map(|check| check.key);
        assert_eq!(returned.good_code().is_some(), failed.is_none(), "{address}");
        failed
    }

    #[test]
    fn each_part_is_looked_at_in_its_order() {
        let good = "https://a.example/cb?x=1&code=c&state=s&iss=https%3A%2F%2Fas.example";
        assert_eq!(failed(good), None);
        assert_eq!(failed("https://a.example/cb?x=1#code=c&state=s&iss=https%3A%2F%2Fas.example"), None);
        assert_eq!(failed("code=c"), Some("dev-test-check-address"));
        assert_eq!(failed(&good.replace("a.example/cb", "b.example/cb")), Some("dev-test-check-place"));
        assert_eq!(failed(&good.replace("state=s", "state=t")), Some("dev-test-check-state"));
        assert_eq!(failed(&good.replace("as.example", "evil.example")), Some("dev-test-check-issuer"));
        assert_eq!(failed(&good.replace("code=c", "error=access_denied")), Some("dev-test-check-code"));
        let empty = Returned::read(&good.replace("state=s", "state="), "https://a.example/cb?x=1", "", ISSUER);
        assert_eq!(empty.good_code(), None, "without a state nothing is known");
        let loopback = Returned::read("http://127.0.0.1:5000/cb?state=s", "http://127.0.0.1/cb", "s", ISSUER);
        assert_eq!(loopback.checks[1].verdict, CheckResult::Passed);
    }
}
