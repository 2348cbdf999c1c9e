//! Consents that only a personal access token gave: they go when nothing that came of them lives any more.
use crate::consents::{key, place};
use crate::{StoreError, Tx, client_users, params};
use domain::Timestamp;

macro_rules! spent {
    () => {
        "standing = '' AND updated_at < $2 AND consents.epoch = (SELECT e.access_epoch FROM clients e \
         WHERE e.id = consents.client_id) AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.user_id = consents.user_id \
         AND g.client_id = consents.client_id AND COALESCE(g.workspace_id, '') = consents.workspace_id \
         AND g.ended_at IS NULL AND g.expires_at > $1)"
    };
}

/// Removes at most `limit` of those last changed before `before`, which must be so long ago that their codes have expired.
pub async fn delete(tx: &mut Tx, now: Timestamp, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    // In the order in which clients are held.
    let sql = concat!(
        "SELECT user_id, client_id, workspace_id FROM consents WHERE ",
        spent!(),
        " ORDER BY client_id, user_id, workspace_id LIMIT $3"
    );
    let delete =
        concat!("DELETE FROM consents WHERE ", spent!(), " AND user_id = $3 AND client_id = $4 AND workspace_id = $5");
    let mut deleted = 0;
    for mut row in tx.all(sql, params![now, before, limit]).await? {
        let (user, client, workspace) = (row.parse()?, row.client_id()?, place(&mut row)?);
        client_users::hold(tx, &client).await?;
        // The person may have allowed more meanwhile.
        let gone = tx.execute(delete, params![now, before, user, &client, key(workspace)]).await?;
        if gone == 1 && !client_users::allows(tx, user, &client).await? {
            client_users::add(tx, &client, -1).await?;
        }
        deleted += gone;
    }
    Ok(deleted)
}
