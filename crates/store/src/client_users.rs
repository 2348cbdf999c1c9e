//! How many users allowed a client something: kept, so that no list counts consents.
use crate::epochs::stands;
use crate::page::count;
use crate::{Row, StoreError, Tx, Value, dialect, params};
use domain::{ClientId, UserId};

/// Until the transaction ends nobody else gives the client a consent or takes one back: what is found between this and a
/// change is still so at the change.
pub(crate) async fn hold(tx: &mut Tx, client: &ClientId) -> Result<(), StoreError> {
    dialect::lock_rows(tx, "SELECT client_id FROM client_users WHERE client_id = $1 FOR UPDATE", params![client]).await
}

/// The same before a consent is given, which may be the client's first.
pub(crate) async fn hold_to_give(tx: &mut Tx, client: &ClientId) -> Result<(), StoreError> {
    // The client first: who removes it has it when reaching for the count.
    dialect::lock_rows(tx, "SELECT id FROM clients WHERE id = $1 FOR KEY SHARE", params![client]).await?;
    let sql = "INSERT INTO client_users (client_id, user_count) VALUES ($1, 0) ON CONFLICT (client_id) DO NOTHING";
    tx.execute(sql, params![client]).await?;
    hold(tx, client).await
}

/// Whether the user allows the client anything, wherever.
pub(crate) async fn allows(tx: &mut Tx, user: UserId, client: &ClientId) -> Result<bool, StoreError> {
    let sql = concat!(
        "SELECT o.user_id FROM consents o WHERE o.user_id = $1 AND o.client_id = $2 AND ",
        stands!("o"),
        " LIMIT 1"
    );
    Ok(tx.one(sql, params![user, client]).await?.is_some())
}

/// Counts users who came, or went; the caller holds the count.
pub(crate) async fn add(tx: &mut Tx, client: &ClientId, users: i64) -> Result<(), StoreError> {
    let sql = "UPDATE client_users SET user_count = user_count + $2 WHERE client_id = $1";
    tx.execute(sql, params![client, users]).await?;
    Ok(())
}

/// Forgets all users of the client; answers how many there were.
pub(crate) async fn clear(tx: &mut Tx, client: &ClientId) -> Result<i64, StoreError> {
    // Another transaction may be giving the first consent right now: without a row there is nothing to hold.
    hold_to_give(tx, client).await?;
    let users = total(tx, client).await?;
    tx.execute("UPDATE client_users SET user_count = 0 WHERE client_id = $1", params![client]).await?;
    Ok(users)
}

/// The texts that take back many consents of one workspace: they take the same parameters, the workspace first.
pub(crate) struct Leaving {
    /// Locks the counts of the clients that lose some, in the order of their ids.
    pub lock: &'static str,
    /// Counts the users who go.
    pub count: &'static str,
    pub delete: &'static str,
}

impl Leaving {
    /// Answers what the last text returns. Who gives a consent in a workspace shares its lock, which the caller has alone.
    pub(crate) async fn run(&self, tx: &mut Tx, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        dialect::lock_rows(tx, self.lock, params).await?;
        tx.execute(self.count, params).await?;
        tx.all(self.delete, params).await
    }
}

/// Users who allow the client something, each once however many workspaces they allow it in.
pub async fn total(tx: &mut Tx, client: &ClientId) -> Result<i64, StoreError> {
    count(tx, "SELECT user_count FROM client_users WHERE client_id = $1", params![client]).await
}
