//! The server's shared state, created once at startup.
use crate::platform::audit_log::{self, AuditSubject, Recorder};
use crate::platform::context::ANONYMOUS;
use crate::platform::events::EventQueue;
use crate::platform::failure::MayEndCredential;
use crate::platform::fetched_keys::FetchedKeys;
use crate::platform::keys::{self, Keys, MasterKey};
use crate::platform::limits::Throttle;
use crate::platform::management_error::ManagementRefusal;
use crate::platform::outbound::Outbound;
use crate::platform::passwords::Passwords;
use crate::platform::published::{Publish, Published};
use crate::platform::readiness::{Standing, Unready};
use crate::platform::refusal_budgets::Budgets;
use crate::platform::unprotected_requests::UnprotectedRequests;
use crate::platform::usage::Counter;
use crate::platform::waiting::Waiting;
use crate::{Ctx, Fault, Settings};
use domain::audit::AuditEvent;
use domain::clients::ClientSecret;
use domain::platform::refusal::Refusal as _;
use domain::platform::seal::{Payload, Purpose, TokenId, Unopened};
use domain::{ClientId, Pepper, Timestamp, UserId};
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use store::{Store, StoreError, Tx};
use tokio::sync::Mutex;

/// The server: cheap to clone, shared by all requests. The settings of a value never change; [`Server::renewed`] returns one with
/// other settings.
#[derive(Clone)]
pub struct Server {
    settings: Arc<Settings>,
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    newest: RwLock<Newest>,
    publish: Publish,
    master: MasterKey,
    pepper: Pepper,
    forms: Pepper,
    marks: Pepper,
    looked_for_keys: Mutex<Option<Timestamp>>,
    passwords: Passwords,
    throttle: Throttle,
    recorder: Recorder,
    budgets: Budgets,
    counter: Counter,
    unprotected: UnprotectedRequests,
    outbox: EventQueue,
    outbound: Outbound,
    fetched_keys: FetchedKeys,
    started_at: Timestamp,
    standing: Arc<Standing>,
}

/// What is replaced while the server runs. The published documents are derived from the rest.
struct Newest {
    settings: Arc<Settings>,
    keys: Arc<Keys>,
    documents: Arc<Published>,
}

impl Newest {
    fn new(publish: Publish, settings: Arc<Settings>, keys: Arc<Keys>) -> Result<Self, Fault> {
        let documents = Arc::new(publish(&settings, &keys)?);
        Ok(Self { settings, keys, documents })
    }
}

impl Server {
    /// Loads the keys (and creates them in a new database), and prepares the published documents.
    pub async fn start(
        store: Store,
        settings: Settings,
        master: MasterKey,
        publish: Publish,
        ctx: &Ctx,
    ) -> Result<Self, Fault> {
        let master = master.of(&store).await?;
        keys::ensure(&store, &master, ctx).await?;
        let keys = keys::load(&store, &settings, &master, ctx).await?;
        let outbox = EventQueue::default();
        outbox.look(&store).await?;
        let outbound = Outbound::new(settings.reach())?;
        let settings = Arc::new(settings);
        let shared = Shared {
            pepper: keys::pepper(&master),
            forms: master.derive("form tokens"),
            marks: master.derive("marks of browsers"),
            passwords: Passwords::new(settings.password_hashing, ctx)?,
            newest: RwLock::new(Newest::new(publish, settings.clone(), Arc::new(keys))?),
            publish,
            looked_for_keys: Mutex::default(),
            throttle: Throttle::new(master.derive("allowances")),
            recorder: Recorder::default(),
            budgets: Budgets::default(),
            counter: Counter::default(),
            unprotected: UnprotectedRequests::default(),
            outbox,
            fetched_keys: FetchedKeys::new(outbound.clone()),
            outbound,
            store,
            master,
            started_at: ctx.now,
            standing: Arc::default(),
        };
        Ok(Self { settings, shared: Arc::new(shared) })
    }

    /// Returns the server with new settings, which jobs and published documents use from now on. The issuer, the token prefix,
    /// password hashing and the reach of outgoing requests stay as they were at startup, whatever `settings` says.
    pub fn renewed(&self, settings: Settings) -> Result<Self, Fault> {
        let start = &self.settings;
        let settings = Arc::new(Settings {
            issuer: start.issuer.clone(),
            token_prefix: start.token_prefix.clone(),
            password_hashing: start.password_hashing,
            outbound_allow_private: start.outbound_allow_private,
            ..settings
        });
        let mut newest = self.shared.newest.write();
        *newest = Newest::new(self.shared.publish, settings.clone(), newest.keys.clone())?;
        Ok(Self { settings, shared: self.shared.clone() })
    }

    /// Returns the server with the newest settings, for code that runs longer than a request.
    #[must_use]
    pub fn newest(&self) -> Self {
        Self { settings: self.shared.newest.read().settings.clone(), shared: self.shared.clone() }
    }

