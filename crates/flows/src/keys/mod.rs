//! The server's keys: the master key, under which all others are sealed, and the rings of signing and sealing keys.
mod ring;
mod signing;

pub use ring::{Keys, ensure, load, rotate};
pub use signing::SigningKey;

use crate::{Ctx, Fault};
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use domain::Pepper;
use std::fmt;
use zeroize::Zeroizing;

/// 32 bytes that are kept outside the database.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

struct Length;
impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

impl MasterKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key for one use (HKDF, RFC 5869).
    fn subkey(&self, usage: &str) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0; 32]);
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"countersign").extract(self.0.as_ref());
        // HKDF fails only for outputs far longer than 32 bytes.
        let filled = prk.expand(&[usage.as_bytes()], Length).is_ok_and(|okm| okm.fill(out.as_mut()).is_ok());
        debug_assert!(filled);
        out
    }

    pub(crate) fn derive(&self, usage: &str) -> Pepper {
        Pepper::new(&self.subkey(usage))
    }

    fn cipher(&self) -> Result<LessSafeKey, Fault> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, self.subkey("key encryption").as_ref());
        key.map(LessSafeKey::new).map_err(|_| Fault::Other("the master key does not make a cipher"))
    }

    /// Seals a key or secret for the database; `name` is authenticated, so that none can be exchanged for another.
    pub(crate) fn seal(&self, name: &str, plain: &[u8], ctx: &Ctx) -> Result<Vec<u8>, Fault> {
        let nonce: [u8; 12] = ctx.random();
        let mut body = plain.to_vec();
        let tag = self
            .cipher()?
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut body)
            .map_err(|_| Fault::Other("a key could not be sealed"))?;
        Ok([&nonce[..], &body, tag.as_ref()].concat())
    }

    pub(crate) fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let wrong = Fault::Other("a stored key does not open: this is not the master key of this database");
        let Some((nonce, body)) = sealed.split_first_chunk::<12>() else { return Err(wrong) };
        let mut body = Zeroizing::new(body.to_vec());
        let plain = self
            .cipher()?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(name), &mut body)
            .map_err(|_| wrong)?
            .len();
        body.truncate(plain);
        Ok(body)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The key that hashes secrets, for what has to be hashed before the application stands (initial access tokens).
pub fn pepper(master: &MasterKey) -> Pepper {
    master.derive("secret hashes")
}
