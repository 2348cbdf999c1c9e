//! Taking back at once what anybody allowed a client, however many they are. From the moment on nothing of it counts; the rows
//! that say so, the events and the entries in the logs of workspaces follow some at a time, so that other requests go on.
use crate::recorder::{self, About};
use crate::{App, Ctx, Fault, events};
use aws_lc_rs::digest::{SHA256, digest};
use domain::audit::AuditEvent;
use domain::events::EventKind;
use domain::oauth::consent::Consent;
use domain::oauth::grant::EndReason;
use domain::{AuditId, ClientId, WorkspaceId};
use serde_json::json;
use std::collections::BTreeSet;
use store::revocations::{self, Revocation};
use store::{StoreError, Tx};

/// Rows of each kind that one write removes at most. The first write removes as many together with what took them back.
const BATCH: i64 = 500;

/// Writes of one run at most; what is left waits for the next second.
const BATCHES: usize = 20;

/// The kind of entry that the log of each workspace gets.
pub(crate) const KIND: &str = "consent.revoked_all";

/// Takes back, in this transaction, what anybody allowed the client; answers how many users it had.
pub(crate) async fn begin(tx: &mut Tx, told: &Told, client: &ClientId, reason: EndReason) -> Result<i64, StoreError> {
    let template = recorder::entry(&told.ctx, KIND, "ok", About::client(client), json!({}), [0; 10]);
    let AuditEvent { request_id, actor, credential, ip, .. } = template;
    let (at, client_id) = (told.ctx.now, client.clone());
    let revocation = Revocation { client_id, at, reason, request_id, actor, credential, ip, passed: None };
    let users = revocations::begin(tx, &revocation).await?;
    some(tx, told, client).await?;
    Ok(users)
}

/// The request or job, and which events anybody asks for.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    ctx: Ctx,
    consents: bool,
    grants: bool,
}

impl Told {
    pub(crate) fn new(app: &App, ctx: &Ctx) -> Self {
        let wants = |kind| app.outbox().wants(kind);
        Self { ctx: ctx.clone(), consents: wants(EventKind::ConsentRevoked), grants: wants(EventKind::GrantEnded) }
    }
}

/// Removes some of the rows that are left of a client; answers whether there may be more.
async fn some(tx: &mut Tx, told: &Told, client: &ClientId) -> Result<bool, StoreError> {
    let Some(revocation) = revocations::hold(tx, client).await? else { return Ok(false) };
    // That the client was deleted says all.
    let speaks = revocation.reason != EndReason::ClientDeleted;
    let consents = revocations::remove_consents(tx, client, BATCH).await?;
    if speaks {
        record(tx, &revocation, &consents).await?;
        if told.consents {
            events::append_all(tx, events::consents_revoked(&told.ctx, &consents)).await?;
        }
    }
    let (ended, more) = revocations::end_grants(tx, &revocation, BATCH).await?;
    let more = more || i64::try_from(consents.len()).is_ok_and(|removed| removed == BATCH);
    if speaks && told.grants {
        events::append_all(tx, events::grants_ended(&told.ctx, ended, revocation.reason)).await?;
    }
    if !more {
        revocations::done(tx, client).await?;
    }
    Ok(more)
}

/// Records, once in the log of each workspace, that nobody there allows the client anything any more. The workspace that owns
/// the client has an entry of its own.
async fn record(tx: &mut Tx, revocation: &Revocation, consents: &[Consent]) -> Result<(), StoreError> {
    let owner = store::clients::by_id(tx, &revocation.client_id, revocation.at).await?;
    let owner = owner.and_then(|client| client.owner_workspace_id);
    let places: BTreeSet<_> = consents.iter().filter_map(|consent| consent.workspace_id).collect();
    let others = places.into_iter().filter(|place| Some(*place) != owner);
    let entries: Vec<_> = others.map(|place| entry(revocation, place)).collect();
    store::audit::insert_missing(tx, &entries).await
}

/// The same each time that it is made.
fn entry(revocation: &Revocation, workspace: WorkspaceId) -> AuditEvent {
    let Revocation { client_id, at, request_id, actor, credential, ip, .. } = revocation;
    let of = digest(&SHA256, format!("{request_id} {} {client_id} {workspace}", at.seconds()).as_bytes());
    let mut random = [0; 10];
    random.copy_from_slice(&of.as_ref()[..10]);
    AuditEvent {
        id: AuditId::new(*at, random),
        at: *at,
        kind: KIND.to_owned(),
        outcome: "ok".to_owned(),
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

/// Goes on with what is left of all clients, the one that waits for longest first.
pub(crate) async fn go_on(app: &App, ctx: &Ctx) -> Result<(), Fault> {
    for _ in 0..BATCHES {
        let oldest = {
            let mut tx = app.store().read().await?;
            revocations::oldest(&mut tx).await?
        };
        let Some(Revocation { client_id, .. }) = oldest else { return Ok(()) };
        let told = Told::new(app, ctx);
        let work = app.store().write(move |tx| Box::pin(async move { some(tx, &told, &client_id).await }));
        work.await.map_err(|error: StoreError| Fault::from(error))?;
    }
    Ok(())
}
