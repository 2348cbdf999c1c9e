//! Workspaces and their members.

pub mod invitations;
pub mod search;

use crate::account::users;
use crate::clients::policy::policy_allows;
use crate::platform::dialect;
use crate::platform::epochs::epoch_there;
use crate::platform::page::{MAX_LIMIT, Page, Paged, count};
use crate::platform::search_index::{self, Entry};
use crate::platform::value::json;
use crate::{Row, StoreError, Tx, params};
use domain::account::User;
use domain::platform::text::fold;
use domain::workspace::{Member, MemberRoles, Role, Workspace, WorkspaceMembership};
use domain::{ClientId, Timestamp, UserId, WorkspaceId};

macro_rules! columns {
    () => {
        "w.id, w.name, w.created_at, w.updated_at"
    };
}
pub(crate) use columns;

pub(crate) fn read(row: &mut Row) -> Result<Workspace, StoreError> {
    Ok(Workspace { id: row.parse()?, name: row.text()?, created_at: row.time()?, updated_at: row.time()? })
}

/// Reads `role, extra_roles`.
pub(crate) fn read_roles(row: &mut Row) -> Result<MemberRoles, StoreError> {
    Ok(MemberRoles { role: row.parse()?, extra: row.json()? })
}

macro_rules! member_columns {
    () => {
        "m.user_id, m.workspace_id, m.role, m.extra_roles, m.created_at, m.updated_at"
    };
}
pub(crate) use member_columns;

pub(crate) fn read_member(row: &mut Row) -> Result<Member, StoreError> {
    Ok(Member {
        user_id: row.parse()?,
        workspace_id: row.parse()?,
        roles: read_roles(row)?,
        created_at: row.time()?,
        updated_at: row.time()?,
    })
}

/// Stores a new workspace without members. Returns [`StoreError::Conflict`] if its id already exists.
pub async fn insert(tx: &mut Tx, workspace: &Workspace) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO workspaces (id, name, created_at, updated_at) VALUES ($1, $2, $3, $4)",
        params![workspace.id, &workspace.name, workspace.created_at, workspace.updated_at],
    )
    .await?;
    search_index::put(tx, &Entry::of_workspace(workspace.id, &workspace.name)).await
}

