//! Clients and their secrets.

pub mod activity;
pub mod failed_requests;
pub(crate) mod policy;
pub mod search;
pub mod unprotected;

use crate::platform::dialect;
use crate::platform::page::{Page, Paged, count};
use crate::platform::search_index::{self, Entry};
use crate::platform::value::json;
use crate::{Row, StoreError, Tx, params};
use domain::clients::{AuthMethod, Client, ClientSecret, ClientType, Trust};
use domain::{ClientId, ClientSecretId, SecretHash, Timestamp, UserId, WorkspaceId};

macro_rules! columns {
    () => {
        "c.id, c.name, c.client_type, c.token_endpoint_auth_method, c.trust, c.owner_workspace_id, c.owner_user_id, \
         c.config, c.registration_token_hash, c.credential_epoch, c.revision, c.created_at, c.updated_at, c.last_used_at, \
         c.disabled_at, c.deleted_at, c.access_epoch"
    };
}
pub(crate) use columns;

/// Reads [`columns`], without the secrets.
pub(crate) fn read(row: &mut Row) -> Result<Client, StoreError> {
    Ok(Client {
        id: row.client_id()?,
        name: row.text()?,
        client_type: row.with(parse_type)?,
        auth_method: row.with(AuthMethod::parse)?,
        trust: row.with(Trust::parse)?,
        owner_workspace_id: row.opt_parse()?,
        owner_user_id: row.opt_parse()?,
        config: row.json()?,
        registration_token_hash: row.opt_hash()?,
        credential_epoch: row.int()?,
        revision: row.int()?,
        secrets: Vec::new(),
        created_at: row.time()?,
        updated_at: row.time()?,
        last_used_at: row.opt_time()?,
        disabled_at: row.opt_time()?,
        deleted_at: row.opt_time()?,
        access_epoch: row.int()?,
    })
}

const fn type_text(kind: ClientType) -> &'static str {
    match kind {
        ClientType::Confidential => "confidential",
        ClientType::Public => "public",
    }
}

fn parse_type(text: &str) -> Option<ClientType> {
    [ClientType::Confidential, ClientType::Public].into_iter().find(|kind| type_text(*kind) == text)
}

macro_rules! secret_columns {
    () => {
        "s.id, s.client_id, s.hash, s.hint, s.created_at, s.expires_at, s.last_used_at"
    };
}
pub(crate) use secret_columns;

/// Reads `secret_columns` of an outer join: the first is NULL if there is no secret.
fn read_secret(row: &mut Row) -> Result<Option<ClientSecret>, StoreError> {
    let id: Option<ClientSecretId> = row.opt_parse()?;
    let Some(id) = id else {
        for _ in 1..7 {
            row.skip();
        }
        return Ok(None);
    };
    Ok(Some(ClientSecret {
        id,
        client_id: row.client_id()?,
        hash: row.hash()?,
        hint: row.text()?,
        created_at: row.time()?,
        expires_at: row.opt_time()?,
        last_used_at: row.opt_time()?,
    }))
}

/// Collects rows of `secret_columns` and `columns` into clients. Rows of one client must be adjacent.
pub(crate) fn gather(rows: Vec<Row>) -> Result<Vec<Client>, StoreError> {
    let mut clients: Vec<Client> = Vec::new();
    for mut row in rows {
        let secret = read_secret(&mut row)?;
        match (clients.last_mut(), secret) {
            (Some(client), Some(secret)) if client.id == secret.client_id => client.secrets.push(secret),
            (_, secret) => {
                let mut client = read(&mut row)?;
                client.secrets.extend(secret);
                clients.push(client);
            }
        }
    }
    Ok(clients)
}

/// Inserts a client with its secrets.
pub async fn insert(tx: &mut Tx, client: &Client) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO clients (id, name, client_type, token_endpoint_auth_method, trust, owner_workspace_id, \
         owner_user_id, config, registration_token_hash, credential_epoch, revision, created_at, updated_at, \
         last_used_at, disabled_at, deleted_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            &client.id,
            &client.name,
            type_text(client.client_type),
            client.auth_method.as_str(),
            client.trust.as_str(),
            client.owner_workspace_id,
            client.owner_user_id,
            json(&client.config)?,
            client.registration_token_hash,
            client.credential_epoch,
            client.revision,
            client.created_at,
            client.updated_at,
            client.last_used_at,
            client.disabled_at,
            client.deleted_at,
        ],
    )
    .await?;
    for secret in &client.secrets {
        add_secret(tx, secret).await?;
    }
    if client.deleted_at.is_some() {
        return Ok(());
    }
    search_index::put(tx, &Entry::of_client(client)).await
}

