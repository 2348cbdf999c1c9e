//! Explains why a client's requests failed, from the audit log: which checks passed, which one failed, and what to change.
use crate::clients::ownership;
use crate::platform::management_error::ManagementError;
use crate::{Ctx, Failure, Server, audit};
use domain::access::{Operation, Principal};
use domain::audit::AuditEvent;
use domain::clients::{AuthMethod, Client};
use domain::diagnosis::{AUTHENTICATION, Advice, CheckResult, Checked, Endpoint};
use domain::platform::refusal::ErrorCode;
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
    endpoint.answered(authentication, reason).map(|row| (row.code, row.public))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::token;

    #[test]
    fn the_checks_of_a_code_are_its_rules_in_their_order() {
        let rules: Vec<_> = token::code_checks().map(|name| format!("check-code-{}", name.replace('_', "-"))).collect();
        let checks: Vec<_> = Endpoint::TokenByCode.own_checks().map(|check| check.key).collect();
        let at = checks.iter().position(|key| *key == rules[0]).unwrap();
        assert_eq!(checks[at..at + rules.len()], rules);
    }
}