    /// Reloads the keys if another node rotated or removed some.
    pub(crate) async fn look_at_keys(&self, ctx: &Ctx) -> Result<(), Fault> {
        let (states, generation) = {
            let mut tx = self.shared.store.read().await?;
            (
                store::platform::keys::states(&mut tx, ctx.now).await?,
                store::platform::master::generation(&mut tx).await?,
            )
        };
        if generation != self.shared.master.generation() {
            return Err(Fault::Other("the master key was replaced: restart this process with the new one"));
        }
        if self.keys().are(&states) { Ok(()) } else { self.reload_keys(ctx).await }
    }

    pub(crate) async fn reload_keys(&self, ctx: &Ctx) -> Result<(), Fault> {
        let keys = keys::load(&self.shared.store, &self.settings, &self.shared.master, ctx).await?;
        let mut newest = self.shared.newest.write();
        *newest = Newest::new(self.shared.publish, newest.settings.clone(), Arc::new(keys))?;
        Ok(())
    }

    /// Loads the key that `token` names if it is unknown here, because another node may have just created it. Callers can name
    /// any key, so this happens at most once a second; until then the token cannot be judged.
    pub(crate) async fn look_for_key_of(&self, ctx: &Ctx, token: &str) -> Result<(), Fault> {
        if !self.keys().lacks_key_of(token) {
            return Ok(());
        }
        let mut last = self.shared.looked_for_keys.lock().await;
        // Another request may have loaded it while this one waited for the lock.
        if !self.keys().lacks_key_of(token) {
            return Ok(());
        }
        if last.is_some_and(|at| at == ctx.now) {
            return Err(Fault::Full("searches for keys"));
        }
        *last = Some(ctx.now);
        self.reload_keys(ctx).await
    }

    /// Opens a sealed text. Returns `None` if this server did not seal it for this purpose.
    pub(crate) fn opened<T: Payload>(&self, purpose: Purpose, text: &str) -> Result<Option<(TokenId, T)>, Fault> {
        known(self.keys().sealer.open(purpose, text))
    }

    /// Whether writes succeed and jobs run. Answers within a second.
    pub async fn ready(&self) -> Result<(), Unready> {
        self.shared.standing.ready(&self.shared.store).await
    }

    /// The state behind [`Server::ready`].
    pub fn standing(&self) -> &Standing {
        &self.shared.standing
    }

    /// Writes pending data and closes the database.
    pub async fn stop(&self) -> Result<(), Fault> {
        let flushed = self.flush().await.and(self.flush_events().await);
        self.shared.store.close().await;
        flushed
    }