/// The client with the secrets that are active at `now`, oldest first. Includes disabled and deleted clients.
pub async fn by_id(tx: &mut Tx, id: &ClientId, now: Timestamp) -> Result<Option<Client>, StoreError> {
    let sql = concat!(
        "SELECT ",
        secret_columns!(),
        ", ",
        columns!(),
        " FROM clients c LEFT JOIN client_secrets s ON s.client_id = c.id AND (s.expires_at IS NULL OR s.expires_at > $2) \
         WHERE c.id = $1 ORDER BY s.created_at, s.id"
    );
    // No LIMIT: a client has about two active secrets.
    Ok(gather(tx.all(sql, params![id, now]).await?)?.pop())
}

/// Replaces all metadata, but not the secrets, the epoch, or whether the client is disabled or deleted.
/// Returns `false` if there is no such client, it is deleted, or its revision has changed since `client` was read.
pub async fn update(tx: &mut Tx, client: &Client) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE clients SET name = $2, client_type = $3, token_endpoint_auth_method = $4, trust = $5, \
             owner_workspace_id = $6, owner_user_id = $7, config = $8, registration_token_hash = $9, updated_at = $10, \
             revision = revision + 1 WHERE id = $1 AND revision = $11 AND deleted_at IS NULL",
            params![
                &client.id,
                &client.name,
                type_text(client.client_type),
                client.auth_method.as_str(),
                client.trust.as_str(),
                client.owner_workspace_id,
                client.owner_user_id,
                json(&client.config)?,
                client.registration_token_hash,
                client.updated_at,
                client.revision,
            ],
        )
        .await?;
    if changed == 1 {
        search_index::put(tx, &Entry::of_client(client)).await?;
    }
    Ok(changed == 1)
}

/// Marks the client as deleted, removes its secrets and ends all its tokens. The caller revokes what users allowed it
/// (see [`crate::grants::bulk_revocation`]). Returns `false` if there is no such client or it was already deleted.
pub async fn soft_delete(tx: &mut Tx, id: &ClientId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE clients SET deleted_at = $2, updated_at = $2, credential_epoch = credential_epoch + 1, \
               registration_token_hash = NULL WHERE id = $1 AND deleted_at IS NULL";
    if tx.execute(sql, params![id, now]).await? == 0 {
        return Ok(false);
    }
    tx.execute("DELETE FROM client_secrets WHERE client_id = $1", params![id]).await?;
    search_index::remove_clients(tx, &[id.to_string()]).await?;
    Ok(true)
}

/// Disables the client at `now`, or enables it. Its tokens become invalid on their next check, and valid again once it
/// is enabled.
pub async fn set_disabled(tx: &mut Tx, id: &ClientId, disabled: bool, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE clients SET disabled_at = $2, updated_at = $3 WHERE id = $1 AND deleted_at IS NULL";
    Ok(tx.execute(sql, params![id, disabled.then_some(now), now]).await? == 1)
}

/// Ends all tokens that the client obtained on its own behalf.
pub async fn raise_epoch(tx: &mut Tx, id: &ClientId) -> Result<bool, StoreError> {
    let sql = "UPDATE clients SET credential_epoch = credential_epoch + 1 WHERE id = $1";
    Ok(tx.execute(sql, params![id]).await? == 1)
}

/// Records a sign-in through the client, unless one is already recorded at or after `used_at`. Callers round to a day,
/// so that the row of a busy client is not written constantly.
pub async fn touch(tx: &mut Tx, id: &ClientId, used_at: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE clients SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    Ok(tx.execute(sql, params![id, used_at]).await? == 1)
}

/// The name of the workspace or user that manages the client; `None` if it has no owner.
pub async fn owner_name(tx: &mut Tx, id: &ClientId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT COALESCE(w.name, u.name) FROM clients c LEFT JOIN workspaces w ON w.id = c.owner_workspace_id \
               LEFT JOIN users u ON u.id = c.owner_user_id WHERE c.id = $1";
    let Some(mut row) = tx.one(sql, params![id]).await? else { return Ok(None) };
    row.opt_text()
}

/// The workspace that owns the client, even if the client is deleted.
pub async fn owner_workspace(tx: &mut Tx, id: &ClientId) -> Result<Option<WorkspaceId>, StoreError> {
    let row = tx.one("SELECT owner_workspace_id FROM clients WHERE id = $1", params![id]).await?;
    row.map_or(Ok(None), |mut row| row.opt_parse())
}

/// The owner of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientOwner {
    /// The members of this workspace manage the client.
    Workspace(WorkspaceId),
    /// This user alone manages the client.
    User(UserId),
}

