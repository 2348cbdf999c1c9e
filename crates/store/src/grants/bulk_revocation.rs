//! Bulk revocation: raising an epoch revokes consents and grants at once; their rows are then removed in batches, so
//! that other writes are not held up.
use crate::grants::user_count::{self, CountedConsents};
use crate::grants::{self, EndedGrant, consents};
use crate::platform::dialect;
use crate::platform::epochs::{self, epoch_there, lives};
use crate::{Row, StoreError, Tx, Value, params};
use domain::grants::EndReason;
use domain::grants::consent::Consent;
use domain::{ClientId, GrantId, Timestamp, UserId, WorkspaceId};

/// The scope of a revocation: one workspace, or everywhere.
pub type RevocationExtent = Option<WorkspaceId>;

/// A revocation of all access users gave a client, whose rows are still being removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The client that loses its access.
    pub client_id: ClientId,
    /// The workspace to which the revocation is limited.
    pub workspace_id: RevocationExtent,
    /// When the revocation took effect.
    pub at: Timestamp,
    /// The reason recorded in every ended grant.
    pub reason: EndReason,
    /// Context for the audit log.
    pub request_id: String,
    /// Who revoked, as written in the audit log.
    pub actor: String,
    /// The credential they used, if any.
    pub credential: Option<String>,
    /// The IP address of the request, if known.
    pub ip: Option<String>,
    /// The last grant that was processed.
    pub passed: Option<(UserId, GrantId)>,
}

macro_rules! columns {
    () => {
        "at, reason, request_id, actor, credential, ip, passed_user, passed_grant"
    };
}

fn read(row: &mut Row) -> Result<Revocation, StoreError> {
    Ok(Revocation {
        client_id: row.client_id()?,
        workspace_id: consents::place(row)?,
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

macro_rules! insert {
    ($table:literal, $keys:literal, $values:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (",
            $keys,
            ", ",
            columns!(),
            ") VALUES (",
            $values,
            ", $2, $3, $4, $5, $6, $7, '', '') ON CONFLICT (",
            $keys,
            ") DO UPDATE SET at = excluded.at, reason = excluded.reason, request_id = excluded.request_id, \
             actor = excluded.actor, credential = excluded.credential, ip = excluded.ip, passed_user = '', \
             passed_grant = ''"
        )
    };
}

/// Revokes what users allowed the client and records that rows remain. Returns how many users the client had if the
/// revocation is not limited to a workspace, else 0.
pub async fn begin(tx: &mut Tx, revocation: &Revocation) -> Result<i64, StoreError> {
    let Revocation { client_id, workspace_id, at, reason, request_id, actor, credential, ip, .. } = revocation;
    // Locks the client before its user count, like every write of both.
    let (place, users, sql) = if let Some(workspace) = *workspace_id {
        // Not for a policy change: a policy only concerns what users allow, and changing one holds shared locks on very
        // many clients.
        if *reason == EndReason::ConsentRevoked {
            epochs::raise_of_owned(tx, client_id, workspace).await?;
        }
        user_count::clear_in(tx, client_id, workspace).await?;
        epochs::raise_in_workspace(tx, client_id, workspace).await?;
        (Some(workspace.to_string()), 0, insert!("workspace_revocations", "client_id, workspace_id", "$8, $1"))
    } else {
        epochs::raise_of_client(tx, client_id).await?;
        (None, user_count::clear(tx, client_id).await?, insert!("revocations", "client_id", "$1"))
    };
    let client = client_id.to_string();
    let first = place.as_ref().unwrap_or(&client);
    let mut params = vec![Value::from(first), (*at).into(), reason.as_str().into(), request_id.into(), actor.into()];
    params.extend([credential.as_ref().into(), ip.as_ref().into()]);
    if place.is_some() {
        params.push(client_id.into());
    }
    tx.execute(sql, &params).await?;
    Ok(users)
}

macro_rules! all {
    ($then:literal) => {
        concat!(
            "SELECT r.client_id, r.workspace_id, r.at, r.reason, r.request_id, r.actor, r.credential, r.ip, r.passed_user, \
             r.passed_grant FROM (SELECT client_id, '' AS workspace_id, ",
            columns!(),
            " FROM revocations UNION ALL SELECT client_id, workspace_id, ",
            columns!(),
            " FROM workspace_revocations) r ",
            $then
        )
    };
}

/// The oldest unfinished revocation.
pub async fn oldest(tx: &mut Tx) -> Result<Option<Revocation>, StoreError> {
    let sql = all!("ORDER BY r.at, r.client_id, r.workspace_id LIMIT 1");
    tx.one(sql, &[]).await?.map(|mut row| read(&mut row)).transpose()
}

/// Locks a client's revocation until the transaction ends, so that only one node works on it. New consents for the
/// client wait.
pub async fn hold(tx: &mut Tx, client: &ClientId, place: RevocationExtent) -> Result<Option<Revocation>, StoreError> {
    user_count::hold(tx, client).await?;
    let sql = all!("WHERE r.client_id = $1 AND r.workspace_id = $2");
    tx.one(sql, params![client, consents::key(place)]).await?.map(|mut row| read(&mut row)).transpose()
}

/// Deletes and returns at most `limit` revoked consents. The caller locks the revocation.
pub async fn remove_consents(
    tx: &mut Tx,
    client: &ClientId,
    place: RevocationExtent,
    limit: i64,
) -> Result<Vec<Consent>, StoreError> {
    let Some(workspace) = place else {
        let sql = dialect::pick(tx, REMOVE.0, REMOVE.1);
        return tx.all(sql, params![client, limit]).await?.iter_mut().map(consents::read).collect();
    };
    let mut removed = Vec::new();
    for mut row in tx.all(dialect::pick(tx, REMOVE_IN.0, REMOVE_IN.1), params![client, workspace, limit]).await? {
        let consent = consents::read(&mut row)?;
        // Users without other consents were uncounted when the revocation began.
        if !row.bool()? {
            CountedConsents::goes(tx, consent.user_id, client, &consents::key(place)).await?;
        }
        removed.push(consent);
    }
    Ok(removed)
}

/// The next revoked consents of a client, in the order of an index, so that no more are read than are removed.
macro_rules! revoked {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM consents o WHERE o.client_id = $1 AND o.epoch < (SELECT e.access_epoch FROM clients e WHERE e.id = $1) \
             ORDER BY o.epoch, o.user_id LIMIT $2"
        )
    };
}

/// Like `revoked`, for what a workspace revoked.
macro_rules! revoked_in {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM consents o WHERE o.client_id = $1 AND o.workspace_id = $2 AND o.workspace_id <> '' \
             AND o.epoch = (SELECT e.access_epoch FROM clients e WHERE e.id = $1) AND o.workspace_epoch < ",
            epoch_there!("$1", "$2"),
            " ORDER BY o.workspace_epoch, o.created_at LIMIT $3"
        )
    };
}

