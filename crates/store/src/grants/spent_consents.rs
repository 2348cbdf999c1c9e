//! Consents given only with a personal access token. They are deleted once none of their grants is active.
use crate::grants::consents::{key, place};
use crate::grants::user_count::{self, CountedConsents};
use crate::platform::epochs::stands;
use crate::{StoreError, Tx, params};
use domain::{ClientId, Timestamp, UserId, WorkspaceId};

macro_rules! spent {
    () => {
        concat!(
            "standing = '' AND updated_at < $2 AND ",
            stands!("consents"),
            " AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.user_id = consents.user_id \
             AND g.client_id = consents.client_id AND COALESCE(g.workspace_id, '') = consents.workspace_id \
             AND g.ended_at IS NULL AND g.expires_at > $1)"
        )
    };
}

/// The last consent that was checked: its client, user and workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsentCursor(Option<(ClientId, UserId, Option<WorkspaceId>)>);

/// Checks the next `limit` consents after a cursor, and deletes spent ones last changed before `before`. `before` must
/// be long enough ago for their codes to have expired. Returns how many were deleted, and where to continue.
pub async fn delete(
    tx: &mut Tx,
    now: Timestamp,
    before: Timestamp,
    after: &ConsentCursor,
    limit: i64,
) -> Result<(u64, Option<ConsentCursor>), StoreError> {
    // In the order in which clients are locked.
    let sql = concat!(
        "SELECT client_id, user_id, workspace_id, CAST(CASE WHEN ",
        spent!(),
        " THEN 1 ELSE 0 END AS BIGINT) FROM consents WHERE standing = '' \
         AND (client_id, user_id, workspace_id) > ($3, $4, $5) ORDER BY client_id, user_id, workspace_id LIMIT $6"
    );
    let delete =
        concat!("DELETE FROM consents WHERE ", spent!(), " AND user_id = $3 AND client_id = $4 AND workspace_id = $5");
    let texts = |(client, user, workspace): &(ClientId, UserId, Option<WorkspaceId>)| {
        (client.to_string(), user.to_string(), key(*workspace))
    };
    let (client, user, workspace) = after.0.as_ref().map(texts).unwrap_or_default();
    let mut rows = tx.all(sql, params![now, before, &client, &user, &workspace, limit]).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|looked| looked == limit);
    let (mut deleted, mut last) = (0, None);
    for row in &mut rows {
        let (client, user, workspace) = (row.client_id()?, row.parse()?, place(row)?);
        if row.bool()? {
            user_count::hold(tx, &client).await?;
            // The user may have allowed more in the meantime.
            let allowed = CountedConsents::read(tx, user, &client).await?;
            let gone = tx.execute(delete, params![now, before, user, &client, key(workspace)]).await?;
            if gone == 1 {
                allowed.became(tx, user, &client, &allowed.without(&key(workspace))).await?;
            }
            deleted += gone;
        }
        last = Some(ConsentCursor(Some((client, user, workspace))));
    }
    Ok((deleted, last.filter(|_| more)))
}