/// A page of clients with their active secrets. Finds the page in an index before reading any client, so that late
/// pages cost little more than the first; CROSS JOIN pins SQLite's join order.
macro_rules! page_of {
    ($which:literal) => {
        concat!(
            "SELECT ",
            secret_columns!(),
            ", ",
            columns!(),
            " FROM (SELECT id FROM clients WHERE ",
            $which,
            " AND deleted_at IS NULL ORDER BY created_at DESC, id LIMIT $3 OFFSET $4) p CROSS JOIN clients c \
             LEFT JOIN client_secrets s ON s.client_id = c.id AND (s.expires_at IS NULL OR s.expires_at > $2) \
             WHERE c.id = p.id ORDER BY c.created_at DESC, c.id, s.created_at, s.id"
        )
    };
}

const OF_WORKSPACE: &str = page_of!("owner_workspace_id = $1");
const OF_USER: &str = page_of!("owner_user_id = $1");
const OF_ALL: &str = page_of!("$1 = ''");

/// The owner's clients, newest first, with their active secrets.
pub async fn list_for_owner(
    tx: &mut Tx,
    owner: ClientOwner,
    page: Page,
    now: Timestamp,
) -> Result<Paged<Client>, StoreError> {
    let (sql, id) = match owner {
        ClientOwner::Workspace(id) => (OF_WORKSPACE, id.to_string()),
        ClientOwner::User(id) => (OF_USER, id.to_string()),
    };
    let items = gather(tx.all(sql, params![&id, now, page.limit(), page.offset()]).await?)?;
    Ok(Paged { items, total: search_index::count_of(tx, &search_index::owned(&id)).await? })
}

/// All clients, newest first, with their active secrets.
pub async fn list(tx: &mut Tx, page: Page, now: Timestamp) -> Result<Paged<Client>, StoreError> {
    let items = gather(tx.all(OF_ALL, params!["", now, page.limit(), page.offset()]).await?)?;
    Ok(Paged { items, total: count(tx, "SELECT COUNT(*) FROM clients WHERE deleted_at IS NULL", &[]).await? })
}

/// Stores a new secret of a client. Returns [`StoreError::Conflict`] if its id already exists.
pub async fn add_secret(tx: &mut Tx, secret: &ClientSecret) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO client_secrets (id, client_id, hash, hint, created_at, expires_at, last_used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            secret.id,
            &secret.client_id,
            &secret.hash,
            &secret.hint,
            secret.created_at,
            secret.expires_at,
            secret.last_used_at,
        ],
    )
    .await?;
    Ok(())
}

/// Makes all of the client's secrets except `except` expire at `at`, unless they expire earlier, and returns how many.
/// Deletes those that have expired by `now`.
pub async fn retire_secrets(
    tx: &mut Tx,
    id: &ClientId,
    except: Option<ClientSecretId>,
    at: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let kept = except.map_or_else(String::new, |id| id.to_string());
    let sql = "UPDATE client_secrets SET expires_at = $3 WHERE client_id = $1 AND id <> $2 \
               AND (expires_at IS NULL OR expires_at > $3)";
    let retired = tx.execute(sql, params![id, kept, at]).await?;
    let sql = "DELETE FROM client_secrets WHERE client_id = $1 AND expires_at <= $2";
    tx.execute(sql, params![id, now]).await?;
    Ok(retired)
}

/// Removes one secret immediately. Returns `false` if there is none.
pub async fn remove_secret(tx: &mut Tx, client: &ClientId, id: ClientSecretId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM client_secrets WHERE id = $2 AND client_id = $1";
    Ok(tx.execute(sql, params![client, id]).await? == 1)
}

/// Locks the client until the transaction ends, so that no other transaction changes it between a check and a change.
pub async fn hold(tx: &mut Tx, id: &ClientId) -> Result<(), StoreError> {
    dialect::lock_rows(tx, "SELECT id FROM clients WHERE id = $1 FOR NO KEY UPDATE", params![id]).await
}

/// Like [`hold`], with a shared lock that only blocks changes: for callers that rely on the client's trust level. If
/// the same transaction also changes the client, it must do so before.
pub async fn hold_shared(tx: &mut Tx, id: &ClientId) -> Result<(), StoreError> {
    dialect::lock_rows(tx, "SELECT id FROM clients WHERE id = $1 FOR SHARE", params![id]).await
}

/// Adds the secret unless the client already has `most` secrets active at `now`; then it returns `false`.
pub async fn add_secret_within(
    tx: &mut Tx,
    secret: &ClientSecret,
    most: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    // Locks the client, so that concurrent calls cannot exceed the limit.
    hold(tx, &secret.client_id).await?;
    let sql = "SELECT COUNT(*) FROM client_secrets WHERE client_id = $1 AND (expires_at IS NULL OR expires_at > $2)";
    if count(tx, sql, params![&secret.client_id, now]).await? >= most {
        return Ok(false);
    }
    add_secret(tx, secret).await?;
    Ok(true)
}

