//! Why a request failed, for developers of clients: the checks of an endpoint in the order in which the server makes
//! them, which of them failed, and what to change. All of it follows from the exact reason in the audit log, by the rows of the
//! refusals.
mod check;
mod checks;
mod tables;

pub use crate::oauth::endpoint::Endpoint;
pub use crate::platform::refusal::Advice;
pub use check::Check;
pub use tables::ALL as TABLES;

use crate::oauth::client_authentication::ClientRefusal;
use crate::platform::refusal::{RefusalRow, RefusalRows};

impl Check {
    /// Whether the check concerns clients that authenticate with keys, or only those with a secret; `None` if all.
    pub fn needs_keys(&self) -> Option<bool> {
        if checks::OF_ASSERTIONS.contains(&self.key) {
            return Some(true);
        }
        checks::OF_SECRETS.contains(&self.key).then_some(false)
    }
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    /// What it requires holds.
    Passed,
    /// The request was refused here.
    Failed,
    /// It comes after the check that failed.
    NotReached,
}

/// A check of a request, with its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// The check.
    pub check: &'static Check,
    /// How it ended.
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
        use checks as t;
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
        if self.authenticates() { checks::CLIENT } else { &[] }
    }

    /// The checks after client authentication.
    pub fn own_checks(self) -> impl Iterator<Item = &'static Check> {
        self.own().into_iter().flatten()
    }

    /// The tables of refusals: of client authentication, or of what comes after it.
    fn tables(self, authentication: bool) -> impl Iterator<Item = &'static RefusalRows> {
        let of_clients: &[RefusalRows] = if self.authenticates() { &[ClientRefusal::ROWS] } else { &[] };
        let (answered, recorded) =
            if authentication { (of_clients, &[][..]) } else { (tables::answered(self), tables::recorded(self)) };
        answered.iter().chain(recorded)
    }

    /// The check of this endpoint that a row names.
    fn check_of(self, authentication: bool, row: &RefusalRow) -> Option<&'static Check> {
        let key = row.explanation.as_ref()?.check;
        let is_it = |check: &&Check| check.key == key;
        if authentication { self.client_checks().iter().find(is_it) } else { self.own_checks().find(is_it) }
    }

    /// The refusals that can occur here: of client authentication, or after it.
    pub fn rows(self, authentication: bool) -> impl Iterator<Item = &'static RefusalRow> {
        let rows = self.tables(authentication).flat_map(|table| table.iter().copied());
        rows.filter(move |row| self.check_of(authentication, row).is_some())
    }

    /// The exact reasons of the refusals that a check causes.
    pub fn reasons(self, authentication: bool, check: &Check) -> impl Iterator<Item = &'static str> {
        let key = check.key;
        let caused = move |row: &&RefusalRow| row.explanation.as_ref().is_some_and(|known| known.check == key);
        self.rows(authentication).filter(caused).map(|row| row.reason)
    }

    /// The row that the caller received for an exact reason; `None` if the response was not a refusal.
    pub fn answered(self, authentication: bool, reason: &str) -> Option<&'static RefusalRow> {
        let is_recorded = || tables::recorded(self).iter().any(|table| table.iter().any(|row| row.reason == reason));
        let row = self.rows(authentication).find(|row| row.reason == reason)?;
        (authentication || !is_recorded()).then_some(row)
    }

    /// All checks in order, with their results when the request was refused for `reason`. `authentication` says whether
    /// client authentication failed. Empty if no check has this reason.
    pub fn diagnose(self, authentication: bool, reason: &str) -> Vec<Checked> {
        let row = self.rows(authentication).find(|row| row.reason == reason);
        let Some(failed) = row.and_then(|row| self.check_of(authentication, row)) else { return Vec::new() };
        let client = self.client_checks().len();
        let all: Vec<_> = self.client_checks().iter().chain(self.own_checks()).collect();
        let first = if authentication { 0 } else { client };
        let failed = all.iter().skip(first).position(|check| check.key == failed.key).map(|at| at + first);
        let verdict = |at: usize| match failed.map(|failed| at.cmp(&failed)) {
            Some(std::cmp::Ordering::Less) => CheckResult::Passed,
            Some(std::cmp::Ordering::Equal) => CheckResult::Failed,
            Some(std::cmp::Ordering::Greater) | None => CheckResult::NotReached,
        };
        all.into_iter().enumerate().map(|(at, check)| Checked { check, verdict: verdict(at) }).collect()
    }
}

impl Advice {
    /// All advice; the same reason may occur several times, with the same advice.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let rows = TABLES.iter().flat_map(|table| table.iter());
        rows.filter_map(|row| row.explanation.as_ref()).map(|explanation| &explanation.advice)
    }

    /// What to change after a refusal with this exact reason.
    pub fn after(reason: &str) -> Option<&'static Self> {
        Self::all().find(|advice| advice.reason == reason)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
