//! Explains why a client's requests failed, from the audit log: which checks passed, which one failed, and what to change.
use crate::clients::ownership;
use crate::clients::registration::AccessRefusal;
use crate::grants::access_token::Inactive;
use crate::oauth::authorize::InteractionRefusal;
use crate::oauth::device::TooOften;
use crate::oauth::introspection::IntrospectRefusal;
use crate::oauth::revocation::RevokeRefusal;
use crate::oauth::token::{CodeRefusal, DeviceCodeRefusal, MachineRefusal, RefreshRefusal, RequestRefusal};
use crate::oauth::userinfo::UserinfoRefusal;
use crate::platform::management_error::{ManagementError, ManagementRefusal};
use crate::{Ctx, Failure, Server, audit};
use domain::access::{Operation, PermissionDenied, Principal};
use domain::audit::AuditEvent;
use domain::clients::metadata::MetadataRefusal;
use domain::clients::{AuthMethod, Client};
use domain::diagnosis::{AUTHENTICATION, Advice, CheckResult, Checked, Endpoint};
use domain::oauth::authorize::AuthorizeRefusal;
use domain::oauth::client_authentication::ClientRefusal;
use domain::platform::refusal::{ErrorCode, Refusal};
use domain::{AuditId, Timestamp};
use serde_json::Value;
use std::collections::HashMap;
pub use store::clients::failed_requests::{FailedRequestFilter, FailedRequestKind};

/// A request that was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedRequest {
    pub id: AuditId,
    pub at: Timestamp,
    pub endpoint: Endpoint,
    /// The exact reason, which the caller did not receive.
    pub reason: String,
    /// The error code and sentence that the caller received; `None` if the response was not an error.
    pub response: Option<(ErrorCode, &'static str)>,
    /// The sender, as recorded in the audit log.
    pub actor: String,
    pub request_id: String,
    pub ip: Option<String>,
    /// Relevant parts of the request; each value has at most 200 characters.
    pub detail: Value,
    /// The checks in the order in which the server makes them; empty for a reason of an earlier version.
    pub checks: Vec<Checked>,
    /// What to change.
    pub advice: Option<&'static Advice>,
}

/// A page of failed requests, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Failures {
    pub items: Vec<FailedRequest>,
    /// The email addresses or names of senders by id, unless the client itself sent the request.
    pub names: HashMap<String, String>,
    /// Pass it as `before` to get the next page; `None` on the last page.
    pub next: Option<AuditId>,
}

/// Selects which failed requests to list.
#[derive(Debug, Clone, Copy)]
pub struct FailedRequestQuery<'a> {
    pub of: FailedRequestKind,
    pub only: FailedRequestFilter<'a>,
    /// Only requests before this one; `None` for the newest.
    pub before: Option<AuditId>,
}

impl From<FailedRequestKind> for FailedRequestQuery<'_> {
    fn from(of: FailedRequestKind) -> Self {
        Self { of, only: FailedRequestFilter::default(), before: None }
    }
}

/// The last failed requests of a client, or the refused changes to it: at most `limit` (1 to [`audit::read::MOST`]). Requests of
/// the last second that another node refused may be missing.
pub async fn of_client(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    id: &str,
    wanted: FailedRequestQuery<'_>,
    limit: i64,
) -> Result<Failures, Failure<ManagementError>> {
    let client = ownership::find(app, ctx, principal, Operation::ReadClientFailures, id).await?;
    let (FailedRequestQuery { of, only, before }, limit) = (wanted, limit.clamp(1, audit::read::MOST));
    app.catch_up().await;
    let mut tx = app.store().read().await?;
    let events =
        store::clients::failed_requests::list(&mut tx, &client.id, of, only, before.map(|id| (id.time(), id)), limit)
            .await?;
    // The caller may see an address only if it is that of a member of their workspace.
    let names = match (of, principal.workspace) {
        (FailedRequestKind::Changes, Some((workspace, _))) => {
            audit::search::names(&mut tx, &events, Some(workspace)).await?
        }
        _ => HashMap::new(),
    };
    drop(tx);
    let full = i64::try_from(events.len()).is_ok_and(|found| found == limit);
    let next = events.last().map(|last| last.id).filter(|_| full);
    Ok(Failures { items: events.into_iter().filter_map(|event| diagnosed(event, &client)).collect(), names, next })
}

