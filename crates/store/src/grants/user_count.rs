//! The number of users of a client, stored so that lists need not count consents.
use crate::platform::dialect;
use crate::platform::epochs::stands_of;
use crate::platform::page::count;
use crate::{StoreError, Tx, params};
use domain::{ClientId, UserId, WorkspaceId};

/// Locks the client's consents until the transaction ends: no other transaction can add or revoke one between a check
/// and a change. Inserts the count row if there is none, because there would be nothing to lock. A consent added
/// concurrently is still seen, because its transaction already holds the count.
pub(crate) async fn hold(tx: &mut Tx, client: &ClientId) -> Result<(), StoreError> {
    // The client first: deleting a client locks it before reaching for the count.
    dialect::lock_rows(tx, "SELECT id FROM clients WHERE id = $1 FOR KEY SHARE", params![client]).await?;
    let sql = "INSERT INTO client_users (client_id, user_count) SELECT id, 0 FROM clients WHERE id = $1 \
               ON CONFLICT (client_id) DO NOTHING";
    tx.execute(sql, params![client]).await?;
    dialect::lock_rows(tx, "SELECT client_id FROM client_users WHERE client_id = $1 FOR UPDATE", params![client]).await
}

/// A consent, as far as it matters for counting its user.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CountedConsent {
    /// As stored in the table.
    workspace: String,
    /// Whether the consent is valid; it may be revoked and waiting for removal.
    stands: bool,
    /// Whether the user is counted for this workspace, because there is no other consent.
    alone: bool,
}

/// The consents that a user is counted for, read while the count is locked. The user counts as long as there are any. A
/// user whose only consent is valid is also counted for its workspace, so that a revocation there uncounts them at
/// once. If the user has consents elsewhere too, the count is corrected when the revoked row is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountedConsents(Vec<CountedConsent>);

impl CountedConsents {
    pub(crate) async fn read(tx: &mut Tx, user: UserId, client: &ClientId) -> Result<Self, StoreError> {
        let sql = concat!(
            "SELECT p.workspace_id, p.alone, p.stands FROM (SELECT o.workspace_id, o.alone, CAST(CASE WHEN ",
            stands_of!("o", "$2"),
            " THEN 1 ELSE 0 END AS BIGINT) AS stands FROM consents o WHERE o.user_id = $1 AND o.client_id = $2 \
             AND o.epoch = (SELECT e.access_epoch FROM clients e WHERE e.id = $2)) p WHERE p.alone = 0 OR p.stands = 1"
        );
        // No LIMIT: one row per workspace of the user.
        let mut rows = tx.all(sql, params![user, client]).await?;
        let each = rows
            .iter_mut()
            .map(|row| Ok(CountedConsent { workspace: row.text()?, alone: row.bool()?, stands: row.bool()? }));
        each.collect::<Result<_, StoreError>>().map(Self)
    }

    /// Adds a valid consent in this workspace.
    pub(crate) fn with(&self, workspace: &str) -> Self {
        let mut consents = self.without(workspace).0;
        consents.push(CountedConsent { workspace: workspace.to_owned(), stands: true, alone: false });
        Self(consents)
    }

    pub(crate) fn without(&self, workspace: &str) -> Self {
        Self(self.0.iter().filter(|consent| consent.workspace != workspace).cloned().collect())
    }

    /// Keeps only the consents that were already revoked.
    pub(crate) fn without_standing(&self) -> Self {
        Self(self.0.iter().filter(|consent| !consent.stands).cloned().collect())
    }

    const fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// The workspace of the only consent, if there is exactly one and it is valid.
    fn only(&self) -> Option<&str> {
        match self.0.as_slice() {
            [consent] if consent.stands => Some(&consent.workspace),
            _ => None,
        }
    }

    /// Whether the consent in this workspace is the only one.
    pub(crate) fn is_only(&self, workspace: &str) -> bool {
        self.only() == Some(workspace)
    }

