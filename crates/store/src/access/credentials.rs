//! API keys of workspaces and personal access tokens of users.
use crate::account::users;
use crate::platform::dialect;
use crate::platform::page::{MAX_LIMIT, MOST_CHOICES, Page, Paged, count};
use crate::platform::value::json;
use crate::{Row, StoreError, Tx, params, workspace};
use domain::access::{ApiKey, Creator, PersonalAccessToken};
use domain::account::User;
use domain::workspace::{MemberRoles, Role, Workspace};
use domain::{ApiKeyId, PersonalAccessTokenId, SecretHash, Timestamp, UserId, WorkspaceId};

macro_rules! key_columns {
    () => {
        "k.id, k.workspace_id, k.name, k.role, k.extra_roles, k.scopes, k.hash, k.hint, k.created_by, k.created_at, \
         k.expires_at, k.last_used_at, k.revoked_at"
    };
}

fn read_key(row: &mut Row) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: row.parse()?,
        workspace_id: row.parse()?,
        name: row.text()?,
        roles: workspace::read_roles(row)?,
        scopes: row.scopes()?,
        hash: row.hash()?,
        hint: row.text()?,
        created_by: row.opt_parse()?,
        created_at: row.time()?,
        expires_at: row.opt_time()?,
        last_used_at: row.opt_time()?,
        revoked_at: row.opt_time()?,
    })
}

macro_rules! token_columns {
    () => {
        "p.id, p.user_id, p.name, p.scopes, p.hash, p.hint, p.created_at, p.expires_at, p.last_used_at, p.revoked_at"
    };
}

fn read_token(row: &mut Row) -> Result<PersonalAccessToken, StoreError> {
    Ok(PersonalAccessToken {
        id: row.parse()?,
        user_id: row.parse()?,
        name: row.text()?,
        scopes: row.scopes()?,
        hash: row.hash()?,
        hint: row.text()?,
        created_at: row.time()?,
        expires_at: row.opt_time()?,
        last_used_at: row.opt_time()?,
        revoked_at: row.opt_time()?,
    })
}

/// Stores a new API key. Returns [`StoreError::Conflict`] if its id or hash already exists.
pub async fn insert_api_key(tx: &mut Tx, key: &ApiKey) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO api_keys (id, workspace_id, name, role, extra_roles, scopes, hash, hint, created_by, created_at, \
         expires_at, last_used_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            key.id,
            key.workspace_id,
            &key.name,
            key.roles.role.as_str(),
            json(&key.roles.extra)?,
            &key.scopes,
            &key.hash,
            &key.hint,
            key.created_by,
            key.created_at,
            key.expires_at,
            key.last_used_at,
            key.revoked_at,
        ],
    )
    .await?;
    Ok(())
}

// The user who created a key, and their current role in its workspace.
macro_rules! creator_columns {
    () => {
        ", u.name, u.is_operator, u.disabled_at, m.role, m.extra_roles"
    };
}

macro_rules! join_creator {
    () => {
        " LEFT JOIN users u ON u.id = k.created_by \
          LEFT JOIN members m ON m.user_id = k.created_by AND m.workspace_id = k.workspace_id"
    };
}

/// Reads [`creator_columns`].
fn read_creator(row: &mut Row, id: Option<UserId>) -> Result<Option<Creator>, StoreError> {
    let (name, is_operator) = (row.opt_text()?, row.opt_int()?);
    let disabled_at = row.opt_time()?;
    let role: Option<Role> = row.opt_parse()?;
    let roles = if let Some(role) = role {
        Some(MemberRoles { role, extra: row.json()? })
    } else {
        row.opt_text()?;
        None
    };
    Ok(id.zip(name).map(|(id, name)| Creator {
        id,
        name,
        roles,
        is_operator: is_operator == Some(1),
        is_active: disabled_at.is_none(),
    }))
}

/// An API key with its responsible user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyWithCreator {
    /// The key, with the hash of its secret only.
    pub key: ApiKey,
    /// The user who created it; `None` for keys created on the command line.
    pub creator: Option<Creator>,
}

fn read_kept(row: &mut Row) -> Result<KeyWithCreator, StoreError> {
    let key = read_key(row)?;
    Ok(KeyWithCreator { creator: read_creator(row, key.created_by)?, key })
}

/// Finds the API key with this secret and its workspace, if it is neither revoked nor expired at `now`.
pub async fn api_key_by_hash(
    tx: &mut Tx,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<(KeyWithCreator, Workspace)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        key_columns!(),
        creator_columns!(),
        ", ",
        workspace::columns!(),
        " FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id",
        join_creator!(),
        " WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)"
    );
    let row = tx.one(sql, params![hash, now]).await?;
    row.map(|mut row| Ok((read_kept(&mut row)?, workspace::read(&mut row)?))).transpose()
}