macro_rules! touch {
    ($each:literal) => {
        concat!(
            "UPDATE client_secrets SET last_used_at = CAST(j.value->>'at' AS BIGINT) FROM ",
            $each,
            " j WHERE client_secrets.id = j.value->>'id' \
             AND (last_used_at IS NULL OR last_used_at < CAST(j.value->>'at' AS BIGINT))"
        )
    };
}

/// Records when secrets were used, unless the same or a later time is recorded. Returns how many were updated.
pub async fn touch_secrets(tx: &mut Tx, used: &[(ClientSecretId, Timestamp)]) -> Result<u64, StoreError> {
    let used: Vec<_> = used.iter().map(|(id, at)| serde_json::json!({"id": id, "at": at})).collect();
    let used = serde_json::Value::Array(used).to_string();
    let lock = "SELECT s.id FROM client_secrets s JOIN json_array_elements(CAST($1 AS json)) j ON s.id = j.value->>'id' \
                ORDER BY s.id FOR NO KEY UPDATE OF s";
    dialect::lock_rows(tx, lock, params![&used]).await?;
    let sql = dialect::pick(tx, touch!("json_each($1)"), touch!("json_array_elements(CAST($1 AS json))"));
    tx.execute(sql, params![&used]).await
}

/// Replaces the registration access token (RFC 7592 §3).
pub async fn set_registration_token(tx: &mut Tx, id: &ClientId, hash: Option<SecretHash>) -> Result<bool, StoreError> {
    let sql = "UPDATE clients SET registration_token_hash = $2 WHERE id = $1 AND deleted_at IS NULL";
    Ok(tx.execute(sql, params![id, hash]).await? == 1)
}

/// Deletes at most `limit` anonymous registrations older than `before` that were never used to sign in.
pub async fn reap_unused(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    // A correlated subquery per client: planners without statistics would turn a join into a read of all grants for
    // each client.
    let sql = "DELETE FROM clients WHERE id IN (SELECT c.id FROM clients c WHERE c.trust = 'anonymous' \
         AND c.last_used_at IS NULL AND c.created_at < $1 \
         AND (SELECT g.id FROM grants g WHERE g.client_id = c.id LIMIT 1) IS NULL ORDER BY c.created_at LIMIT $2) \
         RETURNING id";
    let mut gone = tx.all(sql, params![before, limit]).await?;
    let gone = gone.iter_mut().map(Row::text).collect::<Result<Vec<_>, _>>()?;
    search_index::remove_clients(tx, &gone).await?;
    Ok(gone.len() as u64)
}

/// Everything that decides whether a token a client obtained on its own behalf is valid, read in one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineContext {
    /// Whether the client is neither disabled nor deleted.
    pub client_active: bool,
    /// Tokens of an earlier epoch are invalid.
    pub credential_epoch: i64,
    /// The workspace that owns the client; `None` for a client of a user or of the operator.
    pub owner_workspace_id: Option<WorkspaceId>,
    /// Whether this one token was revoked.
    pub token_revoked: bool,
}

/// Returns `None` if the client does not exist.
pub async fn machine_context(
    tx: &mut Tx,
    id: &ClientId,
    token: domain::platform::seal::TokenId,
) -> Result<Option<MachineContext>, StoreError> {
    let row = tx
        .one(
            "SELECT c.disabled_at, c.deleted_at, c.credential_epoch, c.owner_workspace_id, r.expires_at FROM clients c \
             LEFT JOIN revoked_tokens r ON r.token_id = $2 WHERE c.id = $1",
            params![id, token],
        )
        .await?;
    let Some(mut row) = row else { return Ok(None) };
    let ended = (row.opt_time()?, row.opt_time()?);
    Ok(Some(MachineContext {
        client_active: ended == (None, None),
        credential_epoch: row.int()?,
        owner_workspace_id: row.opt_parse()?,
        token_revoked: row.opt_time()?.is_some(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn a_late_page_skips_in_an_index() {
        for (sql, index) in
            [(OF_WORKSPACE, "_of_workspace (owner_workspace_id=?)"), (OF_USER, "_of_user (owner_user_id=?)")]
        {
            let steps = plan(sql);
            let page = format!("SEARCH clients USING COVERING INDEX clients_pages{index}");
            assert_eq!(steps[..2], ["CO-ROUTINE p".to_owned(), page]);
            assert!(steps.iter().any(|step| step == "SEARCH c USING PRIMARY KEY (id=?)"), "{steps:?}");
        }
        assert_eq!(plan(OF_ALL)[1], "SCAN clients USING COVERING INDEX clients_pages");
    }
}
