//! The rings of signing and sealing keys: their states, and how keys follow one another.
use super::MasterKey;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::platform::idempotency::last_step::Last;
use crate::{Ctx, Fault, Settings};
use domain::Timestamp;
use domain::clients::metadata::LONGEST_SIGNED;
use domain::events::{Change, EventData};
use domain::platform::keys::{KeyState, SealingKeyRecord, SigningKeyRecord};
use domain::platform::seal::Sealer;
use jose::{OwnKey, PublicKey, SigningAlg};
use serde_json::{Value, json};
use store::{Store, Tx};

/// The length of a `kid`: a SHA-256 thumbprint (RFC 7638) as base64url.
const THUMBPRINT: usize = 43;

/// The keys in use, ready for signing and sealing.
#[derive(Debug)]
pub struct Keys {
    pub sealer: Sealer,
    /// The active key of each algorithm.
    signing: Vec<OwnKey>,
    /// All published keys by `kid`: next, active and retired.
    pub public: Vec<(String, PublicKey)>,
    /// The published key set (RFC 7517 §5).
    pub jwks: Value,
    /// As in [`store::platform::keys::states`].
    states: Vec<(String, String)>,
}

impl Keys {
    /// The key that signs with `alg`.
    pub fn signer(&self, alg: SigningAlg) -> Result<&OwnKey, Fault> {
        self.signing.iter().find(|k| k.alg() == alg).ok_or(Fault::Other("no active key of this algorithm"))
    }

    pub fn algs(&self) -> impl Iterator<Item = SigningAlg> {
        self.signing.iter().map(OwnKey::alg)
    }

    /// Whether `token` names a key that is unknown here, although it looks like one of this server's keys.
    pub(crate) fn lacks_key_of(&self, token: &str) -> bool {
        let unknown = |kid: &str| kid.len() == THUMBPRINT && !self.public.iter().any(|(known, _)| known == kid);
        self.sealer.lacks_key_of(token) || jose::key_id(token).is_some_and(|kid| unknown(&kid))
    }

    /// Whether the loaded keys are these, in these states.
    pub(crate) fn are(&self, states: &[(String, String)]) -> bool {
        self.states == states
    }

    /// The numbers of the sealing keys: the active one first, then newest first.
    pub fn sealing(&self) -> impl Iterator<Item = u32> {
        self.sealer.numbers()
    }

    /// The published keys as `jose::verify` takes them.
    pub fn verifiers(&self) -> impl Iterator<Item = (&str, &PublicKey)> {
        self.public.iter().map(|(kid, key)| (kid.as_str(), key))
    }
}

/// The name under which a signing key is sealed.
pub(super) fn signing_name(kid: &str) -> String {
    format!("signing {kid}")
}

/// The name under which a sealing key is sealed.
pub(super) fn sealing_name(id: i64) -> String {
    format!("sealing {id}")
}

fn new_signing(master: &MasterKey, alg: SigningAlg, state: KeyState, ctx: &Ctx) -> Result<SigningKeyRecord, Fault> {
    let pkcs8 = OwnKey::generate(alg.generated())?;
    let key = OwnKey::parse(&OwnKey::name(alg, &pkcs8)?, alg, &pkcs8)?;
    Ok(SigningKeyRecord {
        kid: key.kid().to_owned(),
        alg,
        state,
        sealed_private: master.seal(&signing_name(key.kid()), &pkcs8, ctx)?,
        public_jwk: key.public().jwk(key.kid()),
        created_at: ctx.now,
        activated_at: (state == KeyState::Active).then_some(ctx.now),
        retired_at: None,
        expires_at: None,
    })
}

fn new_sealing(master: &MasterKey, id: i64, state: KeyState, ctx: &Ctx) -> Result<SealingKeyRecord, Fault> {
    let key: zeroize::Zeroizing<[u8; 32]> = zeroize::Zeroizing::new(ctx.random());
    let sealed = master.seal(&sealing_name(id), key.as_ref(), ctx)?;
    Ok(SealingKeyRecord { id, state, sealed, created_at: ctx.now, retired_at: None })
}