macro_rules! kept_keys {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            key_columns!(),
            creator_columns!(),
            " FROM api_keys k",
            join_creator!(),
            " WHERE k.workspace_id = $1 AND ",
            $condition
        )
    };
}

/// All keys of a workspace, including revoked ones, newest first; at most [`MAX_LIMIT`].
pub async fn list_api_keys(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<KeyWithCreator>, StoreError> {
    let sql = kept_keys!("1 = 1 ORDER BY k.created_at DESC, k.id LIMIT $2");
    tx.all(sql, params![workspace, MAX_LIMIT]).await?.iter_mut().map(read_kept).collect()
}

/// The keys of a workspace that are not revoked, including expired ones, newest first.
pub async fn page_of_api_keys(
    tx: &mut Tx,
    workspace: WorkspaceId,
    page: Page,
) -> Result<Paged<KeyWithCreator>, StoreError> {
    let sql = kept_keys!("k.revoked_at IS NULL ORDER BY k.created_at DESC, k.id LIMIT $2 OFFSET $3");
    let mut rows = tx.all(sql, params![workspace, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read_kept).collect::<Result<_, _>>()?;
    let total = "SELECT COUNT(*) FROM api_keys WHERE workspace_id = $1 AND revoked_at IS NULL";
    Ok(Paged { items, total: count(tx, total, params![workspace]).await? })
}

/// The active keys of a workspace whose creator now has fewer rights than the key was created with, newest first; at
/// most [`MOST_CHOICES`]. The result can contain false positives; check each with [`ApiKey::has_lost_rights`].
pub async fn keys_beyond_creator(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: Timestamp,
) -> Result<Vec<KeyWithCreator>, StoreError> {
    let mut rows = tx.all(BEYOND_CREATOR, params![workspace, now, MOST_CHOICES]).await?;
    rows.iter_mut().map(read_kept).collect()
}

/// The name of every scope for operator operations contains one of these substrings.
const BEYOND_CREATOR: &str = kept_keys!(
    "k.revoked_at IS NULL AND k.created_by IS NOT NULL AND (k.expires_at IS NULL OR k.expires_at > $2) \
     AND (m.role IS NULL OR u.disabled_at IS NOT NULL OR (k.role = 'owner' AND m.role <> 'owner') \
     OR (k.role = 'admin' AND m.role = 'member') OR (u.is_operator = 0 AND (k.extra_roles <> '[]' \
     OR k.scopes LIKE '%operator:%' OR k.scopes LIKE '%keys:rotate%'))) ORDER BY k.created_at DESC, k.id LIMIT $3"
);

/// One key of a workspace, unless it is revoked.
pub async fn api_key(tx: &mut Tx, workspace: WorkspaceId, id: ApiKeyId) -> Result<Option<KeyWithCreator>, StoreError> {
    let row = tx.one(kept_keys!("k.revoked_at IS NULL AND k.id = $2"), params![workspace, id]).await?;
    row.map(|mut row| read_kept(&mut row)).transpose()
}

/// Returns `false` if the workspace has no such active key.
pub async fn revoke_api_key(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: ApiKeyId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND workspace_id = $2 AND revoked_at IS NULL";
    Ok(tx.execute(sql, params![id, workspace, at]).await? == 1)
}

/// Sets who is responsible for a key: a user, or the operator (`None`). Returns `false` if the workspace has no such
/// active key, or `before` is no longer responsible for it.
pub async fn set_creator(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: ApiKeyId,
    before: Option<UserId>,
    creator: Option<UserId>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE api_keys SET created_by = $4 WHERE id = $1 AND workspace_id = $2 AND revoked_at IS NULL \
               AND COALESCE(created_by, '') = $3";
    let before = before.map(|id| id.to_string()).unwrap_or_default();
    Ok(tx.execute(sql, params![id, workspace, before, creator]).await? == 1)
}

/// Records a use, unless one is already recorded at or after `used_at`. Callers round the time.
pub async fn touch_api_key(tx: &mut Tx, id: ApiKeyId, used_at: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    Ok(tx.execute(sql, params![id, used_at]).await? == 1)
}

/// Stores a new personal access token. Returns [`StoreError::Conflict`] if its id or hash already exists.
pub async fn insert_personal_token(tx: &mut Tx, token: &PersonalAccessToken) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO personal_access_tokens (id, user_id, name, scopes, hash, hint, created_at, expires_at, \
         last_used_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            token.id,
            token.user_id,
            &token.name,
            &token.scopes,
            &token.hash,
            &token.hint,
            token.created_at,
            token.expires_at,
            token.last_used_at,
            token.revoked_at,
        ],
    )
    .await?;
    Ok(())
}

