//! Webhook events. An event is stored by the transaction that causes it; the few without one (a token that is issued without a
//! write, a failed sign-in) wait here and are written in batches.
use crate::{Ctx, Fault};
use domain::clients::Client;
use domain::events::{Event, EventData, EventKind};
use domain::grants::consent::Consent;
use domain::grants::{EndReason, Grant};
use domain::webhooks::EventSelection;
use domain::{ClientId, EventId, UserId, WorkspaceId};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use store::grants::EndedGrant;
use store::{Store, StoreError, Tx};

/// An event that happens now.
pub fn event(ctx: &Ctx, data: EventData) -> Event {
    Event { id: EventId::new(ctx.now, ctx.random()), at: ctx.now, data }
}

pub fn client_created(client: &Client) -> EventData {
    EventData::ClientCreated {
        client_id: client.id.clone(),
        name: client.name.clone(),
        client_type: client.client_type,
        owner_workspace_id: client.owner_workspace_id,
        owner_user_id: client.owner_user_id,
    }
}

pub fn client_updated(client: &Client) -> EventData {
    EventData::ClientUpdated {
        client_id: client.id.clone(),
        name: client.name.clone(),
        client_type: client.client_type,
        owner_workspace_id: client.owner_workspace_id,
        owner_user_id: client.owner_user_id,
    }
}

pub fn client_deleted(client: &Client) -> EventData {
    EventData::ClientDeleted {
        client_id: client.id.clone(),
        owner_workspace_id: client.owner_workspace_id,
        owner_user_id: client.owner_user_id,
    }
}

/// `overlap`: the number of seconds that the previous secrets stay valid.
pub fn client_secret_rotated(client: &Client, overlap: i64) -> EventData {
    EventData::ClientSecretRotated {
        client_id: client.id.clone(),
        overlap,
        owner_workspace_id: client.owner_workspace_id,
        owner_user_id: client.owner_user_id,
    }
}

pub fn consent_revoked(user: UserId, client: &ClientId, workspace: Option<WorkspaceId>) -> EventData {
    EventData::ConsentRevoked { client_id: client.clone(), user_id: user, workspace_id: workspace }
}

pub fn grant_ended(grant: &Grant, reason: EndReason) -> EventData {
    EventData::GrantEnded {
        client_id: grant.client_id.clone(),
        grant_id: grant.id,
        user_id: grant.authorization.user_id,
        workspace_id: grant.access().workspace_id,
        reason,
    }
}

/// Events for grants that ended together, ready for [`store::webhooks::events::append`].
pub fn grants_ended(ctx: &Ctx, ended: Vec<EndedGrant>, reason: EndReason) -> Vec<Event> {
    let one = |EndedGrant { id, client_id, user_id, workspace_id }| {
        event(ctx, EventData::GrantEnded { client_id, grant_id: id, user_id, workspace_id, reason })
    };
    ended.into_iter().map(one).collect()
}

/// Events for consents that were revoked together.
pub fn consents_revoked(ctx: &Ctx, consents: &[Consent]) -> Vec<Event> {
    let one =
        |consent: &Consent| event(ctx, consent_revoked(consent.user_id, &consent.client_id, consent.workspace_id));
    consents.iter().map(one).collect()
}

/// Stores any number of events, in the transaction that causes them.
pub async fn append_all(tx: &mut Tx, events: Vec<Event>) -> Result<(), StoreError> {
    for batch in events.chunks(BATCH) {
        store::webhooks::events::append(tx, batch).await?;
    }
    Ok(())
}

/// Events waiting for the next batch, and the kinds that webhooks subscribe to.
#[derive(Debug, Default)]
pub struct EventQueue {
    waiting: Mutex<Vec<Event>>,
    /// One bit per kind, as of the last look at the webhooks, so that issuing a token costs nothing if no webhook wants the
    /// event.
    wanted: AtomicU64,
}

/// If the database stays unavailable, newer events beyond this are dropped.
const MOST_WAITING: usize = 50_000;

/// The maximum number of events in one write.
const BATCH: usize = 500;

const _: () = assert!(EventKind::ALL.len() <= 64, "a bit a kind");

const fn bit(kind: EventKind) -> u64 {
    1 << kind as u64
}

impl EventQueue {
    /// The number of pending events.
    pub fn waiting(&self) -> usize {
        self.waiting.lock().len()
    }

    /// Whether any webhook subscribed to this kind when last looked.
    pub fn wants(&self, kind: EventKind) -> bool {
        self.wanted.load(Ordering::Relaxed) & bit(kind) != 0
    }

    /// Reloads which kinds webhooks subscribe to.
    pub async fn look(&self, store: &Store) -> Result<(), Fault> {
        let asked = {
            let mut tx = store.read().await?;
            store::webhooks::asked_by_any(&mut tx).await?
        };
        let includes = |kind: &EventKind| asked.iter().any(|asked: &EventSelection| asked.includes(*kind));
        let wanted = EventKind::ALL.iter().copied().filter(includes).map(bit).fold(0, |all, one| all | one);
        self.wanted.store(wanted, Ordering::Relaxed);
        Ok(())
    }

    /// Adds an event to the next batch if a webhook subscribes to its kind.
    pub fn note(&self, ctx: &Ctx, kind: EventKind, data: impl FnOnce() -> EventData) {
        if self.wants(kind) {
            let mut waiting = self.waiting.lock();
            if waiting.len() < MOST_WAITING {
                waiting.push(event(ctx, data()));
            }
        }
    }

    /// Writes pending events. Those that cannot be written stay pending.
    pub async fn flush(&self, store: &Store) -> Result<(), Fault> {
        let mut events = std::mem::take(&mut *self.waiting.lock());
        while !events.is_empty() {
            let rest = events.split_off(events.len().min(BATCH));
            let batch = events;
            let kept = batch.clone();
            let written =
                store.write(move |tx| Box::pin(async move { store::webhooks::events::append(tx, &batch).await })).await;
            if let Err(error) = written {
                let mut waiting = self.waiting.lock();
                waiting.splice(0..0, kept.into_iter().chain(rest));
                waiting.truncate(MOST_WAITING);
                return Err(Fault::Store(error));
            }
            events = rest;
        }
        Ok(())
    }
}