/// Adds missing keys to each ring: it needs an active and a next key of each kind.
async fn complete(tx: &mut Tx, master: &MasterKey, ctx: &Ctx) -> Result<(), Fault> {
    store::platform::master::hold(tx, master.generation()).await?;
    let signing = store::platform::keys::list_signing(tx, ctx.now).await?;
    for alg in SigningAlg::OFFERED {
        for state in [KeyState::Active, KeyState::Next] {
            if !signing.iter().any(|k| k.alg == alg && k.state == state) {
                store::platform::keys::insert_signing(tx, &new_signing(master, alg, state, ctx)?).await?;
            }
        }
    }
    let sealing = store::platform::keys::list_sealing(tx).await?;
    let mut id = sealing.iter().map(|k| k.id).max().unwrap_or(0);
    for state in [KeyState::Active, KeyState::Next] {
        if !sealing.iter().any(|k| k.state == state) {
            id += 1;
            store::platform::keys::insert_sealing(tx, &new_sealing(master, id, state, ctx)?).await?;
        }
    }
    Ok(())
}

/// Creates missing keys. Only one node does so, even if several start at the same time.
pub async fn ensure(store: &Store, master: &MasterKey, ctx: &Ctx) -> Result<(), Fault> {
    let (master, ctx) = (master.clone(), ctx.clone());
    store
        .write(move |tx| {
            Box::pin(async move {
                store::platform::keys::lock(tx).await?;
                complete(tx, &master, &ctx).await
            })
        })
        .await
}

/// Loads and opens the keys.
pub async fn load(store: &Store, settings: &Settings, master: &MasterKey, ctx: &Ctx) -> Result<Keys, Fault> {
    // All three reads see the same state.
    let mut tx = store.snapshot().await?;
    let records = store::platform::keys::list_signing(&mut tx, ctx.now).await?;
    let mut sealing = store::platform::keys::list_sealing(&mut tx).await?;
    let states = store::platform::keys::states(&mut tx, ctx.now).await?;
    drop(tx);
    let mut signing = Vec::new();
    let mut public = Vec::new();
    for record in &records {
        let key = PublicKey::from_jwk(&record.public_jwk).ok_or(Fault::Other("a published key does not parse"))?;
        public.push((record.kid.clone(), key));
        if record.state == KeyState::Active {
            let pkcs8 = master.open(&signing_name(&record.kid), &record.sealed_private)?;
            signing.push(OwnKey::parse(&record.kid, record.alg, &pkcs8)?);
        }
    }
    sealing.sort_by_key(|k| (k.state != KeyState::Active, std::cmp::Reverse(k.id)));
    let mut opened = Vec::new();
    for record in &sealing {
        let key = master.open(&sealing_name(record.id), &record.sealed)?;
        let bytes: [u8; 32] = key.as_slice().try_into().map_err(|_| Fault::Other("a sealing key has 32 bytes"))?;
        opened.push((u32::try_from(record.id).map_err(|_| Fault::Other("too many sealing keys"))?, bytes));
    }
    let sealer = Sealer::new(&settings.token_prefix, &settings.issuer, opened).ok_or(Fault::Other("no sealing key"))?;
    let jwks = serde_json::json!({ "keys": records.iter().map(|r| &r.public_jwk).collect::<Vec<_>>() });
    Ok(Keys { sealer, signing, public, jwks, states })
}

/// Seconds that a next key is published before it may sign, because clients cache the key set for that long.
const PUBLISHED_FOR: i64 = 24 * 60 * 60;

/// Seconds after which every node has noticed that a key was retired.
const SEEN: i64 = 5 * 60;

/// Whether a client, or another node, may have a copy of the key set with the active key of the same algorithm but without this
/// next key.
pub fn is_young(key: &SigningKeyRecord, all: &[SigningKeyRecord], now: Timestamp) -> bool {
    let older = |active: &SigningKeyRecord| active.created_at < key.created_at;
    key.state == KeyState::Next
        && now.since(key.created_at) < PUBLISHED_FOR
        && all.iter().any(|active| active.alg == key.alg && active.state == KeyState::Active && older(active))
}

/// Rotates each ring: the next key becomes active, the active one is retired and stays published until the last token that it can
/// have signed has expired (checklist 99), and a new next key is created. Returns `None`, unless `forced`, if the next keys are
/// too young; then nothing is rotated.
pub async fn rotate<L: Last<()>>(
    store: &Store,
    master: &MasterKey,
    ctx: &Ctx,
    forced: bool,
    last: L,
) -> Result<Option<L::Out>, Fault> {
    let (master, ctx) = (master.clone(), ctx.clone());
    let work = store.write(move |tx| {
        Box::pin(async move {
            store::platform::keys::lock(tx).await?;
            let signing = store::platform::keys::list_signing(tx, ctx.now).await?;
            if !forced && signing.iter().any(|key| is_young(key, &signing, ctx.now)) {
                return Ok(None);
            }
            // A client's own token lifetime may be longer than the server's.
            let gone = ctx.now.plus(LONGEST_SIGNED + SEEN);
            for key in signing {
                let (state, expires_at) = step(key.state, gone);
                store::platform::keys::set_signing_state(tx, &key.kid, state, ctx.now, expires_at.or(key.expires_at))
                    .await?;
            }
            for key in store::platform::keys::list_sealing(tx).await? {
                store::platform::keys::set_sealing_state(tx, key.id, step(key.state, gone).0, ctx.now).await?;
            }
            complete(tx, &master, &ctx).await?;
            record_change(tx, &ctx, Change::KeyRotated, json!({})).await?;
            Ok(Some(last.within(tx, ()).await?))
        })
    });
    work.await
}

