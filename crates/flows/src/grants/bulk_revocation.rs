//! Revokes all access that users gave a client, everywhere or in one workspace, whatever their number. Access ends immediately;
//! rows are deleted, and events and audit log entries of workspaces written, in batches, so that other requests are not held up.
use crate::platform::audit_log::{self, AuditSubject};
use crate::platform::changes::OK;
use crate::platform::events;
use crate::platform::pace::{Pace, Turn};
use crate::{Ctx, Fault, Server};
use aws_lc_rs::digest::{SHA256, digest};
use domain::audit::AuditEvent;
use domain::events::{Change, EventKind};
use domain::grants::EndReason;
use domain::grants::consent::Consent;
use domain::{AuditId, ClientId, WorkspaceId};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::grants::bulk_revocation::{self, Revocation, RevocationExtent};
use store::{StoreError, Tx};

/// The number of rows of each kind that are removed in the same transaction as the revocation.
const AT_ONCE: i64 = 50;

/// The kind of the entry in each workspace's audit log.
const KIND: &str = Change::AllConsentsRevoked.as_str();

/// Revokes, in this transaction, all access to the client's users. Returns how many users it had.
pub(crate) async fn begin(
    tx: &mut Tx,
    context: &RevocationContext,
    client: &ClientId,
    reason: EndReason,
) -> Result<i64, StoreError> {
    let users = bulk_revocation::begin(tx, &revocation(context, client, None, reason)).await?;
    some(tx, context, (client, None), AT_ONCE).await?;
    Ok(users)
}

/// The number of consents and grants that ended. Each is counted only up to [`MOST_COUNTED`], because there may be very many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EndedCounts {
    pub consents: i64,
    pub grants: i64,
}

/// The limit of these counts (one thousand).
pub const MOST_COUNTED: i64 = store::COUNTED;

impl EndedCounts {
    /// Whether anything ended.
    pub const fn any(self) -> bool {
        self.consents > 0 || self.grants > 0
    }

    /// Adds the counts to an audit log entry.
    pub(crate) fn write(self, detail: &mut Value) {
        detail["consents"] = self.consents.into();
        detail["grants"] = self.grants.into();
        if self.consents >= MOST_COUNTED || self.grants >= MOST_COUNTED {
            detail["counted_to"] = MOST_COUNTED.into();
        }
    }
}

/// Revokes, in this transaction, all access that members of a workspace gave the clients there. Returns what ended. The caller
/// has locked the workspace, or changed the client.
pub(crate) async fn begin_in(
    tx: &mut Tx,
    context: &RevocationContext,
    workspace: WorkspaceId,
    clients: &[ClientId],
    reason: EndReason,
) -> Result<EndedCounts, StoreError> {
    let mut all = EndedCounts::default();
    for client in clients {
        let (consents, grants) =
            store::grants::workspace_apps::standing(tx, workspace, client, context.ctx.now).await?;
        let ended = EndedCounts { consents, grants };
        if ended.any() {
            bulk_revocation::begin(tx, &revocation(context, client, Some(workspace), reason)).await?;
            // The limit applies to all clients together, because a workspace may turn away very many.
            if all.consents < AT_ONCE && all.grants < AT_ONCE {
                some(tx, context, (client, Some(workspace)), AT_ONCE).await?;
            }
        }
        all.consents = MOST_COUNTED.min(all.consents + ended.consents);
        all.grants = MOST_COUNTED.min(all.grants + ended.grants);
    }
    Ok(all)
}

fn revocation(
    context: &RevocationContext,
    client: &ClientId,
    place: RevocationExtent,
    reason: EndReason,
) -> Revocation {
    let template = audit_log::entry(&context.ctx, KIND, OK, AuditSubject::client(client), json!({}));
    let AuditEvent { request_id, actor, credential, ip, .. } = template;
    let (at, client_id, workspace_id) = (context.ctx.now, client.clone(), place);
    Revocation { client_id, workspace_id, at, reason, request_id, actor, credential, ip, passed: None }
}

