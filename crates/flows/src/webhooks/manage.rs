//! Webhooks as their owners manage them. Every function takes the authorized owner, and accesses only that owner's webhooks.
use crate::access::extent::Extent;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::platform::failure::refuse;
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::idempotency::stored_response::{Keep, KeptResponse};
use crate::platform::keys::webhook_name;
use crate::platform::management_error::ManagementError;
use crate::platform::refused::refused;
use crate::{Ctx, Failure, Fault, Server};
use domain::access::{Operation, Principal};
use domain::events::{Change as Changed, EventData};
use domain::platform::outbound::Target;
use domain::webhooks::{Delivery, DeliveryState, EventSelection, Webhook, WebhookOwner, new_secret};
use domain::{EventId, Secret, Timestamp, WebhookId};
use store::webhooks::deliveries::Filter;
use store::{Page, Paged, StoreError, Tx};

use WebhookRefusal as R;
pub use domain::webhooks::WebhookRefusal;

/// The owner whose webhooks the caller may read.
#[derive(Debug, Clone, Copy)]
pub struct MayRead(pub(crate) WebhookOwner);

/// The owner whose webhooks the caller may change.
#[derive(Debug, Clone, Copy)]
pub struct MayChange(pub(crate) WebhookOwner);

impl MayRead {
    pub const fn owner(self) -> WebhookOwner {
        self.0
    }
}

impl MayChange {
    pub const fn owner(self) -> WebhookOwner {
        self.0
    }
}

impl From<MayChange> for MayRead {
    fn from(may: MayChange) -> Self {
        Self(may.0)
    }
}

fn gate(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    scope: Extent,
    (within, everywhere): (Operation, Operation),
) -> Result<WebhookOwner, Failure<ManagementError>> {
    let owner = match scope {
        Extent::Workspace => principal.workspace_for(within).map(WebhookOwner::Workspace),
        Extent::Server => principal.may(everywhere).map(|()| WebhookOwner::Operator),
    };
    owner.map_err(|denied| refused(app, ctx, "webhook.management", AuditSubject::default(), denied))
}

pub fn may_read(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    scope: Extent,
) -> Result<MayRead, Failure<ManagementError>> {
    gate(app, ctx, principal, scope, (Operation::ReadWebhooks, Operation::ReadAllWebhooks)).map(MayRead)
}

pub fn may_change(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    scope: Extent,
) -> Result<MayChange, Failure<ManagementError>> {
    gate(app, ctx, principal, scope, (Operation::WriteWebhooks, Operation::WriteAllWebhooks)).map(MayChange)
}

/// The maximum number of webhooks of one owner.
const MOST: i64 = 50;

/// The maximum time, in seconds, that both secrets sign.
const MOST_OVERLAP: i64 = 7 * 24 * 3600;

/// The properties of a new webhook.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    pub url: String,
    pub description: String,
    /// Names of event kinds in the catalogue, or `*`.
    pub events: Vec<String>,
}

/// A change to a webhook. Absent fields stay as they are.
#[derive(Debug, Clone, Default)]
pub struct WebhookPatch {
    pub url: Option<String>,
    pub description: Option<String>,
    pub events: Option<Vec<String>>,
    pub disabled: Option<bool>,
}

fn checked_url(app: &Server, url: &str) -> Result<String, R> {
    Ok(Target::parse(url, app.outbound().reach())?.url.into())
}

fn checked_description(text: &str) -> Result<String, R> {
    let text = text.trim();
    let fits = text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(R::Description) }
}

fn checked_events(owner: WebhookOwner, names: &[String]) -> Result<EventSelection, R> {
    match EventSelection::parse(names.iter().map(String::as_str)).map_err(|_| R::Events)? {
        EventSelection::Kinds(kinds) if !kinds.iter().all(|kind| owner.may_ask_for(*kind)) => Err(R::EventElsewhere),
        asked => Ok(asked),
    }
}

async fn record_change(
    tx: &mut Tx,
    ctx: &Ctx,
    change: Changed,
    owner: WebhookOwner,
    id: WebhookId,
) -> Result<(), StoreError> {
    let about = AuditSubject::default().and_workspace(owner.workspace());
    changes::within(tx, ctx, ChangeRecord::of(change, about).with(serde_json::json!({"webhook_id": id}))).await
}

/// Creates a webhook; its secret is shown only once.
pub async fn create(
    app: &Server,
    ctx: &Ctx,
    whose: MayChange,
    new: &NewWebhook,
) -> Result<(Webhook, Secret), Failure<R>> {
    create_and(app, ctx, whose, new, Plain).await
}

/// Like [`create`], but stores the response under the idempotency key in the same transaction.
pub async fn create_kept(
    app: &Server,
    ctx: &Ctx,
    whose: MayChange,
    new: &NewWebhook,
    keep: Keep<(Webhook, Secret)>,
) -> Result<KeptResponse, Failure<R>> {
    create_and(app, ctx, whose, new, keep).await
}

