//! Telling of a change of state, in the transaction that makes it: one entry in the audit log, the events of the webhooks
//! that ask for them, and a line in the log once it is committed. Nothing that was acknowledged is lost, and nothing is
//! told that did not happen.
use crate::Ctx;
use crate::platform::audit_log::{self, AuditSubject, Recorder};
use crate::platform::events;
use domain::events::{Change, Event};
use domain::grants::EndReason;
use serde_json::{Value, json};
use store::{StoreError, Tx};

/// The outcome of what was done.
pub(crate) const OK: &str = "ok";

/// A change of state as it is told.
#[derive(Debug)]
pub(crate) struct Told {
    change: Change,
    outcome: &'static str,
    about: AuditSubject,
    detail: Value,
    events: Vec<Event>,
}

impl Told {
    pub fn of(change: Change, about: AuditSubject) -> Self {
        Self { change, outcome: OK, about, detail: json!({}), events: Vec::new() }
    }

    /// A grant that ended by itself, and why.
    pub fn ended(about: AuditSubject, why: EndReason) -> Self {
        Self { outcome: why.as_str(), ..Self::of(Change::GrantEnded, about) }
    }

    /// Something that was done because of this, and not as somebody wished.
    pub fn because(self, why: &'static str) -> Self {
        Self { outcome: why, ..self }
    }

    /// The same with further facts; never a secret.
    pub fn with(self, detail: Value) -> Self {
        Self { detail, ..self }
    }

    /// What webhooks are told of with it, in this order.
    pub fn events(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        self.events.extend(events);
        debug_assert!(self.events.iter().all(|event| self.change.events().contains(&event.kind())), "{self:?}");
        self
    }
}

/// Tells of a change, in the transaction that makes it: its last step, behind all that could still refuse it. It refuses itself
/// where the change gives access and the credential of the request ended meanwhile.
pub(crate) async fn within(tx: &mut Tx, ctx: &Ctx, told: Told) -> Result<(), StoreError> {
    all(tx, ctx, vec![told]).await
}

/// Entries that are written at once.
const ENTRIES: usize = 500;

/// Tells of changes that are made together.
pub(crate) async fn all(tx: &mut Tx, ctx: &Ctx, all: Vec<Told>) -> Result<(), StoreError> {
    let mut told = Vec::new();
    let mut entries = Vec::with_capacity(all.len());
    // What gives access is given by a credential that is good now, and not only when the request began: see
    // `Change::gives_access`.
    if let Some(credential) = &ctx.facts.credential
        && all.iter().any(|told| told.change.gives_access())
        && !store::access::bearers::hold(tx, credential, ctx.now).await?
    {
        return Err(StoreError::Ended);
    }
    for Told { change, outcome, about, detail, events } in all {
        told.extend(events);
        entries.push(audit_log::entry(ctx, change.as_str(), outcome, about, detail));
    }
    for entries in entries.chunks(ENTRIES) {
        store::audit::insert_many(tx, entries).await?;
    }
    events::append_all(tx, told).await?;
    tx.once_committed(move || entries.iter().for_each(Recorder::log));
    Ok(())
}
