//! Delivering events to webhooks, at least once, in order for each subject (Standard Webhooks 1.0).
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::keys::webhook_name;
use crate::platform::outbound::{Call, Reply};
use crate::{Ctx, Fault, Server};
use domain::events::Change;
use domain::webhooks::{DeliveryState, Webhook, body, retry_after, signatures};
use domain::{Secret, WebhookId};
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, HeaderValue, Method, header};
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::StoreError;
use store::webhooks::deliveries::{Attempt, ClaimedDelivery};
use tokio::task::JoinSet;

/// The timeout of one message.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The number of bytes of a response that are read.
const ANSWER: usize = 1024;

/// The maximum number of messages that are sent to one webhook at the same time.
const AT_ONCE: i64 = 8;

/// The maximum number of webhooks that are served at the same time.
const WEBHOOKS: usize = 32;

/// Seconds after which another node sends a message whose sender vanished: well over [`TIMEOUT`].
const LEASE: i64 = 30;

const GONE: u16 = 410;

/// Creates a new context with the current time.
pub type NewCtx = Arc<dyn Fn() -> Ctx + Send + Sync>;

/// Sends due messages to all webhooks, including those that become due in the process, and waits for them.
pub async fn run(app: &Server, new_ctx: &NewCtx) -> Result<(), Fault> {
    let (mut after, never) = (None, AtomicBool::new(false));
    loop {
        let due = due(app, &new_ctx(), after).await?;
        let Some(last) = due.last() else { return Ok(()) };
        after = Some(*last);
        let work = due.into_iter().map(|id| drain(app, new_ctx, id, &never));
        let done: Vec<_> = stream::iter(work).buffer_unordered(WEBHOOKS).collect().await;
        done.into_iter().collect::<Result<(), _>>()?;
    }
}

async fn due(app: &Server, ctx: &Ctx, after: Option<WebhookId>) -> Result<Vec<WebhookId>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::webhooks::deliveries::due(&mut tx, ctx.now, after, store::MAX_LIMIT).await?)
}

/// Serves webhooks in parallel, so that a slow one does not delay others.
pub struct Deliverer {
    app: Server,
    new_ctx: NewCtx,
    busy: Arc<Mutex<HashSet<WebhookId>>>,
    tasks: JoinSet<()>,
    after: Option<WebhookId>,
    stop: Arc<AtomicBool>,
}

impl std::fmt::Debug for Deliverer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deliverer").field("busy", &self.busy.lock().len()).finish_non_exhaustive()
    }
}

impl Deliverer {
    pub fn new(app: Server, new_ctx: NewCtx) -> Self {
        let (busy, stop) = (Arc::default(), Arc::default());
        Self { app, new_ctx, busy, tasks: JoinSet::new(), after: None, stop }
    }

    /// Starts serving webhooks with due messages that are not being served yet. Called once a second.
    pub async fn tick(&mut self) -> Result<(), Fault> {
        while self.tasks.try_join_next().is_some() {}
        let due = due(&self.app, &(self.new_ctx)(), self.after).await?;
        // The next look continues where this one ends, and starts over after the last webhook, so that none waits forever.
        let full = due.len() >= usize::try_from(store::MAX_LIMIT).unwrap_or(usize::MAX);
        self.after = due.last().copied().filter(|_| full);
        for id in due {
            if self.tasks.len() >= WEBHOOKS {
                self.after = Some(id);
                break;
            }
            if !self.busy.lock().insert(id) {
                continue;
            }
            let busy = Busy(self.busy.clone(), id);
            let (app, new_ctx, stop) = (self.app.clone(), self.new_ctx.clone(), self.stop.clone());
            self.tasks.spawn(async move {
                let done = drain(&app, &new_ctx, id, &stop).await;
                drop(busy);
                if let Err(fault) = done {
                    tracing::error!(%fault, webhook = %id, "a webhook could not be served; it is tried again");
                }
            });
        }
        Ok(())
    }