/// The workspace with this id; `None` if there is none.
pub async fn by_id(tx: &mut Tx, id: WorkspaceId) -> Result<Option<Workspace>, StoreError> {
    let row = tx.one(concat!("SELECT ", columns!(), " FROM workspaces w WHERE w.id = $1"), params![id]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// Changes the name. Returns `false` if there is no such workspace.
pub async fn rename(tx: &mut Tx, id: WorkspaceId, name: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE workspaces SET name = $2, updated_at = $3 WHERE id = $1";
    let renamed = tx.execute(sql, params![id, name, now]).await? == 1;
    if renamed {
        search_index::put(tx, &Entry::of_workspace(id, name)).await?;
    }
    Ok(renamed)
}

/// In order of creation.
pub async fn list(tx: &mut Tx, page: Page) -> Result<Paged<Workspace>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM workspaces w ORDER BY w.id LIMIT $1 OFFSET $2");
    let mut rows = tx.all(sql, params![page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read).collect::<Result<_, _>>()?;
    Ok(Paged { items, total: count(tx, "SELECT COUNT(*) FROM workspaces", &[]).await? })
}

/// The user's memberships, by workspace name; the first [`MAX_LIMIT`].
pub async fn list_for_user(tx: &mut Tx, user: UserId) -> Result<Vec<WorkspaceMembership>, StoreError> {
    let mut rows = tx
        .all(
            "SELECT w.id, w.name, m.role, m.extra_roles FROM members m JOIN workspaces w ON w.id = m.workspace_id \
             WHERE m.user_id = $1 ORDER BY w.name, w.id LIMIT $2",
            params![user, MAX_LIMIT],
        )
        .await?;
    rows.iter_mut().map(read_membership).collect()
}

fn read_membership(row: &mut Row) -> Result<WorkspaceMembership, StoreError> {
    Ok(WorkspaceMembership { workspace_id: row.parse()?, workspace_name: row.text()?, roles: read_roles(row)? })
}

// The databases have different functions for finding a substring. CROSS JOIN makes SQLite start with the user.
macro_rules! memberships {
    ($position:literal, $columns:literal, $page:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM members m CROSS JOIN workspaces w CROSS JOIN names n WHERE m.user_id = $1 AND w.id = m.workspace_id \
             AND n.kind = 'workspace' AND n.id = m.workspace_id AND ",
            $position,
            "(n.text, $2) > 0",
            $page
        )
    };
    ($position:literal) => {
        (
            memberships!($position, "w.id, w.name, m.role, m.extra_roles", " ORDER BY w.name, w.id LIMIT $3 OFFSET $4"),
            memberships!($position, "COUNT(*)", ""),
        )
    };
}

/// A page of the user's workspaces with `part` in their names, ignoring case, by name.
pub async fn page_for_user(
    tx: &mut Tx,
    user: UserId,
    part: &str,
    page: Page,
) -> Result<Paged<WorkspaceMembership>, StoreError> {
    let part = &fold(part);
    let (sqlite, postgres) = (memberships!("instr"), memberships!("strpos"));
    let (list, total) = (dialect::pick(tx, sqlite.0, postgres.0), dialect::pick(tx, sqlite.1, postgres.1));
    let mut rows = tx.all(list, params![user, part, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read_membership).collect::<Result<_, _>>()?;
    Ok(Paged { items, total: count(tx, total, params![user, part]).await? })
}

/// The user's membership of one workspace.
pub async fn membership(
    tx: &mut Tx,
    user: UserId,
    workspace: WorkspaceId,
) -> Result<Option<WorkspaceMembership>, StoreError> {
    let sql = "SELECT w.id, w.name, m.role, m.extra_roles FROM members m JOIN workspaces w ON w.id = m.workspace_id \
               WHERE m.user_id = $1 AND m.workspace_id = $2";
    tx.one(sql, params![user, workspace]).await?.map(|mut row| read_membership(&mut row)).transpose()
}

/// The user's membership in the workspace; `None` if they are not a member.
pub async fn member(tx: &mut Tx, user: UserId, workspace: WorkspaceId) -> Result<Option<Member>, StoreError> {
    let sql = concat!("SELECT ", member_columns!(), " FROM members m WHERE m.user_id = $1 AND m.workspace_id = $2");
    tx.one(sql, params![user, workspace]).await?.map(|mut row| read_member(&mut row)).transpose()
}

/// A user and a workspace, as shown in a client's tokens.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The user, enabled or disabled.
    pub user: User,
    /// `None` if the user is not a member of the workspace.
    pub workspace: Option<(Workspace, MemberRoles)>,
    /// Whether the workspace allows the client.
    pub allowed: bool,
    /// The client's epoch in that workspace.
    pub epoch: i64,
}

/// The user and the workspace of a client's grant, in one query.
pub async fn subject(
    tx: &mut Tx,
    user: UserId,
    workspace: Option<WorkspaceId>,
    client: &ClientId,
) -> Result<Option<Subject>, StoreError> {
    let sql = concat!(
        "SELECT ",
        users::columns!(),
        ", CAST(CASE WHEN ",
        policy_allows!("w.app_policy", "w.id"),
        " THEN 1 ELSE 0 END AS BIGINT), ",
        epoch_there!("c.id", "w.id"),
        ", m.role, m.extra_roles, ",
        columns!(),
        " FROM users u JOIN clients c ON c.id = $3 LEFT JOIN members m ON m.user_id = u.id AND m.workspace_id = $2 \
         LEFT JOIN workspaces w ON w.id = m.workspace_id WHERE u.id = $1"
    );
    tx.one(sql, params![user, workspace, client]).await?.map(|mut row| read_subject(&mut row)).transpose()
}

/// The user with their only workspace, or else their default one.
pub async fn at_home(tx: &mut Tx, user: UserId) -> Result<Option<Subject>, StoreError> {
    let sql = concat!(
        "SELECT ",
        users::columns!(),
        ", CAST(1 AS BIGINT), CAST(0 AS BIGINT), m.role, m.extra_roles, ",
        columns!(),
        " FROM users u LEFT JOIN members m ON m.user_id = u.id AND m.workspace_id = COALESCE(\
         (SELECT MIN(o.workspace_id) FROM members o WHERE o.user_id = u.id HAVING COUNT(*) = 1), \
         u.default_workspace_id) LEFT JOIN workspaces w ON w.id = m.workspace_id WHERE u.id = $1"
    );
    tx.one(sql, params![user]).await?.map(|mut row| read_subject(&mut row)).transpose()
}

fn read_subject(row: &mut Row) -> Result<Subject, StoreError> {
    let user = users::read(row)?;
    let (allowed, epoch) = (row.bool()?, row.int()?);
    let role: Option<Role> = row.opt_parse()?;
    let Some(role) = role else { return Ok(Subject { user, workspace: None, allowed, epoch }) };
    let roles = MemberRoles { role, extra: row.json()? };
    Ok(Subject { user, workspace: Some((read(row)?, roles)), allowed, epoch })
}

/// Locks the workspace until the transaction ends: no other transaction can change its members or policies, or add
/// consents in it, between a check and a change.
pub async fn hold(tx: &mut Tx, id: WorkspaceId) -> Result<(), StoreError> {
    dialect::lock_rows(tx, "SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE", params![id]).await
}

/// Like [`hold`], with a shared lock: for callers that rely on the workspace's members and policies without changing
/// them.
pub async fn hold_shared(tx: &mut Tx, id: WorkspaceId) -> Result<(), StoreError> {
    dialect::lock_rows(tx, "SELECT id FROM workspaces WHERE id = $1 FOR SHARE", params![id]).await
}

/// Whether the workspace has another owner who can sign in. The caller locks the workspace.
pub async fn has_other_owner(tx: &mut Tx, id: WorkspaceId, than: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT m.user_id FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1 \
               AND m.role = 'owner' AND m.user_id <> $2 AND u.disabled_at IS NULL LIMIT 1";
    Ok(tx.one(sql, params![id, than]).await?.is_some())
}

/// Adds a member, or changes the roles of an existing one.
pub async fn put_member(tx: &mut Tx, member: &Member) -> Result<(), StoreError> {
    let extra = json(&member.roles.extra)?;
    let values = params![
        member.user_id,
        member.workspace_id,
        member.roles.role.as_str(),
        extra,
        member.created_at,
        member.updated_at,
    ];
    let insert = "INSERT INTO members (user_id, workspace_id, role, extra_roles, created_at, updated_at) \
                  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, workspace_id) DO NOTHING";
    if tx.execute(insert, values).await? == 1 {
        return search_index::join(tx, member.user_id, member.workspace_id).await;
    }
    let update =
        "UPDATE members SET role = $3, extra_roles = $4, updated_at = $5 WHERE user_id = $1 AND workspace_id = $2";
    let values = params![
        member.user_id,
        member.workspace_id,
        member.roles.role.as_str(),
        json(&member.roles.extra)?,
        member.updated_at,
    ];
    tx.execute(update, values).await.map(drop)
}

/// Returns `false` if the user was not a member. Grants in the workspace depend on the membership and become invalid on
/// their next check.
pub async fn remove_member(tx: &mut Tx, user: UserId, workspace: WorkspaceId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM members WHERE user_id = $1 AND workspace_id = $2";
    let removed = tx.execute(sql, params![user, workspace]).await? == 1;
    if removed {
        search_index::leave(tx, workspace).await?;
    }
    Ok(removed)
}

// Finds the page in an index before reading any user; CROSS JOIN pins SQLite's join order.
const MEMBERS: &str = concat!(
    "SELECT ",
    member_columns!(),
    ", ",
    users::columns!(),
    " FROM (SELECT user_id FROM members WHERE workspace_id = $1 ORDER BY user_id LIMIT $2 OFFSET $3) p \
     CROSS JOIN members m JOIN users u ON u.id = m.user_id WHERE m.user_id = p.user_id AND m.workspace_id = $1 \
     ORDER BY m.user_id"
);

/// Members with their users, in order of registration.
pub async fn list_members(tx: &mut Tx, id: WorkspaceId, page: Page) -> Result<Paged<(Member, User)>, StoreError> {
    let mut rows = tx.all(MEMBERS, params![id, page.limit(), page.offset()]).await?;
    let items =
        rows.iter_mut().map(|row| Ok((read_member(row)?, users::read(row)?))).collect::<Result<_, StoreError>>()?;
    let total = search_index::count_of(tx, &search_index::member_of(&id.to_string())).await?;
    Ok(Paged { items, total })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn a_late_page_of_members_skips_in_an_index() {
        let steps = plan(MEMBERS);
        let page = "SEARCH members USING COVERING INDEX members_workspace_id (workspace_id=?)";
        assert_eq!(steps[..2], ["CO-ROUTINE p", page]);
        assert!(steps.iter().any(|step| step == "SEARCH u USING PRIMARY KEY (id=?)"), "{steps:?}");
    }
}
