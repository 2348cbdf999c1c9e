//! Which clients a workspace allows. Changing the policy or the list takes an exclusive lock on the workspace; relying
//! on them takes a shared one.
use crate::clients::policy::{policy_allows, policy_forbids};
use crate::grants::own_names::own_names;
use crate::grants::workspace_apps::{apps_of, reaching};
use crate::platform::dialect;
use crate::platform::epochs::{epoch_there, stands, stands_in};
use crate::platform::page::{COUNTED, MAX_LIMIT, MOST_CHOICES, Page, Paged, count};
use crate::workspace::read_roles;
use crate::{Row, StoreError, Tx, clients, params};
use domain::clients::Client;
use domain::workspace::{AppPolicy, WorkspaceMembership};
use domain::{ClientId, Timestamp, UserId, WorkspaceId};

/// Which apps the workspace allows; `None` if there is no such workspace.
pub async fn read(tx: &mut Tx, workspace: WorkspaceId) -> Result<Option<AppPolicy>, StoreError> {
    let sql = "SELECT app_policy FROM workspaces WHERE id = $1";
    tx.one(sql, params![workspace]).await?.map(|mut row| row.with(AppPolicy::parse)).transpose()
}

/// Returns `false` if there is no such workspace or it already has this policy. The caller locks the workspace.
pub async fn set(tx: &mut Tx, workspace: WorkspaceId, to: AppPolicy, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE workspaces SET app_policy = $2, updated_at = $3 WHERE id = $1 AND app_policy <> $2";
    Ok(tx.execute(sql, params![workspace, to.as_str(), now]).await? == 1)
}

/// Whether the workspace allows the client.
pub async fn allows(tx: &mut Tx, workspace: WorkspaceId, client: &ClientId) -> Result<bool, StoreError> {
    let sql = concat!(
        "SELECT w.id FROM workspaces w JOIN clients c ON c.id = $2 WHERE w.id = $1 AND ",
        policy_allows!("w.app_policy", "w.id")
    );
    Ok(tx.one(sql, params![workspace, client]).await?.is_some())
}

/// Locks all clients with consents in the workspace, so that their trust levels cannot change before the transaction
/// ends. The caller locks the workspace.
pub async fn hold_clients(tx: &mut Tx, workspace: WorkspaceId) -> Result<(), StoreError> {
    let sql = "SELECT id FROM clients WHERE id IN (SELECT client_id FROM consents WHERE workspace_id = $1) \
               ORDER BY id FOR SHARE";
    dialect::lock_rows(tx, sql, params![workspace]).await
}

/// A workspace that a user could choose for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateWorkspace {
    /// The workspace and the user's roles in it.
    pub membership: WorkspaceMembership,
    /// Whether the workspace's policy allows the client.
    pub allowed: bool,
    /// The client's epoch in the workspace.
    pub epoch: i64,
}

/// The user's workspaces by name; at most [`MOST_CHOICES`].
pub async fn memberships(tx: &mut Tx, user: UserId, client: &ClientId) -> Result<Vec<CandidateWorkspace>, StoreError> {
    let sql = concat!(
        "SELECT w.id, w.name, m.role, m.extra_roles, CAST(CASE WHEN ",
        policy_allows!("w.app_policy", "w.id"),
        " THEN 1 ELSE 0 END AS BIGINT), ",
        epoch_there!("c.id", "w.id"),
        " FROM members m JOIN workspaces w ON w.id = m.workspace_id JOIN clients c ON c.id = $2 WHERE m.user_id = $1 ORDER BY w.name, w.id LIMIT $3"
    );
    let mut rows = tx.all(sql, params![user, client, MOST_CHOICES]).await?;
    let each = rows.iter_mut().map(|row| {
        let membership =
            WorkspaceMembership { workspace_id: row.parse()?, workspace_name: row.text()?, roles: read_roles(row)? };
        Ok(CandidateWorkspace { membership, allowed: row.bool()?, epoch: row.int()? })
    });
    each.collect()
}

/// The workspaces that have consents for the client and a policy other than `all`, by id.
pub async fn choosy_workspaces(tx: &mut Tx, client: &ClientId) -> Result<Vec<WorkspaceId>, StoreError> {
    // No LIMIT: when the operator lowers a client's trust level, all of them are processed.
    let sql = concat!(
        "SELECT DISTINCT w.id FROM consents o JOIN workspaces w ON w.id = o.workspace_id \
         WHERE o.client_id = $1 AND w.app_policy <> 'all' AND ",
        stands!("o"),
        " ORDER BY w.id"
    );
    tx.all(sql, params![client]).await?.iter_mut().map(Row::parse).collect()
}

/// The clients that the workspace does not allow but that still have consents or grants there, by id. The caller locks
/// the workspace.
pub async fn kept_out(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<ClientId>, StoreError> {
    // No LIMIT: when a workspace changes its policy, all of them are processed.
    let sql = concat!(
        "WITH RECURSIVE ",
        apps_of!("$1"),
        ", used (client_id) AS (SELECT MIN(g.client_id) FROM grants g WHERE g.workspace_id = $1 \
         UNION ALL SELECT (SELECT MIN(g.client_id) FROM grants g WHERE g.workspace_id = $1 AND g.client_id > v.client_id) \
         FROM used v WHERE v.client_id IS NOT NULL) \
         SELECT x.id FROM clients x WHERE x.id IN (SELECT a.client_id FROM apps a UNION ALL SELECT v.client_id FROM used v) \
         AND ",
        policy_forbids!("$1", "x.id"),
        " ORDER BY x.id"
    );
    tx.all(sql, params![workspace]).await?.iter_mut().map(Row::client_id).collect()
}

/// What a policy would revoke in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyEffect {
    /// Clients that would lose their access.
    pub clients: i64,
    /// Counted up to [`COUNTED`].
    pub people: i64,
    /// Clients that act for users personally and would no longer receive the workspace's id and the users' roles.
    pub own_names: i64,
}

