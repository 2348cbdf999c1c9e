//! Passwords: Argon2id (RFC 9106), a limited number at a time, and the same work whether or not the account exists.
use crate::platform::limits::network;
use crate::platform::password_memory::PasswordMemory;
use crate::platform::turns::{CallerClass, Turns};
use crate::{Ctx, Fault, PasswordHashing};
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{self, CustomizedPasswordHasher, PasswordHasher, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use domain::Secret;
use std::fmt;
use std::sync::Arc;

/// Hashes and verifies passwords.
pub struct Passwords {
    params: Params,
    turns: Turns,
    memory: Arc<PasswordMemory>,
    /// A hash to verify against if there is no account, so that the time reveals nothing.
    nobody: String,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

/// The number of requests that wait for each one that is being processed: about a second.
const WAITING_EACH: usize = 16;

const BROKEN: Fault = Fault::Other("password hashing failed");

/// Argon2 as in the crate, but with our own memory.
struct Hasher<'m> {
    params: Params,
    memory: &'m PasswordMemory,
}

impl PasswordHasher<PasswordHash> for Hasher<'_> {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> password_hash::Result<PasswordHash> {
        self.hash_password_customized(password, salt, None, None, self.params.clone())
    }
}

impl CustomizedPasswordHasher<PasswordHash> for Hasher<'_> {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> password_hash::Result<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let argon2 = Argon2::new(algorithm, version, params);
        let params = argon2.params();
        let mut output = vec![0; params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN)];
        self.memory.with(params.block_count(), |area| {
            argon2.hash_password_into_with_memory(password, salt, &mut output, area)
        })?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(params)?,
            salt: Some(Salt::new(salt)?),
            hash: Some(Output::new(&output)?),
        })
    }
}

/// Unpadded base64 in the standard alphabet, as PHC strings use it.
fn unpadded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
}

impl Passwords {
    pub fn new(cost: PasswordHashing, ctx: &Ctx) -> Result<Self, Fault> {
        let params = Params::new(cost.memory_kib, cost.iterations, cost.parallelism, None).map_err(|_| BROKEN)?;
        // A made-up hash: verifying against it takes the same work, but creating it takes none.
        let (m, t, p) = (cost.memory_kib, cost.iterations, cost.parallelism);
        let (salt, output) = (unpadded(&ctx.random::<16>()), unpadded(&ctx.random::<32>()));
        let nobody = format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${output}");
        PasswordHash::new(&nobody).map_err(|_| BROKEN)?;
        let at_once = cost.concurrency.max(1);
        let turns = Turns::new(at_once, at_once.saturating_mul(WAITING_EACH));
        Ok(Self { params, turns, memory: Arc::default(), nobody })
    }

    /// Hashes a password to a PHC string.
    pub(crate) async fn hash(&self, who: CallerClass, password: &Secret, ctx: &Ctx) -> Result<String, Fault> {
        let (password, salt) = (password.clone(), ctx.random::<16>());
        self.work(who, ctx, move |hasher| hasher.hash_password_with_salt(password.expose().as_bytes(), &salt))
            .await?
            .map(|hash| hash.to_string())
            .map_err(|_| BROKEN)
    }

    /// Whether `password` matches `stored`. Without a stored hash the answer is `false`, after the same work.
    pub(crate) async fn verify(
        &self,
        who: CallerClass,
        ctx: &Ctx,
        password: &Secret,
        stored: Option<&str>,
    ) -> Result<bool, Fault> {
        let known = stored.is_some();
        let (password, stored) = (password.clone(), stored.unwrap_or(&self.nobody).to_owned());
        let fits = self.work(who, ctx, move |hasher| {
            PasswordHash::new(&stored)
                .is_ok_and(|parsed| hasher.verify_password(password.expose().as_bytes(), &parsed).is_ok())
        });
        Ok(fits.await? && known)
    }

    /// Runs `work` when it gets a turn, on a thread for blocking work. The turn ends with the work, even if the caller no longer
    /// waits.
    async fn work<T: Send + 'static>(
        &self,
        who: CallerClass,
        ctx: &Ctx,
        work: impl FnOnce(&Hasher<'_>) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let (params, memory) = (self.params.clone(), self.memory.clone());
        let turn = self.turns.take(who, &network(&ctx.facts.ip)).await.map_err(|_| Fault::Full("password hashing"))?;
        let work = move || {
            let _turn = turn;
            work(&Hasher { params, memory: &memory })
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| BROKEN)
    }

