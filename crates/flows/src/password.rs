//! Passwords: Argon2id (RFC 9106), a bounded number at a time, and the same work whether or not the account exists.
use crate::{Ctx, Fault, PasswordHashing};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
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

/// The base64 of PHC strings: the standard alphabet without padding.
fn unpadded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
}

impl Passwords {
    pub fn new(cost: PasswordHashing, ctx: &Ctx) -> Result<Self, Fault> {
        let params = Params::new(cost.memory_kib, cost.iterations, cost.parallelism, None).map_err(|_| BROKEN)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        // A hash of nothing: verifying against it is the same work, and making it is none.
        let (m, t, p) = (cost.memory_kib, cost.iterations, cost.parallelism);
        let (salt, output) = (unpadded(&ctx.random::<16>()), unpadded(&ctx.random::<32>()));
        let nobody = format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${output}");
        PasswordHash::new(&nobody).map_err(|_| BROKEN)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Facts, Rng};
    use domain::Timestamp;

    struct Counting;
    impl Rng for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().zip(1..).for_each(|(byte, n)| *byte = n);
        }
    }

    #[tokio::test]
    async fn verifies_what_it_hashed_and_nothing_where_there_is_no_account() {
        let ctx = Ctx { now: Timestamp::from_seconds(0), rng: Arc::new(Counting), facts: Facts::default() };
        let cost = PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1, concurrency: 1 };
        let passwords = Passwords::new(cost, &ctx).unwrap();
        let (right, wrong) = (Secret::new("right"), Secret::new("wrong"));
        let stored = passwords.hash(&right, &ctx).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        assert!(passwords.verify(&right, Some(&stored)).await.unwrap());
        assert!(!passwords.verify(&wrong, Some(&stored)).await.unwrap());
        assert!(!passwords.verify(&right, None).await.unwrap());
        let parsed = PasswordHash::new(&passwords.nobody).unwrap();
        let same_work = |hash: &PasswordHash| hash.params.to_string();
        assert_eq!(same_work(&parsed), same_work(&PasswordHash::new(&stored).unwrap()));
    }
}
