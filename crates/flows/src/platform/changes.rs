//! Records a change of state in the transaction that makes it: an entry in the audit log, the webhook events, and a line in the
//! log once it is committed. So no acknowledged change is lost, and nothing is reported that did not happen.
use crate::Ctx;
use crate::platform::audit_log::{self, AuditSubject, Recorder};
use crate::platform::events;
use domain::events::{Change, Event};
use domain::grants::EndReason;
use serde_json::{Value, json};
use store::{StoreError, Tx};

/// The outcome of changes.
pub(crate) const OK: &str = "ok";

/// A change of state to be recorded.
#[derive(Debug)]
pub(crate) struct ChangeRecord {
    change: Change,
    outcome: &'static str,
    about: AuditSubject,
    detail: Value,
    events: Vec<Event>,
}

impl ChangeRecord {
    pub fn of(change: Change, about: AuditSubject) -> Self {
        Self { change, outcome: OK, about, detail: json!({}), events: Vec::new() }
    }

    /// The end of a grant by the server, with the reason as the outcome.
    pub fn ended(about: AuditSubject, why: EndReason) -> Self {
        Self { outcome: why.as_str(), ..Self::of(Change::GrantEnded, about) }
    }

    /// Sets this reason as the outcome, for a change that was not requested.
    pub fn because(self, why: &'static str) -> Self {
        Self { outcome: why, ..self }
    }

    /// Adds further facts; never a secret.
    pub fn with(self, detail: Value) -> Self {
        Self { detail, ..self }
    }

    /// The webhook events of this change, in this order.
    pub fn events(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        self.events.extend(events);
        debug_assert!(self.events.iter().all(|event| self.change.events().contains(&event.kind())), "{self:?}");
        self
    }
}

/// Records a change in the transaction that makes it, as its last step, after everything that could refuse it. Fails if the
/// change gives access and the credential of the request ended in the meantime.
pub(crate) async fn within(tx: &mut Tx, ctx: &Ctx, record: ChangeRecord) -> Result<(), StoreError> {
    all(tx, ctx, vec![record]).await
}

/// The maximum number of entries in one insert.
const ENTRIES: usize = 500;

/// Records several changes of one transaction.
pub(crate) async fn all(tx: &mut Tx, ctx: &Ctx, all: Vec<ChangeRecord>) -> Result<(), StoreError> {
    let mut webhook_events = Vec::new();
    let mut entries = Vec::with_capacity(all.len());
    // A change that gives access needs a credential that is valid now, not only when the request began: see
    // `Change::gives_access`.
    if let Some(credential) = &ctx.facts.credential
        && all.iter().any(|record| record.change.gives_access())
        && !store::access::bearers::hold(tx, credential, ctx.now).await?
    {
        return Err(StoreError::Ended);
    }
    for ChangeRecord { change, outcome, about, detail, events } in all {
        webhook_events.extend(events);
        entries.push(audit_log::entry(ctx, change.as_str(), outcome, about, detail));
    }
    for entries in entries.chunks(ENTRIES) {
        store::audit::insert_many(tx, entries).await?;
    }
    events::append_all(tx, webhook_events).await?;
    tx.once_committed(move || entries.iter().for_each(Recorder::log));
    Ok(())
}
