//! Webhooks and the audit log.
use utoipa::{IntoParams, ToSchema};

/// Whose they are.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OwnerQuery {
    /// `workspace`, which it is unless something else is said, or `operator`: the whole server's.
    #[param(nullable = false, inline)]
    owner: Option<Owner>,
}

/// Whose something is.
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    Workspace,
    Operator,
}

/// Which deliveries.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveriesQuery {
    #[param(nullable = false, inline)]
    state: Option<State>,
    /// What `next` of the page before said.
    #[param(nullable = false)]
    before: Option<String>,
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// What became of a message.
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Pending,
    Delivered,
    Dead,
}

/// Which events of the audit log.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    #[param(nullable = false, inline)]
    owner: Option<Owner>,
    #[param(nullable = false)]
    client_id: Option<String>,
    #[param(nullable = false)]
    user_id: Option<String>,
    #[param(nullable = false)]
    workspace_id: Option<String>,
    #[param(nullable = false)]
    actor: Option<String>,
    /// The id of a session, personal access token or API key, or the client id of an access token.
    #[param(nullable = false)]
    credential: Option<String>,
    #[param(nullable = false)]
    request_id: Option<String>,
    /// Such as `client.created`, or the beginning of several.
    #[param(nullable = false)]
    kind: Option<String>,
    #[param(nullable = false, inline)]
    outcome: Option<OutcomeOf>,
    /// A date, or RFC 3339: the first moment.
    #[param(nullable = false)]
    from: Option<String>,
    /// A date, or RFC 3339: the first moment that is too late.
    #[param(nullable = false)]
    to: Option<String>,
}

/// How something went.
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeOf {
    Ok,
    Refused,
}

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditPageQuery {
    /// What `next` of the page before said.
    #[param(nullable = false)]
    before: Option<String>,
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// One line of the audit log.
#[derive(ToSchema)]
pub struct AuditEvent {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    kind: String,
    /// `ok`, or the exact reason of a refusal.
    outcome: String,
    request_id: String,
    /// The holder of the credential: a user, workspace, client or key id, or `anonymous`, `system`, `command line`.
    actor: String,
    /// What they acted with: a session (`ses_…`), a personal access token (`pat_…`), an API key (`key_…`), or the client id
    /// of an access token.
    #[schema(required = true)]
    credential: Option<String>,
    #[schema(required = true)]
    client_id: Option<String>,
    #[schema(required = true)]
    user_id: Option<String>,
    #[schema(required = true)]
    workspace_id: Option<String>,
    #[schema(required = true)]
    grant_id: Option<String>,
    #[schema(required = true)]
    ip: Option<String>,
    /// Whatever else there is to say.
    detail: serde_json::Value,
}

/// A page of the audit log, the newest first.
#[derive(ToSchema)]
pub struct AuditEvents {
    items: Vec<AuditEvent>,
    /// For `before`, where there may be more: also after a page that is not full, when few of many events fit.
    #[schema(required = true)]
    next: Option<String>,
}