/// What would be revoked at `now` if the workspace had this policy, with its current list.
pub async fn effect(
    tx: &mut Tx,
    workspace: WorkspaceId,
    policy: AppPolicy,
    now: Timestamp,
) -> Result<PolicyEffect, StoreError> {
    const NOTHING: PolicyEffect = PolicyEffect { clients: 0, people: 0, own_names: 0 };
    if policy == AppPolicy::All {
        return Ok(NOTHING);
    }
    let sql = concat!(
        "WITH RECURSIVE ",
        apps_of!("$1"),
        ", ",
        own_names!("$4"),
        ", kept_out (client_id) AS MATERIALIZED (SELECT c.id FROM apps a JOIN clients c ON c.id = a.client_id WHERE NOT ",
        policy_allows!("$2", "$1"),
        ") SELECT (SELECT COUNT(*) FROM kept_out), (SELECT COUNT(*) FROM (SELECT DISTINCT o.user_id FROM kept_out k \
         CROSS JOIN consents o WHERE o.workspace_id = $1 AND o.workspace_id <> '' AND o.client_id = k.client_id AND ",
        stands_in!("o", "k.client_id", "$1"),
        " LIMIT $3) affected), (SELECT COUNT(*) FROM own_names b CROSS JOIN clients c WHERE c.id = b.client_id AND NOT ",
        policy_allows!("$2", "$1"),
        ")"
    );
    match tx.one(sql, params![workspace, policy.as_str(), COUNTED, now]).await? {
        Some(mut row) => Ok(PolicyEffect { clients: row.int()?, people: row.int()?, own_names: row.int()? }),
        None => Ok(NOTHING),
    }
}

/// Adds a client to the list. Returns `false` if it is already on it. The caller locks the workspace.
pub async fn list(tx: &mut Tx, workspace: WorkspaceId, client: &ClientId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "INSERT INTO workspace_allowed_clients (workspace_id, client_id, created_at) VALUES ($1, $2, $3) \
               ON CONFLICT (workspace_id, client_id) DO NOTHING";
    Ok(tx.execute(sql, params![workspace, client, now]).await? == 1)
}

/// Removes a client from the list. Returns `false` if it was not on it. The caller locks the workspace.
pub async fn unlist(tx: &mut Tx, workspace: WorkspaceId, client: &ClientId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM workspace_allowed_clients WHERE workspace_id = $1 AND client_id = $2";
    Ok(tx.execute(sql, params![workspace, client]).await? == 1)
}

/// The listed clients that still exist, without their secrets, and when each was added; latest first.
pub async fn page(tx: &mut Tx, workspace: WorkspaceId, page: Page) -> Result<Paged<(Client, Timestamp)>, StoreError> {
    // Finds the page before reading the clients; CROSS JOIN pins SQLite's join order.
    let sql = concat!(
        "SELECT ",
        clients::columns!(),
        ", p.created_at FROM (SELECT l.client_id, l.created_at FROM workspace_allowed_clients l \
         JOIN clients d ON d.id = l.client_id WHERE l.workspace_id = $1 AND d.deleted_at IS NULL \
         ORDER BY l.created_at DESC, l.client_id LIMIT $2 OFFSET $3) p CROSS JOIN clients c \
         WHERE c.id = p.client_id ORDER BY p.created_at DESC, p.client_id"
    );
    let mut rows = tx.all(sql, params![workspace, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(|row| Ok((clients::read(row)?, row.time()?)));
    let items = items.collect::<Result<_, StoreError>>()?;
    let total = "SELECT COUNT(*) FROM workspace_allowed_clients l JOIN clients c ON c.id = l.client_id \
                 WHERE l.workspace_id = $1 AND c.deleted_at IS NULL";
    Ok(Paged { items, total: count(tx, total, params![workspace]).await? })
}

/// The clients with access to the workspace at `now` that are not on its list, by name; at most [`MAX_LIMIT`].
pub async fn unlisted(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: Timestamp,
) -> Result<Vec<(ClientId, String)>, StoreError> {
    let sql = concat!(
        reaching!("$3"),
        "SELECT c.id, c.name FROM (SELECT a.client_id, n.text FROM reaching a CROSS JOIN names n \
         WHERE n.kind = 'client' AND n.id = a.client_id AND NOT EXISTS (SELECT 1 FROM workspace_allowed_clients l \
         WHERE l.workspace_id = $1 AND l.client_id = a.client_id) ORDER BY n.text, a.client_id LIMIT $2) p \
         CROSS JOIN clients c WHERE c.id = p.client_id ORDER BY p.text, c.id"
    );
    let mut rows = tx.all(sql, params![workspace, MAX_LIMIT, now]).await?;
    rows.iter_mut().map(|row| Ok((row.client_id()?, row.text()?))).collect()
}
