//! The audit log: who did what, from where, and with what exact outcome.
use crate::{AuditId, ClientId, GrantId, Timestamp, UserId, WorkspaceId};

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvent {
    pub id: AuditId,
    pub at: Timestamp,
    /// What was attempted, such as `token.authorization_code`.
    pub kind: String,
    /// `ok`, or the exact reason of the refusal, such as `code_replayed`. Never shown to the caller.
    pub outcome: String,
    pub request_id: String,
    /// Who acted: a user, client or key id, or `anonymous`, `system`.
    pub actor: String,
    pub client_id: Option<ClientId>,
    pub user_id: Option<UserId>,
    pub workspace_id: Option<WorkspaceId>,
    pub grant_id: Option<GrantId>,
    pub ip: Option<String>,
    /// A JSON object of further facts; never a secret.
    pub detail: serde_json::Value,
}