/// The checks of a request, without those of client authentication that it cannot have come to: of a secret, or of an assertion.
fn relevant(mut checks: Vec<Checked>, client: &Client) -> Vec<Checked> {
    let failed = checks.iter().find(|one| one.verdict == CheckResult::Failed).and_then(|one| one.check.needs_keys());
    let has_keys = failed.unwrap_or(client.auth_method == AuthMethod::PrivateKeyJwt);
    checks.retain(|one| one.check.needs_keys().is_none_or(|needs| needs == has_keys));
    checks
}

fn diagnosed(event: AuditEvent, client: &Client) -> Option<FailedRequest> {
    let endpoint = Endpoint::of_event(&event.kind, event.detail["endpoint"].as_str())?;
    let authentication = event.kind == AUTHENTICATION;
    Some(FailedRequest {
        response: response_for(endpoint, authentication, &event.outcome),
        checks: relevant(endpoint.diagnose(authentication, &event.outcome), client),
        advice: Advice::after(&event.outcome),
        id: event.id,
        at: event.at,
        endpoint,
        reason: event.outcome,
        actor: event.actor,
        request_id: event.request_id,
        ip: event.ip,
        detail: event.detail,
    })
}

/// The error code and sentence that the caller received for an exact reason.
pub fn response_for(endpoint: Endpoint, authentication: bool, reason: &str) -> Option<(ErrorCode, &'static str)> {
    let of = if authentication { all(ClientRefusal::ALL) } else { refusals(endpoint) };
    let said = of.into_iter().find(|refusal| refusal.reason() == reason);
    // Userinfo gives the same answer for every inactive token.
    let inactive = || (endpoint == Endpoint::Userinfo).then_some(&UserinfoRefusal::TokenInactive as &dyn Refusal);
    said.or_else(inactive).map(|refusal| (refusal.code(), refusal.public()))
}

fn all<R: Refusal + 'static>(refusals: &'static [R]) -> Vec<&'static dyn Refusal> {
    refusals.iter().map(|refusal| refusal as &dyn Refusal).collect()
}

/// The refusals of the management APIs that concern a known client.
const OF_AN_APPLICATION: &[ManagementRefusal] = &[
    ManagementRefusal::ClientUnknown,
    ManagementRefusal::Number,
    ManagementRefusal::Changed,
    ManagementRefusal::UserUnknown,
    ManagementRefusal::NoSecret,
    ManagementRefusal::SecretUnknown,
    ManagementRefusal::SecretsTooMany,
];

/// The refusals of authorization requests that apply to device authorization requests.
const OF_A_DEVICE: &[AuthorizeRefusal] = &[
    AuthorizeRefusal::Repeated,
    AuthorizeRefusal::ScopeMalformed,
    AuthorizeRefusal::ScopeUnknown,
    AuthorizeRefusal::ScopeNotAllowed,
    AuthorizeRefusal::ScopeWithheld,
    AuthorizeRefusal::SubTypeUnknown,
    AuthorizeRefusal::ResourceUnknown,
];