async fn create_and<L: Last<(Webhook, Secret)>>(
    app: &Server,
    ctx: &Ctx,
    MayChange(owner): MayChange,
    new: &NewWebhook,
    last: L,
) -> Result<L::Out, Failure<R>> {
    let id = WebhookId::new(ctx.now, ctx.random());
    let secret = new_secret(&ctx.random());
    let webhook = Webhook {
        id,
        owner,
        url: checked_url(app, &new.url).map_err(Failure::Refused)?,
        description: checked_description(&new.description).map_err(Failure::Refused)?,
        asked: checked_events(owner, &new.events).map_err(Failure::Refused)?,
        sealed_secret: app.master().seal(&webhook_name(id), secret.expose().as_bytes(), ctx)?,
        previous: None,
        revision: 0,
        created_at: ctx.now,
        updated_at: ctx.now,
        disabled_at: None,
    };
    let (of, generation) = (ctx.clone(), app.master().generation());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            store::platform::master::hold(tx, generation).await?;
            if !store::webhooks::insert_within(tx, &webhook, MOST).await? {
                return refuse(R::TooMany);
            }
            record_change(tx, &of, Changed::WebhookCreated, owner, id).await?;
            Ok(last.within(tx, (webhook, secret)).await?)
        })
    });
    let made = work.await?;
    app.look_at_webhooks().await?;
    Ok(made)
}

pub async fn list(app: &Server, of: impl Into<MayRead>, page: Page) -> Result<Paged<Webhook>, Fault> {
    let MayRead(owner) = of.into();
    let mut tx = app.store().read().await?;
    Ok(store::webhooks::list(&mut tx, owner, page).await?)
}

pub async fn read(app: &Server, of: impl Into<MayRead>, id: WebhookId) -> Result<Webhook, Failure<R>> {
    let MayRead(owner) = of.into();
    let mut tx = app.store().read().await?;
    store::webhooks::by_id(&mut tx, id, owner).await?.ok_or(Failure::Refused(R::Unknown))
}

/// The reason why nothing was changed.
async fn unchanged(tx: &mut Tx, owner: WebhookOwner, id: WebhookId) -> Failure<R> {
    match store::webhooks::by_id(tx, id, owner).await {
        Ok(Some(_)) => Failure::Refused(R::Changed),
        Ok(None) => Failure::Refused(R::Unknown),
        Err(error) => error.into(),
    }
}

/// Changes a webhook. When it is enabled again, pending events are sent. `expected`, here and below, is the revision that the
/// caller read, if they sent one (RFC 9110 §13.1.1).
pub async fn update(
    app: &Server,
    ctx: &Ctx,
    MayChange(owner): MayChange,
    id: WebhookId,
    expected: Option<i64>,
    change: &WebhookPatch,
) -> Result<Webhook, Failure<R>> {
    let url = change.url.as_deref().map(|url| checked_url(app, url)).transpose().map_err(Failure::Refused)?;
    let description = change.description.as_deref().map(checked_description).transpose().map_err(Failure::Refused)?;
    let asked =
        change.events.as_deref().map(|names| checked_events(owner, names)).transpose().map_err(Failure::Refused)?;
    let (disabled, now, of) = (change.disabled, ctx.now, ctx.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let Some(mut webhook) = store::webhooks::by_id(tx, id, owner).await? else { return refuse(R::Unknown) };
            if expected.is_some_and(|revision| revision != webhook.revision) {
                return refuse(R::Changed);
            }
            webhook.url = url.unwrap_or(webhook.url);
            webhook.description = description.unwrap_or(webhook.description);
            webhook.asked = asked.unwrap_or(webhook.asked);
            webhook.updated_at = now;
            webhook.disabled_at = match disabled {
                Some(true) => webhook.disabled_at.or(Some(now)),
                Some(false) => None,
                None => webhook.disabled_at,
            };
            if !store::webhooks::update(tx, &webhook).await? {
                return refuse(R::Changed);
            }
            record_change(tx, &of, Changed::WebhookUpdated, owner, id).await?;
            Ok(Webhook { revision: webhook.revision + 1, ..webhook })
        })
    });
    let webhook = work.await?;
    app.look_at_webhooks().await?;
    Ok(webhook)
}

/// Deletes a webhook with its deliveries.
pub async fn delete(
    app: &Server,
    ctx: &Ctx,
    MayChange(owner): MayChange,
    id: WebhookId,
    expected: Option<i64>,
) -> Result<(), Failure<R>> {
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if !store::webhooks::delete(tx, id, owner, expected).await? {
                return Err(unchanged(tx, owner, id).await);
            }
            Ok(record_change(tx, &of, Changed::WebhookDeleted, owner, id).await?)
        })
    });
    work.await?;
    Ok(app.look_at_webhooks().await?)
}