/// Records a change of the keys. The webhook event names the keys that sign from now on.
async fn record_change(tx: &mut Tx, ctx: &Ctx, change: Change, detail: Value) -> Result<(), Fault> {
    let active = store::platform::keys::list_signing(tx, ctx.now).await?.into_iter();
    let active_kids = active.filter(|key| key.state == KeyState::Active).map(|key| key.kid).collect();
    let event = events::event(ctx, EventData::KeyRotated { active_kids });
    Ok(changes::within(tx, ctx, ChangeRecord::of(change, AuditSubject::default()).with(detail).events([event])).await?)
}

/// A key that was leaked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaked {
    /// The `kid` of a signing key.
    Signing(String),
    /// The number of a sealing key.
    Sealing(i64),
}

/// Removes a key immediately: what it signed or sealed is no longer valid. If it was active, the next key takes its place.
/// Returns `false` if the key is unknown.
pub async fn expel(store: &Store, master: &MasterKey, ctx: &Ctx, key: &Leaked) -> Result<bool, Fault> {
    let (master, ctx, key) = (master.clone(), ctx.clone(), key.clone());
    let work = store.write(move |tx| {
        Box::pin(async move {
            store::platform::keys::lock(tx).await?;
            let detail = match &key {
                Leaked::Signing(kid) => json!({"kid": kid}),
                Leaked::Sealing(number) => json!({"sealing_key": number}),
            };
            match key {
                Leaked::Signing(kid) => {
                    let all = store::platform::keys::list_signing(tx, ctx.now).await?;
                    let Some(found) = all.iter().find(|key| key.kid == kid) else { return Ok(false) };
                    store::platform::keys::delete_signing(tx, &kid).await?;
                    let next = all.iter().find(|key| key.alg == found.alg && key.state == KeyState::Next);
                    if let Some(next) = next.filter(|_| found.state == KeyState::Active) {
                        store::platform::keys::set_signing_state(tx, &next.kid, KeyState::Active, ctx.now, None)
                            .await?;
                    }
                }
                Leaked::Sealing(id) => {
                    let Some(state) = store::platform::keys::delete_sealing(tx, id).await? else { return Ok(false) };
                    let all = store::platform::keys::list_sealing(tx).await?;
                    let next = all.iter().find(|key| key.state == KeyState::Next);
                    if let Some(next) = next.filter(|_| state == KeyState::Active) {
                        store::platform::keys::set_sealing_state(tx, next.id, KeyState::Active, ctx.now).await?;
                    }
                }
            }
            complete(tx, &master, &ctx).await?;
            record_change(tx, &ctx, Change::KeyExpelled, detail).await.map(|()| true)
        })
    });
    work.await
}

/// Deletes retired sealing keys that are no longer needed for an access token, or for a refresh token of an active grant. Returns
/// how many.
pub async fn forget(store: &Store, ctx: &Ctx) -> Result<usize, Fault> {
    let now = ctx.now;
    let work = store.write(move |tx| {
        Box::pin(async move {
            store::platform::keys::lock(tx).await?;
            let mut forgotten = 0;
            for key in store::platform::keys::list_sealing(tx).await? {
                let Some(retired) = key.retired_at.filter(|_| key.state == KeyState::Retired) else { continue };
                let last = retired.plus(SEEN);
                let needed =
                    now < last.plus(LONGEST_SIGNED) || store::platform::keys::needed_for_refresh(tx, last, now).await?;
                if !needed {
                    store::platform::keys::delete_sealing(tx, key.id).await?;
                    forgotten += 1;
                }
            }
            Ok::<_, store::StoreError>(forgotten)
        })
    });
    Ok(work.await?)
}

fn step(state: KeyState, gone: Timestamp) -> (KeyState, Option<Timestamp>) {
    match state {
        KeyState::Next => (KeyState::Active, None),
        KeyState::Active => (KeyState::Retired, Some(gone)),
        KeyState::Retired => (KeyState::Retired, None),
    }
}
