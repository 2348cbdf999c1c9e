//! Invitations to workspaces. One guarded statement uses up an invitation: the number of affected rows is the outcome.
use crate::platform::dialect;
use crate::platform::page::{Page, Paged, count};
use crate::{Row, StoreError, Tx, params};
use domain::account::Email;
use domain::workspace::{Invitation, Role};
use domain::{InvitationId, SecretHash, Timestamp, UserId, WorkspaceId};

macro_rules! columns {
    () => {
        "i.id, i.workspace_id, i.role, i.hash, i.email, i.created_by, i.created_at, i.expires_at, i.used_at, i.used_by, \
         i.revoked_at"
    };
}

fn read(row: &mut Row) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: row.parse()?,
        workspace_id: row.parse()?,
        role: row.parse()?,
        hash: row.hash()?,
        email: row.opt_with(|text| Email::parse(text).ok())?,
        created_by: row.opt_parse()?,
        created_at: row.time()?,
        expires_at: row.time()?,
        used_at: row.opt_time()?,
        used_by: row.opt_parse()?,
        revoked_at: row.opt_time()?,
    })
}

/// Stores a new invitation. Returns [`StoreError::Conflict`] if its id or hash already exists.
pub async fn insert(tx: &mut Tx, invitation: &Invitation) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO invitations (id, workspace_id, role, hash, email, created_by, created_at, expires_at, used_at, \
         used_by, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            invitation.id,
            invitation.workspace_id,
            invitation.role.as_str(),
            &invitation.hash,
            invitation.email.as_ref().map(Email::as_str),
            invitation.created_by,
            invitation.created_at,
            invitation.expires_at,
            invitation.used_at,
            invitation.used_by,
            invitation.revoked_at,
        ],
    )
    .await?;
    Ok(())
}

/// An invitation with the names to display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedInvitation {
    /// The invitation itself, in any state.
    pub invitation: Invitation,
    /// The current name of the workspace it is for.
    pub workspace_name: String,
    /// The name of the user who sent the invitation, if known.
    pub inviter_name: Option<String>,
    /// Whether the inviter's account is enabled.
    pub inviting: bool,
}

fn read_named(row: &mut Row) -> Result<NamedInvitation, StoreError> {
    Ok(NamedInvitation {
        invitation: read(row)?,
        workspace_name: row.text()?,
        inviter_name: row.opt_text()?,
        inviting: row.opt_time()?.is_none(),
    })
}

macro_rules! named {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", w.name, u.name, u.disabled_at FROM invitations i JOIN workspaces w ON w.id = i.workspace_id \
             LEFT JOIN users u ON u.id = i.created_by WHERE ",
            $rest
        )
    };
}

/// The invitation with this secret, in any state.
pub async fn by_hash(tx: &mut Tx, hash: &SecretHash) -> Result<Option<NamedInvitation>, StoreError> {
    tx.one(named!("i.hash = $1"), params![hash]).await?.map(|mut row| read_named(&mut row)).transpose()
}

/// The invitations of a workspace that are valid at `now`, newest first.
pub async fn list_open(
    tx: &mut Tx,
    workspace: WorkspaceId,
    page: Page,
    now: Timestamp,
) -> Result<Paged<NamedInvitation>, StoreError> {
    let sql = named!(
        "i.workspace_id = $1 AND i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2 \
         ORDER BY i.created_at DESC, i.id LIMIT $3 OFFSET $4"
    );
    let mut rows = tx.all(sql, params![workspace, now, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read_named).collect::<Result<_, _>>()?;
    let total = "SELECT COUNT(*) FROM invitations WHERE workspace_id = $1 AND used_at IS NULL AND revoked_at IS NULL \
                 AND expires_at > $2";
    Ok(Paged { items, total: count(tx, total, params![workspace, now]).await? })
}

/// An invitation of the workspace that is valid at `now`.
pub async fn open(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: InvitationId,
    now: Timestamp,
) -> Result<Option<NamedInvitation>, StoreError> {
    let sql = named!(
        "i.workspace_id = $1 AND i.id = $2 AND i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $3"
    );
    tx.one(sql, params![workspace, id, now]).await?.map(|mut row| read_named(&mut row)).transpose()
}

/// Uses up the invitation. Returns `false` if it is no longer valid or either account is disabled.
pub async fn use_up(tx: &mut Tx, id: InvitationId, by: UserId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE invitations SET used_at = $2, used_by = $3 \
               WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2 AND NOT EXISTS (SELECT 1 \
               FROM users u WHERE u.id IN (invitations.created_by, $3) AND u.disabled_at IS NOT NULL)";
    Ok(tx.execute(sql, params![id, now, by]).await? == 1)
}

/// Returns `false` if the workspace has no such valid invitation.
pub async fn revoke(tx: &mut Tx, workspace: WorkspaceId, id: InvitationId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE invitations SET revoked_at = $3 \
               WHERE id = $1 AND workspace_id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
    Ok(tx.execute(sql, params![id, workspace, now]).await? == 1)
}

/// Revokes the invitations sent by a member that their current role no longer allows. Returns how many. The caller
/// locks the workspace.
pub async fn revoke_beyond(
    tx: &mut Tx,
    workspace: WorkspaceId,
    inviter: UserId,
    role: Option<Role>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let (no_more, owner) = (role.is_none_or(|role| role < Role::Admin), Role::Owner.as_str());
    if role == Some(Role::Owner) {
        return Ok(0);
    }
    let sql = "UPDATE invitations SET revoked_at = $3 WHERE workspace_id = $1 AND created_by = $2 AND used_at IS NULL \
               AND revoked_at IS NULL AND ($4 = 1 OR role = $5)";
    tx.execute(sql, params![workspace, inviter, now, no_more, owner]).await
}

/// Deletes at most `limit` invitations that expired before `before`.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM invitations WHERE id IN \
               (SELECT id FROM invitations WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}