    /// When this process started.
    pub fn started_at(&self) -> Timestamp {
        self.shared.started_at
    }
    /// Data that has not been written yet.
    pub(crate) fn waiting(&self) -> Waiting {
        Waiting {
            audit_events: self.shared.recorder.waiting(),
            left_out: self.shared.budgets.left_out(),
            activity: self.shared.counter.waiting() + self.shared.unprotected.waiting(),
            events: self.shared.outbox.waiting(),
            writes: self.shared.store.waiting(),
            lost_lines: self.shared.standing.lost_lines(),
        }
    }
    pub(crate) fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Runs `work` as one transaction for a request, like [`Store::write`]. If the request's credential ended in the meantime,
    /// nothing is changed, and the refusal is recorded.
    pub(crate) async fn write<T, E, F>(&self, ctx: &Ctx, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + MayEndCredential + Send + 'static,
    {
        // Boxed, so that the futures of all use cases stay small.
        let done = Box::pin(self.store().write(work)).await;
        if done.as_ref().is_err_and(MayEndCredential::is_end_of_credential) {
            self.record(ctx, "management", ManagementRefusal::CredentialUnknown.reason(), AuditSubject::default());
        }
        done
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }
    pub fn pepper(&self) -> &Pepper {
        &self.shared.pepper
    }
    /// The key for form tokens; separate from [`Server::pepper`], so that neither helps against the other.
    pub fn forms(&self) -> &Pepper {
        &self.shared.forms
    }
    /// The key for [marks](crate::platform::known_browser) of browsers.
    pub(crate) fn marks(&self) -> &Pepper {
        &self.shared.marks
    }
    pub fn keys(&self) -> Arc<Keys> {
        self.shared.newest.read().keys.clone()
    }
    pub fn documents(&self) -> Arc<Published> {
        self.shared.newest.read().documents.clone()
    }
    pub(crate) fn master(&self) -> &MasterKey {
        &self.shared.master
    }
    pub(crate) fn passwords(&self) -> &Passwords {
        &self.shared.passwords
    }
    pub(crate) fn throttle(&self) -> &Throttle {
        &self.shared.throttle
    }

    pub(crate) fn outbox(&self) -> &EventQueue {
        &self.shared.outbox
    }
    /// The client for all of the server's own requests.
    pub fn outbound(&self) -> &Outbound {
        &self.shared.outbound
    }

    /// The keys that others publish.
    pub(crate) fn fetched_keys(&self) -> &FetchedKeys {
        &self.shared.fetched_keys
    }

    /// Reloads which events webhooks subscribe to, because another node may have changed them.
    pub async fn look_at_webhooks(&self) -> Result<(), Fault> {
        self.shared.outbox.look(&self.shared.store).await
    }

    /// Writes pending webhook events. Called once a second and at shutdown.
    pub async fn flush_events(&self) -> Result<(), Fault> {
        self.shared.outbox.flush(&self.shared.store).await
    }

    /// Records a refusal in the log and the audit log; `outcome` is its exact reason. Changes are recorded by
    /// [`crate::platform::changes`].
    pub fn record(&self, ctx: &Ctx, kind: &'static str, outcome: &str, about: AuditSubject) {
        self.record_with(ctx, kind, outcome, about, json!({}));
    }

    /// Like [`Server::record`], with further facts; never a secret.
    pub fn record_with(&self, ctx: &Ctx, kind: &'static str, outcome: &str, about: AuditSubject, detail: Value) {
        let stranger = ctx.facts.actor.as_deref().is_none_or(|actor| actor == ANONYMOUS);
        let known = ctx.facts.actor.as_deref().filter(|_| !stranger);
        let who = known.or(about.client.as_ref().map(ClientId::as_str)).map(str::to_owned);
        self.note(ctx, who.as_deref(), audit_log::entry(ctx, kind, outcome, about, detail));
    }

    /// Records a refusal, within the audit log budget of `who`, or of all strangers if `None`.
    fn note(&self, ctx: &Ctx, who: Option<&str>, event: AuditEvent) {
        Recorder::log(&event);
        if self.shared.budgets.admits(who, ctx.now) {
            self.shared.recorder.keep(event);
        }
    }

    /// Like [`Server::record_with`], for an unauthenticated caller. Refusals beyond a limit go only to the log, so that outsiders
    /// cannot fill a client's part of the audit log (see [`Throttle::notable`]).
    pub(crate) fn record_outsider(
        &self,
        ctx: &Ctx,
        kind: &'static str,
        outcome: &str,
        about: AuditSubject,
        detail: Value,
    ) {
        let what = about.client.as_ref().map(ClientId::as_str).unwrap_or_default();
        let notable = self.shared.throttle.notable(what, ctx);
        let event = audit_log::entry(ctx, kind, outcome, about, detail);
        if notable {
            self.note(ctx, None, event);
        } else {
            Recorder::log(&event);
            self.shared.budgets.leave_out();
        }
    }

    /// Counts one access of a client, in the name of `user` or in its own: a token issued or found active, or a userinfo
    /// response. Only in memory.
    pub(crate) fn count_access(&self, client: &ClientId, user: Option<UserId>, now: Timestamp) {
        self.shared.counter.count(client, user, now);
    }

    /// Counts an authorization request with neither PKCE nor `nonce`. Only in memory.
    pub(crate) fn count_unprotected(&self, client: ClientId, now: Timestamp) {
        self.shared.unprotected.count(client, now);
    }

    /// Records that a secret was used. Only in memory.
    pub(crate) fn note_secret(&self, secret: &ClientSecret, now: Timestamp) {
        self.shared.counter.secret_used(secret, now);
    }

    /// Writes pending audit events, counted accesses and requests. Called once a second and at shutdown.
    pub async fn flush(&self) -> Result<(), Fault> {
        let audit = self.flush_audit().await;
        let unprotected = self.shared.unprotected.flush(&self.shared.store).await;
        self.shared.counter.flush(&self.shared.store).await?;
        audit.and(unprotected)
    }

    /// Writes pending data, so that the caller sees what was just done. If this fails, the caller sees what is stored.
    pub(crate) async fn catch_up(&self) {
        if let Err(fault) = self.flush().await {
            tracing::warn!(%fault, "what waits could not be written; it is tried again");
        }
    }

    /// Writes pending audit events.
    pub async fn flush_audit(&self) -> Result<(), Fault> {
        self.shared.recorder.flush(&self.shared.store).await
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("issuer", &self.settings.issuer).finish_non_exhaustive()
    }
}

/// Converts an opened text; an error if only a node with a later version can read it.
pub(crate) fn known<T>(opened: Result<T, Unopened>) -> Result<Option<T>, Fault> {
    match opened {
        Ok(found) => Ok(Some(found)),
        Err(Unopened::NotOurs) => Ok(None),
        Err(Unopened::Later) => Err(Fault::Later),
    }
}