// For PostgreSQL the rows are found once and then deleted by their place. Otherwise, while the statistics are old, it may look for
// the revoked rows again for every row of the client.
const REMOVE: (&str, &str) = (
    concat!(
        "DELETE FROM consents WHERE client_id = $1 AND (user_id, workspace_id) IN (",
        revoked!("o.user_id, o.workspace_id"),
        ")",
        consents::columns!(RETURNING)
    ),
    concat!("DELETE FROM consents WHERE ctid = ANY (ARRAY(", revoked!("o.ctid"), "))", consents::columns!(RETURNING)),
);

const REMOVE_IN: (&str, &str) = (
    concat!(
        "DELETE FROM consents WHERE client_id = $1 AND workspace_id = $2 AND user_id IN (",
        revoked_in!("o.user_id"),
        ")",
        consents::columns!(RETURNING),
        ", alone"
    ),
    concat!(
        "DELETE FROM consents WHERE ctid = ANY (ARRAY(",
        revoked_in!("o.ctid"),
        "))",
        consents::columns!(RETURNING),
        ", alone"
    ),
);

macro_rules! next {
    ($whose:literal) => {
        // LIMIT applies before the check, which bounds the rows read even if most grants are still valid.
        concat!(
            "SELECT g.user_id, g.id, CAST(CASE WHEN g.ended_at IS NULL AND NOT (",
            lives!("g"),
            ") THEN 1 ELSE 0 END AS BIGINT) FROM (SELECT user_id, id, client_id, workspace_id, ended_at, epoch FROM grants \
             WHERE client_id = $1 AND ",
            $whose,
            " AND (user_id, id) > ($2, $3) ORDER BY user_id, id LIMIT $4) g ORDER BY g.user_id, g.id"
        )
    };
}

/// Checks the next `limit` grants, ends those that are revoked, and saves the position. Returns the ended grants, and
/// whether there may be more.
pub async fn end_grants(
    tx: &mut Tx,
    revocation: &Revocation,
    limit: i64,
) -> Result<(Vec<EndedGrant>, bool), StoreError> {
    let Revocation { client_id, workspace_id, at, reason, passed, .. } = revocation;
    let (user, grant) = passed.map(|(user, grant)| (user.to_string(), grant.to_string())).unwrap_or_default();
    let next = if workspace_id.is_some() { next!("workspace_id = $5") } else { next!("$5 = $5") };
    let (mut last, mut looked, mut void): (Option<(UserId, GrantId)>, i64, Vec<GrantId>) = (None, 0, Vec::new());
    for mut row in tx.all(next, params![client_id, &user, &grant, limit, consents::key(*workspace_id)]).await? {
        let (user, grant) = (row.parse()?, row.parse()?);
        last = Some((user, grant));
        looked += 1;
        if row.bool()? {
            void.push(grant);
        }
    }
    let Some((user, grant)) = last else { return Ok((Vec::new(), false)) };
    let ids = serde_json::json!(void).to_string();
    // In the order in which other transactions lock grants.
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
    let sql = match workspace_id {
        None => "UPDATE revocations SET passed_user = $3, passed_grant = $4 WHERE client_id = $1 AND $2 = $2",
        Some(_) => {
            "UPDATE workspace_revocations SET passed_user = $3, passed_grant = $4 \
             WHERE client_id = $1 AND workspace_id = $2"
        }
    };
    tx.execute(sql, params![client_id, consents::key(*workspace_id), user, grant]).await?;
    Ok((ended, looked == limit))
}

/// Records that no rows are left.
pub async fn done(tx: &mut Tx, client: &ClientId, place: RevocationExtent) -> Result<(), StoreError> {
    let sql = match place {
        None => "DELETE FROM revocations WHERE client_id = $1 AND $2 = $2",
        Some(_) => "DELETE FROM workspace_revocations WHERE client_id = $1 AND workspace_id = $2",
    };
    tx.execute(sql, params![client, consents::key(place)]).await?;
    Ok(())
}