    /// Frees memory that no hash used since the last call. Called once a second.
    pub(crate) async fn rest(&self) -> Result<(), Fault> {
        let unused = self.memory.take_unused();
        if unused.is_empty() {
            return Ok(());
        }
        // The memory returns to the system only when the thread that freed it ends. Threads of requests never end; blocking
        // threads end after some idle time.
        tokio::task::spawn_blocking(move || drop(unused)).await.map_err(|_| BROKEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Facts, Rng};
    use domain::Timestamp;
    use futures_util::FutureExt as _;

    struct Counting;
    impl Rng for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().zip(1..).for_each(|(byte, n)| *byte = n);
        }
    }

    #[tokio::test]
    async fn verifies_what_it_hashed_and_nothing_where_there_is_no_account() {
        let ctx = Ctx {
            now: Timestamp::from_seconds(0),
            rng: Arc::new(Counting),
            facts: Facts::default(),
            later: crate::Later::default(),
        };
        let cost = PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1, concurrency: 1 };
        let passwords = Passwords::new(cost, &ctx).unwrap();
        let (right, wrong) = (Secret::new("right"), Secret::new("wrong"));
        let stored = passwords.hash(CallerClass::Known, &right, &ctx).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        assert!(passwords.verify(CallerClass::Known, &ctx, &right, Some(&stored)).await.unwrap());
        assert!(!passwords.verify(CallerClass::Known, &ctx, &wrong, Some(&stored)).await.unwrap());
        assert!(!passwords.verify(CallerClass::Known, &ctx, &right, None).await.unwrap());
        let parsed = PasswordHash::new(&passwords.nobody).unwrap();
        let same_work = |hash: &PasswordHash| hash.params.to_string();
        assert_eq!(same_work(&parsed), same_work(&PasswordHash::new(&stored).unwrap()));
    }
    #[test]
    fn the_hash_is_the_same_in_memory_that_was_used_before() {
        let memory = PasswordMemory::default();
        for (memory_kib, iterations, password) in [(64, 2, "first"), (16, 1, "second"), (128, 3, "third")] {
            let params = Params::new(memory_kib, iterations, 1, None).unwrap();
            let expected = Argon2::from(&params).hash_password_with_salt(password.as_bytes(), &[7; 16]).unwrap();
            let hasher = Hasher { params, memory: &memory };
            assert_eq!(hasher.hash_password_with_salt(password.as_bytes(), &[7; 16]).unwrap(), expected);
            // The parameters of the stored hash count, not those for new hashes.
            let other = Hasher { params: Params::new(8, 1, 1, None).unwrap(), memory: &memory };
            assert!(other.verify_password(password.as_bytes(), &expected).is_ok());
            assert!(other.verify_password(b"another", &expected).is_err());
        }
        assert!(memory.take_unused().is_empty());
        assert_eq!(memory.take_unused().len(), 1, "one after the other, in one area");
    }

    /// Bounds, point 2.1: a caller who disconnects does not make room for more work while theirs is still running.
    /// Checklist 134.
    #[tokio::test]
    async fn a_turn_ends_with_the_work_and_not_with_who_waits_for_it() {
        let ctx = Ctx {
            now: Timestamp::from_seconds(0),
            rng: Arc::new(Counting),
            facts: Facts::default(),
            later: crate::Later::default(),
        };
        let cost = PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1, concurrency: 1 };
        let passwords = Passwords::new(cost, &ctx).unwrap();
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let mut work = Box::pin(passwords.work(CallerClass::Known, &ctx, move |_| finished.recv()));
        assert!(work.as_mut().now_or_never().is_none());
        drop(work);
        assert_eq!(passwords.turns.free(), 0);
        finish.send(()).unwrap();
        while passwords.turns.free() == 0 {
            tokio::task::yield_now().await;
        }
        assert!(passwords.verify(CallerClass::Known, &ctx, &Secret::new("x"), None).await.is_ok());
    }

    #[tokio::test]
    async fn memory_goes_when_no_password_was_hashed_for_a_second() {
        let ctx = Ctx {
            now: Timestamp::from_seconds(0),
            rng: Arc::new(Counting),
            facts: Facts::default(),
            later: crate::Later::default(),
        };
        let cost = PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1, concurrency: 1 };
        let passwords = Passwords::new(cost, &ctx).unwrap();
        passwords.hash(CallerClass::Known, &Secret::new("right"), &ctx).await.unwrap();
        passwords.rest().await.unwrap();
        passwords.rest().await.unwrap();
        assert!(passwords.memory.take_unused().is_empty());
    }
}