    /// Updates the count after deleting a revoked consent in this workspace of a user who had other consents too.
    pub(crate) async fn goes(tx: &mut Tx, user: UserId, client: &ClientId, workspace: &str) -> Result<(), StoreError> {
        let now = Self::read(tx, user, client).await?;
        let mut before = now.clone();
        before.0.push(CountedConsent { workspace: workspace.to_owned(), stands: false, alone: false });
        before.became(tx, user, client, &now).await
    }

    /// Updates the counts from `self` to `now`. The caller locks the count and has already written or deleted the rows.
    pub(crate) async fn became(
        &self,
        tx: &mut Tx,
        user: UserId,
        client: &ClientId,
        now: &Self,
    ) -> Result<(), StoreError> {
        let (before, after) = (i64::from(!self.is_nothing()), i64::from(!now.is_nothing()));
        if before != after {
            add(tx, client, after - before).await?;
        }
        let was = self.0.iter().find(|one| one.alone && one.stands).map(|one| one.workspace.as_str());
        let is = now.only();
        if was == is {
            return Ok(());
        }
        for (workspace, alone) in [(was, false), (is, true)] {
            let Some(workspace) = workspace else { continue };
            let sql = "UPDATE consents SET alone = $4 WHERE user_id = $1 AND client_id = $2 AND workspace_id = $3 \
                       AND alone <> $4";
            tx.execute(sql, params![user, client, workspace, alone]).await?;
            add_in(tx, client, workspace, if alone { 1 } else { -1 }).await?;
        }
        Ok(())
    }
}

/// Adds to the number of users with a consent in this workspace alone.
async fn add_in(tx: &mut Tx, client: &ClientId, workspace: &str, users: i64) -> Result<(), StoreError> {
    // No workspace can revoke a personal consent.
    if workspace.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO client_workspaces (client_id, workspace_id, epoch, user_count, user_epoch) \
               VALUES ($1, $2, 0, $3, (SELECT access_epoch FROM clients WHERE id = $1)) \
               ON CONFLICT (client_id, workspace_id) DO UPDATE SET user_count = excluded.user_count + \
               CASE WHEN client_workspaces.user_epoch = excluded.user_epoch THEN client_workspaces.user_count ELSE 0 END, \
               user_epoch = excluded.user_epoch";
    tx.execute(sql, params![client, workspace, users]).await?;
    Ok(())
}

/// Adds to the number of users; negative to subtract. The caller locks the count.
pub(crate) async fn add(tx: &mut Tx, client: &ClientId, users: i64) -> Result<(), StoreError> {
    let sql = "UPDATE client_users SET user_count = user_count + $2 WHERE client_id = $1";
    tx.execute(sql, params![client, users]).await?;
    Ok(())
}

/// Resets the client's user count and returns the previous one.
pub(crate) async fn clear(tx: &mut Tx, client: &ClientId) -> Result<i64, StoreError> {
    hold(tx, client).await?;
    let users = total(tx, client).await?;
    tx.execute("UPDATE client_users SET user_count = 0 WHERE client_id = $1", params![client]).await?;
    Ok(users)
}

/// Subtracts the users of the client with a consent in this workspace alone.
pub(crate) async fn clear_in(tx: &mut Tx, client: &ClientId, workspace: WorkspaceId) -> Result<(), StoreError> {
    hold(tx, client).await?;
    let sql = "SELECT user_count FROM client_workspaces WHERE client_id = $1 AND workspace_id = $2 \
               AND user_epoch = (SELECT access_epoch FROM clients WHERE id = $1)";
    let users = count(tx, sql, params![client, workspace]).await?;
    if users != 0 {
        add(tx, client, -users).await?;
        add_in(tx, client, &workspace.to_string(), -users).await?;
    }
    Ok(())
}

/// Users of the client, each counted once across workspaces.
pub async fn total(tx: &mut Tx, client: &ClientId) -> Result<i64, StoreError> {
    count(tx, "SELECT user_count FROM client_users WHERE client_id = $1", params![client]).await
}
