//! Why a request failed, for whoever develops the application: the checks of an endpoint in the order in which the
//! server makes them, which of them failed, and what to change. The exact reason in the audit log finds all of it.
mod advice;
mod check;
mod tables;

pub use advice::ADVICE;
pub use check::{Advice, Check};

/// What was asked for; each has its own checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Authorization,
    /// The token endpoint, where it is not known which grant was meant.
    Token,
    TokenByCode,
    TokenByRefresh,
    TokenByClient,
    TokenByDevice,
    /// Where devices begin (RFC 8628).
    DeviceAuthorization,
    Introspection,
    Revocation,
    Userinfo,
    /// Dynamic registration and its management.
    Registration,
    /// The management APIs and pages.
    Management,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    Passed,
    Failed,
    NotReached,
}

/// One check of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    pub check: &'static Check,
    pub verdict: CheckResult,
}

/// The kind of event that tells of a client that was not believed, at whichever endpoint.
pub const AUTHENTICATION: &str = "client.authentication";

impl Endpoint {
    pub const ALL: [Self; 12] = [
        Self::Authorization,
        Self::Token,
        Self::TokenByCode,
        Self::TokenByRefresh,
        Self::TokenByClient,
        Self::TokenByDevice,
        Self::DeviceAuthorization,
        Self::Introspection,
        Self::Revocation,
        Self::Userinfo,
        Self::Registration,
        Self::Management,
    ];

    /// The name by which events tell of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorization => "authorize",
            Self::Token => "token",
            Self::TokenByCode => "token.authorization_code",
            Self::TokenByRefresh => "token.refresh_token",
            Self::TokenByClient => "token.client_credentials",
            Self::TokenByDevice => "token.device_code",
            Self::DeviceAuthorization => "device_authorization",
            Self::Introspection => "introspection",
            Self::Revocation => "token.revoked",
            Self::Userinfo => "userinfo",
            Self::Registration => "registration",
            Self::Management => "management",
        }
    }

    /// What an event is of: by the endpoint that it names in its details, or else by its kind. `None` for events that
    /// tell of no request of an application.
    pub fn of_event(kind: &str, named: Option<&str>) -> Option<Self> {
        let by_name = |name: &str| Self::ALL.into_iter().find(|endpoint| endpoint.as_str() == name);
        let about_clients = || kind.starts_with("client.") || kind == "consent.revoked";
        named
            .and_then(by_name)
            .or_else(|| by_name(kind))
            .or_else(|| (kind == AUTHENTICATION).then_some(Self::Token))
            .or_else(|| about_clients().then_some(Self::Management))
    }

    /// Whether the client authenticates before anything else.
    pub const fn authenticates(self) -> bool {
        !matches!(self, Self::Authorization | Self::Userinfo | Self::Registration | Self::Management)
    }

    /// Its tables of checks behind the authentication of the client.
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

    /// The checks of the client's authentication; none where clients do not authenticate.
    pub const fn client_checks(self) -> &'static [Check] {
        if self.authenticates() { tables::CLIENT } else { &[] }
    }

    /// The checks behind the authentication.
    pub fn own_checks(self) -> impl Iterator<Item = &'static Check> {
        self.own().into_iter().flatten()
    }

    /// All checks in their order, with what became of each when the request was refused for `reason`. `authentication`
    /// says whether it was the client that was not believed. Empty for a reason that no check has.
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
