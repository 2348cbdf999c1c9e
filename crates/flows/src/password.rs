//! Passwords: Argon2id (RFC 9106), a bounded number at a time, and the same work whether or not the account exists.
use crate::{Ctx, Fault, PasswordHashing};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::Secret;
use std::fmt;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Hashes and verifies passwords.
pub struct Passwords {
    argon2: Argon2<'static>,
    slots: Arc<Semaphore>,
    /// Verified where there is no account, so that time tells nothing.
    nobody: String,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

const BROKEN: Fault = Fault::Other("password hashing failed");

fn hash(argon2: &Argon2<'_>, password: &[u8], salt: [u8; 16]) -> Result<String, Fault> {
    argon2.hash_password_with_salt(password, &salt).map(|hash| hash.to_string()).map_err(|_| BROKEN)
}

impl Passwords {
    pub fn new(cost: PasswordHashing, ctx: &Ctx) -> Result<Self, Fault> {
        let params = Params::new(cost.memory_kib, cost.iterations, cost.parallelism, None).map_err(|_| BROKEN)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &ctx.random::<16>(), ctx.random())?;
        Ok(Self { argon2, slots: Arc::new(Semaphore::new(cost.concurrency.max(1))), nobody })
    }

    /// A PHC string to store.
    pub async fn hash(&self, password: &Secret, ctx: &Ctx) -> Result<String, Fault> {
        let (argon2, password, salt) = (self.argon2.clone(), password.clone(), ctx.random());
        let _slot = self.slots.clone().acquire_owned().await.map_err(|_| BROKEN)?;
        tokio::task::spawn_blocking(move || hash(&argon2, password.expose().as_bytes(), salt))
            .await
            .map_err(|_| BROKEN)?
    }

    /// Whether `password` is the one of `stored`; without one the answer is no, after the same work.
    pub async fn verify(&self, password: &Secret, stored: Option<&str>) -> Result<bool, Fault> {
        let known = stored.is_some();
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let _slot = self.slots.clone().acquire_owned().await.map_err(|_| BROKEN)?;
        let fits = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&stored)
                .is_ok_and(|parsed| argon2.verify_password(password.expose().as_bytes(), &parsed).is_ok())
        })
        .await
        .map_err(|_| BROKEN)?;
        Ok(fits && known)
    }
}
