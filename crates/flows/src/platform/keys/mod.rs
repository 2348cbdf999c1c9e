//! The server's keys: the master key, which seals all others, and the rings of signing and sealing keys.
mod replace;
mod ring;

pub use replace::{Resealed, opens, replace_master};
pub use ring::{Keys, Leaked, ensure, expel, forget, is_young, load, rotate};

use crate::{Ctx, Fault};
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use domain::{Pepper, WebhookId};
use std::collections::BTreeMap;
use std::fmt;
use store::Store;
use zeroize::Zeroizing;

/// The key usage for hashing secrets.
const SECRETS: &str = "secret hashes";

/// The key usage for hashing requests with an idempotency key, and for sealing their responses.
pub(crate) const ANSWERS: &str = "idempotency keys";

/// The name under which a webhook's secrets are sealed, so that none can be used for another webhook.
pub(crate) fn webhook_name(id: WebhookId) -> String {
    format!("webhook {id}")
}

/// Key usages behind hashes in the database: their secrets stay the same when the master key is replaced.
const KEPT: [&str; 2] = [SECRETS, ANSWERS];

/// The key usage for sealing those secrets.
const KEEPING: &str = "kept secrets";

/// The key usage for sealing keys and the secrets of webhooks.
const KEYS: &str = "key encryption";

/// The master key: 32 bytes that are stored outside the database.
#[derive(Clone)]
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    /// Secrets of the first master key that stay in use after it was replaced.
    kept: BTreeMap<String, Zeroizing<[u8; 32]>>,
    /// How often the master key of the database has been replaced.
    generation: i64,
}

struct Length;
impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

impl MasterKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { bytes: Zeroizing::new(bytes), kept: BTreeMap::new(), generation: 0 }
    }

    /// Loads the secrets that the database keeps under this master key. Fails if it is detectably not the master key of this
    /// database.
    pub async fn of(&self, store: &Store) -> Result<Self, Fault> {
        let mut tx = store.snapshot().await?;
        let (generation, sealed) =
            (store::platform::master::generation(&mut tx).await?, store::platform::master::kept(&mut tx).await?);
        drop(tx);
        let mut kept = BTreeMap::new();
        for (usage, sealed) in sealed {
            let plain = self.open_for(KEEPING, usage.as_bytes(), &sealed).ok_or(WRONG)?;
            let secret = plain.as_slice().try_into().map_err(|_| Fault::Other("a kept secret has 32 bytes"))?;
            kept.insert(usage, Zeroizing::new(secret));
        }
        Ok(Self { bytes: self.bytes.clone(), kept, generation })
    }

    /// How often the master key of the database had been replaced when this one was loaded.
    pub(crate) const fn generation(&self) -> i64 {
        self.generation
    }

    /// Derives the key for one usage (HKDF, RFC 5869).
    fn subkey(&self, usage: &str) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0; 32]);
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"countersign").extract(self.bytes.as_ref());
        // HKDF fails only for outputs far longer than 32 bytes.
        let filled = prk.expand(&[usage.as_bytes()], Length).is_ok_and(|okm| okm.fill(out.as_mut()).is_ok());
        debug_assert!(filled);
        out
    }

    /// The secret of a usage: that of the first master key if it is kept, otherwise derived from this one.
    fn secret(&self, usage: &str) -> Zeroizing<[u8; 32]> {
        self.kept.get(usage).cloned().unwrap_or_else(|| self.subkey(usage))
    }

    pub(crate) fn derive(&self, usage: &str) -> Pepper {
        Pepper::new(&self.secret(usage))
    }

    fn cipher(&self, usage: &str) -> Result<LessSafeKey, Fault> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, self.subkey(usage).as_ref());
        key.map(LessSafeKey::new).map_err(|_| Fault::Other("the master key does not make a cipher"))
    }

    /// Seals data for the database, under a key for this usage only. `name` is authenticated, so that sealed values cannot be
    /// swapped.
    pub(crate) fn seal_for(&self, usage: &str, name: &[u8], plain: &[u8], ctx: &Ctx) -> Result<Vec<u8>, Fault> {
        let nonce: [u8; 12] = ctx.random();
        let mut body = plain.to_vec();
        let tag = self
            .cipher(usage)?
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut body)
            .map_err(|_| Fault::Other("nothing can be sealed under the master key"))?;
        Ok([&nonce[..], &body, tag.as_ref()].concat())
    }

    /// Opens what [`Self::seal_for`] sealed for the same usage and name under the same master key.
    pub(crate) fn open_for(&self, usage: &str, name: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, body) = sealed.split_first_chunk::<12>()?;
        let mut body = Zeroizing::new(body.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.cipher(usage).ok()?.open_in_place(nonce, Aad::from(name), &mut body).ok()?.len();
        body.truncate(plain);
        Some(body)
    }

    /// Seals a key or secret for the database. `name` is authenticated, so that sealed values cannot be swapped.
    pub(crate) fn seal(&self, name: &str, plain: &[u8], ctx: &Ctx) -> Result<Vec<u8>, Fault> {
        self.seal_for(KEYS, name.as_bytes(), plain, ctx)
    }

    pub(crate) fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let opened = self.open_for(KEYS, name.as_bytes(), sealed);
        opened.ok_or(WRONG)
    }
}

const WRONG: Fault = Fault::Other("a stored key does not open: this is not the master key of this database");

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The key for hashing secrets, for code that runs before the server is set up (initial access tokens).
pub fn pepper(master: &MasterKey) -> Pepper {
    master.derive(SECRETS)
}
