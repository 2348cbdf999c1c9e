//! Removing what raising a client's epoch took back: some rows at a time, so that other writes go on.
use crate::consents;
use crate::dialect;
use crate::epochs::{self, lives};
use crate::grants::{self, Ended};
use crate::{Row, StoreError, Tx, client_users, params};
use domain::oauth::consent::Consent;
use domain::oauth::grant::EndReason;
use domain::{ClientId, GrantId, Timestamp, UserId};

/// All access that people gave a client was revoked, and its rows are still being removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    pub client_id: ClientId,
    pub at: Timestamp,
    pub reason: EndReason,
    /// Who did it, for the audit log.
    pub request_id: String,
    pub actor: String,
    pub credential: Option<String>,
    pub ip: Option<String>,
    /// The last grant that was looked at.
    pub passed: Option<(UserId, GrantId)>,
}

fn read(row: &mut Row) -> Result<Revocation, StoreError> {
    Ok(Revocation {
        client_id: row.client_id()?,
        at: row.time()?,
        reason: row.with(EndReason::parse)?,
        request_id: row.text()?,
        actor: row.text()?,
        credential: row.opt_text()?,
        ip: row.opt_text()?,
        passed: {
            let (user, grant) = (row.text()?, row.text()?);
            user.parse().ok().zip(grant.parse().ok())
        },
    })
}

/// Takes back all that anybody allowed the client, and notes that rows remain. Answers how many users it had.
pub async fn begin(tx: &mut Tx, revocation: &Revocation) -> Result<i64, StoreError> {
    let Revocation { client_id, at, reason, request_id, actor, credential, ip, .. } = revocation;
    // The client before the count of its users, as in every write of both.
    epochs::raise_of_client(tx, client_id).await?;
    let users = client_users::clear(tx, client_id).await?;
    let sql = "INSERT INTO revocations (client_id, at, reason, request_id, actor, credential, ip, passed_user, passed_grant) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, '', '') ON CONFLICT (client_id) DO UPDATE SET at = excluded.at, \
               reason = excluded.reason, request_id = excluded.request_id, actor = excluded.actor, \
               credential = excluded.credential, ip = excluded.ip, passed_user = '', passed_grant = ''";
    let params = params![client_id, *at, reason.as_str(), request_id, actor, credential.as_ref(), ip.as_ref()];
    tx.execute(sql, params).await?;
    Ok(users)
}

/// The revocation that has rows left for longest.
pub async fn oldest(tx: &mut Tx) -> Result<Option<Revocation>, StoreError> {
    let sql = "SELECT client_id, at, reason, request_id, actor, credential, ip, passed_user, passed_grant \
               FROM revocations ORDER BY at, client_id LIMIT 1";
    tx.one(sql, &[]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The same of a client, until the transaction ends: only one works at it. Who gives the client a consent waits meanwhile.
pub async fn hold(tx: &mut Tx, client: &ClientId) -> Result<Option<Revocation>, StoreError> {
    client_users::hold(tx, client).await?;
    let sql = "SELECT client_id, at, reason, request_id, actor, credential, ip, passed_user, passed_grant \
               FROM revocations WHERE client_id = $1";
    tx.one(sql, params![client]).await?.map(|mut row| read(&mut row)).transpose()
}

/// Removes at most `limit` revoked consents; returns them.
pub async fn remove_consents(tx: &mut Tx, client: &ClientId, limit: i64) -> Result<Vec<Consent>, StoreError> {
    // In the order of the index, so that it reads no more than it removes.
    let sql = "DELETE FROM consents WHERE client_id = $1 AND (user_id, workspace_id) IN (SELECT o.user_id, o.workspace_id \
         FROM consents o WHERE o.client_id = $1 AND o.epoch < (SELECT e.access_epoch FROM clients e WHERE e.id = $1) \
         ORDER BY o.epoch, o.user_id LIMIT $2) \
         RETURNING user_id, client_id, workspace_id, scopes, standing, stays, created_at, updated_at";
    tx.all(sql, params![client, limit]).await?.iter_mut().map(consents::read).collect()
}

/// Looks at the next `limit` grants, ends those that count for nothing any more, and notes how far that is; answers them, and
/// whether there may be more.
pub async fn end_grants(tx: &mut Tx, revocation: &Revocation, limit: i64) -> Result<(Vec<Ended>, bool), StoreError> {
    let Revocation { client_id, at, reason, passed, .. } = revocation;
    let (user, grant) = passed.map(|(user, grant)| (user.to_string(), grant.to_string())).unwrap_or_default();
    // The limit comes first: however many live, no more are read.
    let next = concat!(
        "SELECT g.user_id, g.id, CAST(CASE WHEN g.ended_at IS NULL AND NOT ",
        lives!("g"),
        " THEN 1 ELSE 0 END AS BIGINT) FROM (SELECT user_id, id, client_id, ended_at, epoch FROM grants \
         WHERE client_id = $1 AND (user_id, id) > ($2, $3) ORDER BY user_id, id LIMIT $4) g ORDER BY g.user_id, g.id"
    );
    let (mut last, mut looked, mut void): (Option<(UserId, GrantId)>, i64, Vec<GrantId>) = (None, 0, Vec::new());
    for mut row in tx.all(next, params![client_id, &user, &grant, limit]).await? {
        let (user, grant) = (row.parse()?, row.parse()?);
        last = Some((user, grant));
        looked += 1;
        if row.bool()? {
            void.push(grant);
        }
    }
    let Some((user, grant)) = last else { return Ok((Vec::new(), false)) };
    let ids = serde_json::json!(void).to_string();
    // In the order in which others lock grants.
    let lock = "SELECT id FROM grants WHERE id IN (SELECT json_array_elements_text(CAST($1 AS json))) \
                ORDER BY id FOR UPDATE";
    dialect::lock_rows(tx, lock, params![&ids]).await?;
    macro_rules! end {
        ($ids:literal) => {
            concat!(
                "UPDATE grants SET ended_at = $2, ended_reason = $3 WHERE ended_at IS NULL AND id IN (",
                $ids,
                ") RETURNING id, client_id, user_id, workspace_id"
            )
        };
    }
    let end = dialect::pick(
        tx,
        end!("SELECT value FROM json_each($1)"),
        end!("SELECT json_array_elements_text(CAST($1 AS json))"),
    );
    let mut rows = tx.all(end, params![&ids, *at, reason.as_str()]).await?;
    let ended = rows.iter_mut().map(grants::read_ended).collect::<Result<_, StoreError>>()?;
    let sql = "UPDATE revocations SET passed_user = $2, passed_grant = $3 WHERE client_id = $1";
    tx.execute(sql, params![client_id, user, grant]).await?;
    Ok((ended, looked == limit))
}

/// Notes that no rows are left.
pub async fn done(tx: &mut Tx, client: &ClientId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM revocations WHERE client_id = $1", params![client]).await?;
    Ok(())
}
