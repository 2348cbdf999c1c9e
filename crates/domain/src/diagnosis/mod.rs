//! Why a request failed, for developers of clients: the checks of an endpoint in the order in which the server makes
//! them, which of them failed, and what to change. All of it follows from the exact reason in the audit log.
mod advice;
mod check;
mod tables;

pub use crate::oauth::endpoint::Endpoint;
pub use advice::ADVICE;
pub use check::{Advice, Check};

impl Check {
    /// Whether the check concerns clients that authenticate with keys, or only those with a secret; `None` if all.
    pub fn needs_keys(&self) -> Option<bool> {
        if tables::OF_ASSERTIONS.contains(&self.key) {
            return Some(true);
        }
        tables::OF_SECRETS.contains(&self.key).then_some(false)
    }
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    Passed,
    Failed,
    NotReached,
}

/// A check of a request, with its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    pub check: &'static Check,
    pub verdict: CheckResult,
}

/// The kind of event recorded when client authentication fails, at any endpoint.
pub const AUTHENTICATION: &str = "client.authentication";

impl Endpoint {
    /// The endpoint of an event: the one named in its details, or else derived from its kind. `None` for events that
    /// are not about a request of a client.
    pub fn of_event(kind: &str, named: Option<&str>) -> Option<Self> {
        let by_name = |name: &str| Self::ALL.into_iter().find(|endpoint| endpoint.as_str() == name);
        let about_clients = || kind.starts_with("client.") || kind == "consent.revoked";
        named
            .and_then(by_name)
            .or_else(|| by_name(kind))
            .or_else(|| (kind == AUTHENTICATION).then_some(Self::Token))
            .or_else(|| about_clients().then_some(Self::Management))
    }

    /// Its tables of checks, after client authentication.
    const fn own(self) -> [&'static [Check]; 3] {
        use tables as t;
        match self {
            Self::Authorization => [t::AUTHORIZATION, t::ANSWER, &[]],
            Self::Token => [t::TOKEN, t::ANSWER, &[]],
            Self::TokenByCode => [t::TOKEN, t::CODE, t::ANSWER],
            Self::TokenByRefresh => [t::TOKEN, t::REFRESH, t::ANSWER],
            Self::TokenByClient => [t::TOKEN, t::MACHINE, t::ANSWER],
            Self::TokenByDevice => [t::TOKEN, t::DEVICE, t::ANSWER],
            Self::DeviceAuthorization => [t::DEVICE_REQUEST, t::ANSWER, &[]],
            Self::Introspection => [t::INTROSPECTION, t::ANSWER, &[]],
            Self::Revocation => [t::REVOCATION, t::ANSWER, &[]],
            Self::Userinfo => [t::USERINFO, t::ANSWER, &[]],
            Self::Registration => [t::REGISTRATION, t::ANSWER, &[]],
            Self::Management => [t::MANAGEMENT, t::ANSWER, &[]],
        }
    }

    /// The checks of client authentication; empty if clients do not authenticate here.
    pub const fn client_checks(self) -> &'static [Check] {
        if self.authenticates() { tables::CLIENT } else { &[] }
    }

    /// The checks after client authentication.
    pub fn own_checks(self) -> impl Iterator<Item = &'static Check> {
        self.own().into_iter().flatten()
    }

    /// All checks in order, with their results when the request was refused for `reason`. `authentication` says whether
    /// client authentication failed. Empty if no check has this reason.
    pub fn diagnose(self, authentication: bool, reason: &str) -> Vec<Checked> {
        let client = self.client_checks().len();
        let all: Vec<_> = self.client_checks().iter().chain(self.own_checks()).collect();
        let (first, end) = if authentication { (0, client) } else { (client, all.len()) };
        let failed = (first..end).find(|at| all[*at].reasons.contains(&reason));
        let Some(failed) = failed else { return Vec::new() };
        let verdict = |at: usize| match at.cmp(&failed) {
            std::cmp::Ordering::Less => CheckResult::Passed,
            std::cmp::Ordering::Equal => CheckResult::Failed,
            std::cmp::Ordering::Greater => CheckResult::NotReached,
        };
        all.into_iter().enumerate().map(|(at, check)| Checked { check, verdict: verdict(at) }).collect()
    }
}

impl Advice {
    /// What to change after a refusal with this exact reason.
    pub fn after(reason: &str) -> Option<&'static Self> {
        ADVICE.iter().find(|advice| advice.reason == reason)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
