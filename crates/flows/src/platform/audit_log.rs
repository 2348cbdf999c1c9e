//! The audit log of events that change nothing: refusals, and uses of tokens. They go to the log immediately and to the database
//! in batches; a process that is killed loses those of one second. Changes are recorded by `platform::changes`.
use crate::platform::context::ANONYMOUS;
use crate::{Ctx, Fault};
use domain::audit::AuditEvent;
use domain::clients::Client;
use domain::{AuditId, ClientId, GrantId, UserId, WorkspaceId};
use parking_lot::Mutex;
use serde_json::Value;
use std::sync::atomic::{AtomicU32, Ordering};
use store::Store;

/// Events waiting for the next batch. If the database stays unavailable, the oldest are dropped, but they are in the log.
#[derive(Debug, Default)]
pub struct Recorder {
    waiting: Mutex<Vec<AuditEvent>>,
    /// Held while a batch is written: once it is free, everything before it is stored.
    writing: tokio::sync::Mutex<()>,
}

/// Orders events of the same second.
static COUNT: AtomicU32 = AtomicU32::new(0);

const MOST_WAITING: usize = 10_000;

/// The subject of an event.
#[derive(Debug, Clone, Default)]
pub struct AuditSubject {
    pub client: Option<ClientId>,
    pub user: Option<UserId>,
    pub workspace: Option<WorkspaceId>,
    pub grant: Option<GrantId>,
}

impl AuditSubject {
    pub fn client(id: &ClientId) -> Self {
        Self { client: Some(id.clone()), ..Self::default() }
    }
    /// A client, with the workspace that owns it, whose admins see the event.
    pub fn owned(client: &Client) -> Self {
        Self::client(&client.id).and_workspace(client.owner_workspace_id)
    }
    pub fn user(id: UserId) -> Self {
        Self { user: Some(id), ..Self::default() }
    }
    #[must_use]
    pub fn and_user(self, id: UserId) -> Self {
        Self { user: Some(id), ..self }
    }
    #[must_use]
    pub fn and_workspace(self, id: Option<WorkspaceId>) -> Self {
        Self { workspace: id, ..self }
    }
    #[must_use]
    pub fn and_grant(self, id: GrantId) -> Self {
        Self { grant: Some(id), ..self }
    }
}

/// The actor: the holder of the credential, or the subject of the event if there was none.
fn actor(ctx: &Ctx, about: &AuditSubject) -> String {
    match (&ctx.facts.actor, about.user, &about.client) {
        (Some(actor), ..) => actor.clone(),
        (None, Some(user), _) => user.to_string(),
        (None, None, Some(client)) => client.to_string(),
        (None, None, None) => ANONYMOUS.to_owned(),
    }
}

/// Builds an audit log entry.
pub(crate) fn entry(ctx: &Ctx, kind: &str, outcome: &str, about: AuditSubject, detail: Value) -> AuditEvent {
    let mut random: [u8; 10] = ctx.random();
    random[..4].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    AuditEvent {
        id: AuditId::new(ctx.now, random),
        at: ctx.now,
        kind: kind.to_owned(),
        outcome: outcome.to_owned(),
        request_id: ctx.facts.request_id.clone(),
        actor: actor(ctx, &about),
        credential: ctx.facts.credential.as_ref().map(ToString::to_string),
        client_id: about.client,
        user_id: about.user,
        workspace_id: about.workspace,
        grant_id: about.grant,
        ip: Some(ctx.facts.ip.clone()).filter(|ip| !ip.is_empty()),
        detail,
    }
}

impl Recorder {
    /// Writes an event to the log only.
    pub(crate) fn log(event: &AuditEvent) {
        let AuditEvent { kind, outcome, actor, request_id, user_id, grant_id, .. } = event;
        let client = event.client_id.as_ref().map(ClientId::as_str).unwrap_or_default();
        let credential = event.credential.as_deref().unwrap_or_default();
        let user = user_id.map(|id| id.to_string()).unwrap_or_default();
        let grant = grant_id.map(|id| id.to_string()).unwrap_or_default();
        if outcome == "ok" {
            tracing::info!(kind, outcome, actor, credential, client, user, grant, request_id, "event");
        } else {
            tracing::warn!(kind, outcome, actor, credential, client, user, grant, request_id, "refused");
        }
    }

    /// Adds an event to the next batch.
    pub(crate) fn keep(&self, event: AuditEvent) {
        debug_assert_ne!(event.outcome, "ok", "a change is recorded in its transaction");
        let mut waiting = self.waiting.lock();
        if waiting.len() < MOST_WAITING {
            waiting.push(event);
        }
    }

    /// The number of pending events.
    pub fn waiting(&self) -> usize {
        self.waiting.lock().len()
    }

    /// Writes pending events. Those that cannot be written stay pending.
    pub async fn flush(&self, store: &Store) -> Result<(), Fault> {
        let _writing = self.writing.lock().await;
        let events = std::mem::take(&mut *self.waiting.lock());
        if events.is_empty() {
            return Ok(());
        }
        let kept = events.clone();
        let written =
            store.write(move |tx| Box::pin(async move { store::audit::insert_many(tx, &events).await })).await;
        if let Err(error) = written {
            let mut waiting = self.waiting.lock();
            if waiting.len() + kept.len() <= MOST_WAITING {
                waiting.splice(0..0, kept);
            }
            return Err(Fault::Store(error));
        }
        Ok(())
    }
}