    /// Starts nothing more, and waits for messages that are being sent.
    pub async fn stop(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Marks a webhook as busy until dropped, even after a panic.
struct Busy(Arc<Mutex<HashSet<WebhookId>>>, WebhookId);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}

/// Sends due messages to one webhook, a few at a time, until none are left or one fails: the others would most likely fail, too,
/// and wait for the next time.
async fn drain(app: &Server, new_ctx: &NewCtx, id: WebhookId, stop: &AtomicBool) -> Result<(), Fault> {
    while !stop.load(Ordering::Relaxed) {
        let ctx = new_ctx();
        let webhook = {
            let mut tx = app.store().read().await?;
            store::webhooks::any_by_id(&mut tx, id).await?
        };
        let Some(webhook) = webhook else { return Ok(()) };
        let secrets = secrets(app, &ctx, &webhook)?;
        let (now, lease) = (ctx.now, ctx.now.plus(LEASE));
        let work = app.store().write(move |tx| {
            Box::pin(async move { store::webhooks::deliveries::claim(tx, id, now, lease, AT_ONCE).await })
        });
        let claimed = work.await?;
        if claimed.is_empty() {
            return Ok(());
        }
        let work = claimed.into_iter().map(|one| deliver(app, &ctx, &webhook, &secrets, one));
        let delivered: Vec<bool> = join_all(work).await.into_iter().collect::<Result<_, _>>()?;
        if delivered.contains(&false) {
            return Ok(());
        }
    }
    Ok(())
}

/// The secrets that sign now, newest first.
fn secrets(app: &Server, ctx: &Ctx, webhook: &Webhook) -> Result<Vec<Secret>, Fault> {
    let name = webhook_name(webhook.id);
    let open = |sealed: &[u8]| {
        let plain = app.master().open(&name, sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| Fault::Other("a webhook's secret is no text"))?;
        Ok::<_, Fault>(Secret::new(text))
    };
    let mut all = vec![open(&webhook.sealed_secret)?];
    if let Some((sealed, _)) = webhook.previous.as_ref().filter(|(_, ends)| ctx.now < *ends) {
        all.push(open(sealed)?);
    }
    Ok(all)
}

/// Sends one message and records the result. Returns whether it was delivered.
async fn deliver(
    app: &Server,
    ctx: &Ctx,
    webhook: &Webhook,
    secrets: &[Secret],
    claimed: ClaimedDelivery,
) -> Result<bool, Fault> {
    #[expect(clippy::disallowed_methods, reason = "a measurement, on which no rule depends")]
    let begun = Instant::now();
    let answer = send(app, ctx, webhook, secrets, &claimed).await;
    let duration_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let status = answer.as_ref().ok().map(|reply| reply.status);
    let (arrived, gone) = (status.is_some_and(|s| (200..300).contains(&s)), status == Some(GONE));
    let [random] = ctx.random();
    let again = if arrived || gone { None } else { retry_after(claimed.attempts, random) };
    let attempt = Attempt {
        state: match again {
            _ if arrived => DeliveryState::Delivered,
            Some(_) => DeliveryState::Pending,
            None => DeliveryState::Dead,
        },
        next_attempt_at: again.map(|seconds| ctx.now.plus(seconds)),
        status: status.map(i64::from),
        error: answer.as_ref().err().map(ToString::to_string),
        duration_ms,
    };
    let state = attempt.state.as_str();
    tracing::debug!(webhook = %webhook.id, event = %claimed.event_id, status, state, duration_ms, "delivery");
    let (id, event, attempts, of) = (webhook.id, claimed.event_id, claimed.attempts, ctx.clone());
    let about = AuditSubject::default().and_workspace(webhook.owner.workspace());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            store::webhooks::deliveries::finish(tx, id, event, attempts, &attempt, of.now).await?;
            let disabled = gone && store::webhooks::disable(tx, id, of.now).await?;
            if disabled {
                changes::within(tx, &of, ChangeRecord::of(Change::WebhookDisabled, about).because("receiver_gone"))
                    .await?;
            }
            Ok(disabled)
        })
    });
    if work.await.map_err(|error: StoreError| Fault::from(error))? {
        app.look_at_webhooks().await?;
    }
    Ok(arrived)
}

async fn send(
    app: &Server,
    ctx: &Ctx,
    webhook: &Webhook,
    secrets: &[Secret],
    claimed: &ClaimedDelivery,
) -> Result<Reply, String> {
    let body = body(claimed.kind, claimed.at, &claimed.data).map_err(|error| error.to_string())?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let own = [
        ("webhook-id", claimed.event_id.to_string()),
        ("webhook-timestamp", ctx.now.seconds().to_string()),
        ("webhook-signature", signatures(secrets, claimed.event_id, ctx.now, &body)),
    ];
    for (name, value) in own {
        headers.insert(name, HeaderValue::try_from(value).map_err(|_| "a header that cannot be sent".to_owned())?);
    }
    let call =
        Call { method: Method::POST, url: &webhook.url, headers, body: body.into(), limit: ANSWER, timeout: TIMEOUT };
    app.outbound().send(call).await.map_err(|error| error.to_string())
}