/// Creates a new secret, which is shown only once. For `overlap` seconds, at most a week, messages are signed with both secrets.
pub async fn rotate_secret(
    app: &Server,
    ctx: &Ctx,
    whose: MayChange,
    id: WebhookId,
    expected: Option<i64>,
    overlap: i64,
) -> Result<(Webhook, Secret), Failure<R>> {
    rotate_secret_and(app, ctx, whose, (id, expected), overlap, Plain).await
}

/// Like [`rotate_secret`], but stores the response under the idempotency key in the same transaction.
pub async fn rotate_secret_kept(
    app: &Server,
    ctx: &Ctx,
    whose: MayChange,
    which: (WebhookId, Option<i64>),
    overlap: i64,
    keep: Keep<(Webhook, Secret)>,
) -> Result<KeptResponse, Failure<R>> {
    rotate_secret_and(app, ctx, whose, which, overlap, keep).await
}

async fn rotate_secret_and<L: Last<(Webhook, Secret)>>(
    app: &Server,
    ctx: &Ctx,
    MayChange(owner): MayChange,
    (id, expected): (WebhookId, Option<i64>),
    overlap: i64,
    last: L,
) -> Result<L::Out, Failure<R>> {
    let secret = new_secret(&ctx.random());
    let sealed = app.master().seal(&webhook_name(id), secret.expose().as_bytes(), ctx)?;
    let (ends, of) = (ctx.now.plus(overlap.clamp(0, MOST_OVERLAP)), ctx.clone());
    let generation = app.master().generation();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            store::platform::master::hold(tx, generation).await?;
            if !store::webhooks::rotate_secret(tx, id, owner, expected, &sealed, ends, of.now).await? {
                return Err(unchanged(tx, owner, id).await);
            }
            record_change(tx, &of, Changed::WebhookSecretRotated, owner, id).await?;
            let webhook = store::webhooks::by_id(tx, id, owner).await?.ok_or(Failure::Refused(R::Unknown))?;
            Ok(last.within(tx, (webhook, secret)).await?)
        })
    });
    work.await
}

/// The deliveries of a webhook, newest first; only those before `before`, the last one of the previous page.
pub async fn deliveries(
    app: &Server,
    of: impl Into<MayRead>,
    id: WebhookId,
    state: Option<DeliveryState>,
    before: Option<(Timestamp, EventId)>,
    limit: i64,
) -> Result<Vec<Delivery>, Failure<R>> {
    let MayRead(owner) = of.into();
    let mut tx = app.store().read().await?;
    if store::webhooks::by_id(&mut tx, id, owner).await?.is_none() {
        return refuse(R::Unknown);
    }
    Ok(store::webhooks::deliveries::list(&mut tx, Filter { webhook: id, owner, state, before, limit }).await?)
}

/// Sends one event again, whatever its result was.
pub async fn replay(
    app: &Server,
    ctx: &Ctx,
    MayChange(owner): MayChange,
    id: WebhookId,
    event: EventId,
) -> Result<Delivery, Failure<R>> {
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            store::webhooks::deliveries::replay(tx, id, owner, event, of.now).await?;
            let found = store::webhooks::deliveries::find(tx, id, owner, event).await?;
            if found.is_some() {
                record_change(tx, &of, Changed::WebhookReplayed, owner, id).await?;
            }
            Ok(found)
        })
    });
    let Some(delivery) = work.await.map_err(|error: StoreError| Failure::from(error))? else {
        return refuse(R::Unknown);
    };
    Ok(delivery)
}

/// Sends a test event to a webhook. Returns the event's id.
pub async fn test(app: &Server, ctx: &Ctx, whose: MayChange, id: WebhookId) -> Result<EventId, Failure<R>> {
    test_and(app, ctx, whose, id, Plain).await
}

/// Like [`test`], but stores the response under the idempotency key in the same transaction.
pub async fn test_kept(
    app: &Server,
    ctx: &Ctx,
    whose: MayChange,
    id: WebhookId,
    keep: Keep<EventId>,
) -> Result<KeptResponse, Failure<R>> {
    test_and(app, ctx, whose, id, keep).await
}

async fn test_and<L: Last<EventId>>(
    app: &Server,
    ctx: &Ctx,
    MayChange(owner): MayChange,
    id: WebhookId,
    last: L,
) -> Result<L::Out, Failure<R>> {
    let event = events::event(ctx, EventData::WebhookTest { webhook_id: id });
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            if store::webhooks::by_id(tx, id, owner).await?.is_none() {
                return refuse(R::Unknown);
            }
            store::webhooks::events::append_for(tx, &event, id).await?;
            Ok(last.within(tx, event.id).await?)
        })
    });
    work.await
}