/// All refusals of an endpoint for an authenticated client.
fn refusals(endpoint: Endpoint) -> Vec<&'static dyn Refusal> {
    let request = || all(RequestRefusal::ALL);
    match endpoint {
        Endpoint::Authorization => [all(AuthorizeRefusal::ALL), all(InteractionRefusal::ALL)].concat(),
        Endpoint::Token => request(),
        Endpoint::TokenByCode => [request(), all(CodeRefusal::ALL)].concat(),
        Endpoint::TokenByRefresh => [request(), all(RefreshRefusal::ALL)].concat(),
        Endpoint::TokenByClient => [request(), all(MachineRefusal::ALL)].concat(),
        Endpoint::TokenByDevice => [request(), all(DeviceCodeRefusal::ALL)].concat(),
        Endpoint::DeviceAuthorization => {
            [all(&[RequestRefusal::GrantTypeNotAllowed]), all(OF_A_DEVICE), all(TooOften::ALL)].concat()
        }
        Endpoint::Introspection => all(&[IntrospectRefusal::TokenMissing]),
        Endpoint::Revocation => all(&[RevokeRefusal::TokenMissing, RevokeRefusal::TokenOfAnotherClient]),
        Endpoint::Userinfo => all(UserinfoRefusal::ALL),
        Endpoint::Registration => [all(AccessRefusal::ALL), all(MetadataRefusal::ALL)].concat(),
        Endpoint::Management => {
            [all(PermissionDenied::ALL), all(OF_AN_APPLICATION), all(MetadataRefusal::ALL)].concat()
        }
    }
}

/// All exact reasons, with the sentence that the caller receives; for translations.
pub fn sentences() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_endpoints = Endpoint::ALL.into_iter().flat_map(refusals);
    let refusals = of_endpoints.chain(all(ClientRefusal::ALL)).map(|refusal| (refusal.reason(), refusal.public()));
    let inactive = Inactive::reasons().map(|reason| (reason, UserinfoRefusal::TokenInactive.public()));
    refusals.chain(inactive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::token;
    use std::collections::HashSet;

    /// Reasons that are recorded although the response is not an error, or one error for many reasons.
    fn unsaid(endpoint: Endpoint) -> Vec<&'static str> {
        match endpoint {
            Endpoint::Introspection => Inactive::reasons().chain(["token_of_another_client"]).collect(),
            Endpoint::Userinfo => Inactive::reasons().collect(),
            _ => Vec::new(),
        }
    }

    /// The number of checks with this reason.
    fn found(checks: &[&domain::diagnosis::Check], reason: &str) -> usize {
        checks.iter().filter(|check| check.reasons.contains(&reason)).count()
    }

    #[test]
    fn every_refusal_of_every_endpoint_is_in_one_check_and_has_advice() {
        for endpoint in Endpoint::ALL {
            let own: Vec<_> = endpoint.own_checks().collect();
            let reasons: Vec<_> = refusals(endpoint).iter().map(|refusal| refusal.reason()).collect();
            for reason in reasons.iter().copied().chain(unsaid(endpoint)).chain(["fault"]) {
                assert_eq!(found(&own, reason), 1, "{endpoint:?} {reason}");
                assert!(Advice::after(reason).is_some(), "{reason}");
            }
            // Every check has a reason that can occur.
            let known: HashSet<_> = reasons.into_iter().chain(unsaid(endpoint)).chain(["fault"]).collect();
            for reason in own.iter().flat_map(|check| check.reasons) {
                // Userinfo returns this reason; introspection does not.
                assert!(known.contains(reason) || *reason == "token_inactive", "{endpoint:?} {reason}");
            }
        }
        let checks: Vec<_> = Endpoint::Token.client_checks().iter().collect();
        for refusal in ClientRefusal::ALL {
            assert_eq!(found(&checks, refusal.reason()), 1, "{refusal}");
            assert!(Advice::after(refusal.reason()).is_some(), "{refusal}");
        }
        assert_eq!(checks.iter().flat_map(|check| check.reasons).count(), ClientRefusal::ALL.len());
    }

    #[test]
    fn the_checks_of_a_code_are_its_rules_in_their_order() {
        let rules: Vec<_> = token::code_checks().map(|name| format!("check-code-{}", name.replace('_', "-"))).collect();
        let checks: Vec<_> = Endpoint::TokenByCode.own_checks().map(|check| check.key).collect();
        let at = checks.iter().position(|key| *key == rules[0]).unwrap();
        assert_eq!(checks[at..at + rules.len()], rules);
    }
}