/// The context of the revocation, and which events webhooks subscribe to.
#[derive(Debug, Clone)]
pub(crate) struct RevocationContext {
    ctx: Ctx,
    consents: bool,
    grants: bool,
}

impl RevocationContext {
    pub(crate) fn new(app: &Server, ctx: &Ctx) -> Self {
        let wants = |kind| app.outbox().wants(kind);
        Self { ctx: ctx.clone(), consents: wants(EventKind::ConsentRevoked), grants: wants(EventKind::GrantEnded) }
    }
}

/// Removes at most `limit` remaining rows of each kind. Returns whether there may be more.
async fn some(
    tx: &mut Tx,
    context: &RevocationContext,
    (client, place): (&ClientId, RevocationExtent),
    limit: i64,
) -> Result<bool, StoreError> {
    let Some(revocation) = bulk_revocation::hold(tx, client, place).await? else { return Ok(false) };
    // Deleting the client has an event of its own.
    let speaks = revocation.reason != EndReason::ClientDeleted;
    let consents = bulk_revocation::remove_consents(tx, client, place, limit).await?;
    if speaks {
        // A revocation by a workspace is already in its audit log.
        if place.is_none() {
            record(tx, &revocation, &consents).await?;
        }
        if context.consents {
            events::append_all(tx, events::consents_revoked(&context.ctx, &consents)).await?;
        }
    }
    let (ended, more) = bulk_revocation::end_grants(tx, &revocation, limit).await?;
    let more = more || i64::try_from(consents.len()).is_ok_and(|removed| removed == limit);
    if speaks && context.grants {
        events::append_all(tx, events::grants_ended(&context.ctx, ended, revocation.reason)).await?;
    }
    if !more {
        bulk_revocation::done(tx, client, place).await?;
    }
    Ok(more)
}

/// Records once in each workspace's audit log that all access to the client was revoked. The workspace that owns the client has
/// an entry of its own.
async fn record(tx: &mut Tx, revocation: &Revocation, consents: &[Consent]) -> Result<(), StoreError> {
    let owner = store::clients::owner_workspace(tx, &revocation.client_id).await?;
    let places: BTreeSet<_> = consents.iter().filter_map(|consent| consent.workspace_id).collect();
    let others = places.into_iter().filter(|place| Some(*place) != owner);
    let entries: Vec<_> = others.map(|place| entry(revocation, place)).collect();
    store::audit::insert_missing(tx, &entries).await
}

/// The audit log entry, which is identical every time it is built for the same revocation.
fn entry(revocation: &Revocation, workspace: WorkspaceId) -> AuditEvent {
    let Revocation { client_id, at, request_id, actor, credential, ip, .. } = revocation;
    let of = digest(&SHA256, format!("{request_id} {} {client_id} {workspace}", at.seconds()).as_bytes());
    let mut random = [0; 10];
    random.copy_from_slice(&of.as_ref()[..10]);
    AuditEvent {
        id: AuditId::new(*at, random),
        at: *at,
        kind: KIND.to_owned(),
        outcome: OK.to_owned(),
        request_id: request_id.clone(),
        actor: actor.clone(),
        credential: credential.clone(),
        client_id: Some(client_id.clone()),
        user_id: None,
        workspace_id: Some(workspace),
        grant_id: None,
        ip: ip.clone(),
        detail: json!({}),
    }
}

/// Continues pending revocations, oldest first.
pub(crate) async fn go_on(app: &Server, ctx: &Ctx, turn: Turn) -> Result<(), Fault> {
    let mut pace = Pace::default();
    while !turn.is_over() {
        let oldest = {
            let mut tx = app.store().read().await?;
            bulk_revocation::oldest(&mut tx).await?
        };
        let Some(Revocation { client_id, workspace_id, .. }) = oldest else { return Ok(()) };
        let context = RevocationContext::new(app, ctx);
        let batch = pace.batch(app.store(), move |tx, rows| {
            Box::pin(async move { some(tx, &context, (&client_id, workspace_id), rows).await })
        });
        batch.await?;
    }
    Ok(())
}