/// Finds the personal access token with this secret and its user, if the token is neither revoked nor expired at `now`
/// and the user is not disabled.
pub async fn personal_token_by_hash(
    tx: &mut Tx,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<(PersonalAccessToken, User)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        token_columns!(),
        ", ",
        users::columns!(),
        " FROM personal_access_tokens p JOIN users u ON u.id = p.user_id WHERE p.hash = $1 AND p.revoked_at IS NULL \
         AND (p.expires_at IS NULL OR p.expires_at > $2) AND u.disabled_at IS NULL"
    );
    let row = tx.one(sql, params![hash, now]).await?;
    row.map(|mut row| Ok((read_token(&mut row)?, users::read(&mut row)?))).transpose()
}

/// All tokens of a user, including revoked ones, newest first; at most [`MAX_LIMIT`].
pub async fn list_personal_tokens(tx: &mut Tx, user: UserId) -> Result<Vec<PersonalAccessToken>, StoreError> {
    let sql = concat!(
        "SELECT ",
        token_columns!(),
        " FROM personal_access_tokens p WHERE p.user_id = $1 ORDER BY p.created_at DESC, p.id LIMIT $2"
    );
    tx.all(sql, params![user, MAX_LIMIT]).await?.iter_mut().map(read_token).collect()
}

/// A page of the user's tokens that are not revoked, including expired ones, newest first.
pub async fn page_personal_tokens(
    tx: &mut Tx,
    user: UserId,
    page: Page,
) -> Result<Paged<PersonalAccessToken>, StoreError> {
    let sql = concat!(
        "SELECT ",
        token_columns!(),
        " FROM personal_access_tokens p WHERE p.user_id = $1 AND p.revoked_at IS NULL \
         ORDER BY p.created_at DESC, p.id LIMIT $2 OFFSET $3"
    );
    let mut rows = tx.all(sql, params![user, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read_token).collect::<Result<_, _>>()?;
    let total = "SELECT COUNT(*) FROM personal_access_tokens WHERE user_id = $1 AND revoked_at IS NULL";
    Ok(Paged { items, total: count(tx, total, params![user]).await? })
}

/// One personal access token of a user.
pub async fn personal_token(
    tx: &mut Tx,
    user: UserId,
    id: PersonalAccessTokenId,
) -> Result<Option<PersonalAccessToken>, StoreError> {
    let sql = concat!(
        "SELECT ",
        token_columns!(),
        " FROM personal_access_tokens p WHERE p.id = $1 AND p.user_id = $2 AND p.revoked_at IS NULL"
    );
    tx.one(sql, params![id, user]).await?.map(|mut row| read_token(&mut row)).transpose()
}

/// Whether the token is valid at `now`. Locks it, so that it cannot be revoked before the transaction ends.
pub async fn hold_personal_token(tx: &mut Tx, id: PersonalAccessTokenId, now: Timestamp) -> Result<bool, StoreError> {
    macro_rules! good {
        ($lock:literal) => {
            concat!(
                "SELECT id FROM personal_access_tokens WHERE id = $1 AND revoked_at IS NULL \
                 AND (expires_at IS NULL OR expires_at > $2)",
                $lock
            )
        };
    }
    let sql = dialect::pick(tx, good!(""), good!(" FOR SHARE"));
    Ok(tx.one(sql, params![id, now]).await?.is_some())
}

/// Revokes all of a user's personal access tokens and returns their ids.
pub async fn revoke_personal_tokens_of(
    tx: &mut Tx,
    user: UserId,
    at: Timestamp,
) -> Result<Vec<PersonalAccessTokenId>, StoreError> {
    // No LIMIT: a user has a handful.
    let sql =
        "UPDATE personal_access_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL RETURNING id";
    tx.all(sql, params![user, at]).await?.iter_mut().map(Row::parse).collect()
}

/// Returns `false` if the user has no such active token.
pub async fn revoke_personal_token(
    tx: &mut Tx,
    user: UserId,
    id: PersonalAccessTokenId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE personal_access_tokens SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL";
    Ok(tx.execute(sql, params![id, user, at]).await? == 1)
}

/// Records a use, unless one is already recorded at or after `used_at`. Callers round the time.
pub async fn touch_personal_token(
    tx: &mut Tx,
    id: PersonalAccessTokenId,
    used_at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE personal_access_tokens SET last_used_at = $2 \
               WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    Ok(tx.execute(sql, params![id, used_at]).await? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::{is_operator_scope, management_scopes};

    #[test]
    fn every_operator_scope_is_known_by_its_name() {
        for scope in management_scopes().filter(|scope| is_operator_scope(scope)) {
            let parts = ["operator:", "keys:rotate"];
            assert!(parts.iter().any(|part| scope.contains(part) && BEYOND_CREATOR.contains(part)), "{scope}");
        }
    }
}
