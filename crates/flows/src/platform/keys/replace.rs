//! Replaces the master key: everything sealed under it is sealed under the new one, in one transaction.
use super::ring::{sealing_name, signing_name};
use super::{ANSWERS, KEEPING, KEPT, MasterKey, webhook_name};
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::{Ctx, Fault};
use domain::events::Change;
use serde_json::json;
use store::{Store, Tx};

/// The number of rows in one read.
const PAGE: i64 = 500;

/// The number of values that were sealed under the new master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resealed {
    pub signing_keys: usize,
    pub sealing_keys: usize,
    pub webhooks: usize,
    /// Responses stored under idempotency keys.
    pub answers: usize,
}

/// The old and the new master key.
struct Both<'k> {
    old: &'k MasterKey,
    new: &'k MasterKey,
    ctx: &'k Ctx,
}

impl Both<'_> {
    /// Seals a value under the new key, and checks that it opens again.
    fn reseal(&self, usage: &str, name: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        let plain = self.old.open_for(usage, name, sealed).ok_or(super::WRONG)?;
        self.seal(usage, name, &plain)
    }

    fn seal(&self, usage: &str, name: &[u8], plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let sealed = self.new.seal_for(usage, name, plain, self.ctx)?;
        match self.new.open_for(usage, name, &sealed) {
            Some(again) if again.as_slice() == plain => Ok(sealed),
            _ => Err(Fault::Other("what was sealed under the new master key does not open")),
        }
    }

    /// Like [`Self::reseal`], for a key or secret.
    fn reseal_key(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        self.reseal(super::KEYS, name.as_bytes(), sealed)
    }

    async fn keys(&self, tx: &mut Tx, done: &mut Resealed) -> Result<(), Fault> {
        for usage in KEPT {
            let sealed = self.seal(KEEPING, usage.as_bytes(), self.old.secret(usage).as_ref())?;
            store::platform::master::keep(tx, usage, &sealed).await?;
        }
        for (kid, sealed) in store::platform::master::signing(tx).await? {
            store::platform::master::set_signing(tx, &kid, &self.reseal_key(&signing_name(&kid), &sealed)?).await?;
            done.signing_keys += 1;
        }
        for key in store::platform::keys::list_sealing(tx).await? {
            store::platform::master::set_sealing(tx, key.id, &self.reseal_key(&sealing_name(key.id), &key.sealed)?)
                .await?;
            done.sealing_keys += 1;
        }
        Ok(())
    }

    async fn webhooks(&self, tx: &mut Tx, done: &mut Resealed) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let page = store::platform::master::webhooks(tx, after, PAGE).await?;
            let Some((last, ..)) = page.last() else { return Ok(()) };
            after = Some(*last);
            for (id, secret, previous) in page {
                let name = webhook_name(id);
                let secret = self.reseal_key(&name, &secret)?;
                let previous = previous.map(|sealed| self.reseal_key(&name, &sealed)).transpose()?;
                store::platform::master::set_webhook(tx, id, &secret, previous.as_deref()).await?;
                done.webhooks += 1;
            }
        }
    }

    async fn answers(&self, tx: &mut Tx, done: &mut Resealed) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let page = store::platform::master::answers(tx, after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(*last);
            for (hash, sealed) in page {
                let sealed = self.reseal(ANSWERS, hash.as_bytes(), &sealed)?;
                store::platform::master::set_answer(tx, hash, &sealed).await?;
                done.answers += 1;
            }
        }
    }
}

/// Seals under `new` everything that this database holds under `old`, or nothing at all. Hashes stay valid. Processes that still
/// use the old key can no longer seal anything.
pub async fn replace_master(store: &Store, old: &MasterKey, new: &MasterKey, ctx: &Ctx) -> Result<Resealed, Fault> {
    if old.bytes == new.bytes {
        return Err(Fault::Other("the new master key is the old one"));
    }
    let (old, new, ctx) = (old.clone(), new.clone(), ctx.clone());
    let work = store.write(move |tx| {
        Box::pin(async move {
            store::platform::keys::lock(tx).await?;
            // From here on no other transaction can seal anything, and those that did have committed.
            store::platform::master::replace(tx, old.generation, ctx.now).await?;
            let both = Both { old: &old, new: &new, ctx: &ctx };
            let mut done = Resealed::default();
            both.keys(tx, &mut done).await?;
            both.webhooks(tx, &mut done).await?;
            both.answers(tx, &mut done).await?;
            let detail = json!({
                "signing_keys": done.signing_keys,
                "sealing_keys": done.sealing_keys,
                "webhooks": done.webhooks,
                "answers": done.answers,
            });
            changes::within(
                tx,
                &ctx,
                ChangeRecord::of(Change::MasterKeyReplaced, AuditSubject::default()).with(detail),
            )
            .await?;
            Ok::<_, Fault>(done)
        })
    });
    work.await
}

/// Whether this is the master key of the database. `false` if the database has no keys yet.
pub async fn opens(store: &Store, master: &MasterKey) -> Result<bool, Fault> {
    let Some(newest) = store::platform::keys::list_sealing(&mut *store.read().await?).await?.into_iter().next() else {
        return Ok(false);
    };
    Ok(master.open(&sealing_name(newest.id), &newest.sealed).is_ok())
}
