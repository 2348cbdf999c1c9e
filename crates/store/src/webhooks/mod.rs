//! Webhooks: each belongs to a workspace or to the operator, and every statement on behalf of an outside caller
//! includes the owner.

pub mod deliveries;
pub mod events;

use crate::platform::dialect;
use crate::platform::page::{MAX_LIMIT, Page, Paged, count};
use crate::{Row, StoreError, Tx, params, workspace};
use domain::webhooks::{EventSelection, Webhook, WebhookOwner};
use domain::{Timestamp, WebhookId};

macro_rules! columns {
    () => {
        "w.id, w.workspace_id, w.url, w.description, w.kinds, w.sealed_secret, w.sealed_previous, \
         w.previous_expires_at, w.revision, w.created_at, w.updated_at, w.disabled_at"
    };
}

/// Skips event kinds unknown to this program, which a newer version may have written.
fn read_asked(text: &str) -> EventSelection {
    let known = text.split(' ').filter(|name| EventSelection::parse([*name]).is_ok());
    EventSelection::parse(known).unwrap_or(EventSelection::Kinds(Vec::new()))
}

fn read(row: &mut Row) -> Result<Webhook, StoreError> {
    Ok(Webhook {
        id: row.parse()?,
        owner: WebhookOwner::from(row.opt_parse()?),
        url: row.text()?,
        description: row.text()?,
        asked: row.with(|text| Some(read_asked(text)))?,
        sealed_secret: row.blob()?,
        previous: {
            let (sealed, expires_at) = (row.opt_blob()?, row.opt_time()?);
            sealed.zip(expires_at)
        },
        revision: row.int()?,
        created_at: row.time()?,
        updated_at: row.time()?,
        disabled_at: row.opt_time()?,
    })
}

/// The database key of the owner; the operator has the empty string, because NULL equals nothing.
pub(crate) fn key(owner: WebhookOwner) -> String {
    owner.workspace().map_or_else(String::new, |id| id.to_string())
}

/// Stores a new webhook. Returns [`StoreError::Conflict`] if its id already exists.
pub async fn insert(tx: &mut Tx, webhook: &Webhook) -> Result<(), StoreError> {
    let previous = webhook.previous.as_ref();
    tx.execute(
        "INSERT INTO webhooks (id, workspace_id, url, description, kinds, sealed_secret, sealed_previous, \
         previous_expires_at, revision, created_at, updated_at, disabled_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            webhook.id,
            webhook.owner.workspace(),
            &webhook.url,
            &webhook.description,
            webhook.asked.names().join(" "),
            &webhook.sealed_secret,
            previous.map(|(sealed, _)| sealed),
            previous.map(|(_, expires_at)| *expires_at),
            webhook.revision,
            webhook.created_at,
            webhook.updated_at,
            webhook.disabled_at,
        ],
    )
    .await?;
    Ok(())
}

/// Returns `None` if there is no such webhook, or if it belongs to another owner.
pub async fn by_id(tx: &mut Tx, id: WebhookId, owner: WebhookOwner) -> Result<Option<Webhook>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM webhooks w WHERE w.id = $1 AND COALESCE(w.workspace_id, '') = $2");
    tx.one(sql, params![id, key(owner)]).await?.map(|mut row| read(&mut row)).transpose()
}

/// A webhook of any owner: for sending.
pub async fn any_by_id(tx: &mut Tx, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM webhooks w WHERE w.id = $1");
    tx.one(sql, params![id]).await?.map(|mut row| read(&mut row)).transpose()
}

macro_rules! owned {
    ($columns:expr, $condition:literal, $end:literal) => {
        concat!("SELECT ", $columns, " FROM webhooks w WHERE ", $condition, $end)
    };
}

/// In order of creation.
pub async fn list(tx: &mut Tx, owner: WebhookOwner, page: Page) -> Result<Paged<Webhook>, StoreError> {
    let sql = match owner {
        WebhookOwner::Operator => {
            owned!(columns!(), "w.workspace_id IS NULL AND $1 = ''", " ORDER BY w.id LIMIT $2 OFFSET $3")
        }
        WebhookOwner::Workspace(_) => owned!(columns!(), "w.workspace_id = $1", " ORDER BY w.id LIMIT $2 OFFSET $3"),
    };
    let mut rows = tx.all(sql, params![key(owner), page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read).collect::<Result<_, _>>()?;
    Ok(Paged { items, total: count_owned(tx, owner).await? })
}

/// The number of the owner's webhooks, enabled and disabled.
pub async fn count_owned(tx: &mut Tx, owner: WebhookOwner) -> Result<i64, StoreError> {
    let sql = match owner {
        WebhookOwner::Operator => owned!("COUNT(*)", "w.workspace_id IS NULL AND $1 = ''", ""),
        WebhookOwner::Workspace(_) => owned!("COUNT(*)", "w.workspace_id = $1", ""),
    };
    count(tx, sql, params![key(owner)]).await
}

/// Inserts a webhook unless its owner already has `most`. Returns whether it was inserted. Locks the owner's webhooks
/// until the transaction ends, so that concurrent calls cannot exceed the limit.
pub async fn insert_within(tx: &mut Tx, webhook: &Webhook, most: i64) -> Result<bool, StoreError> {
    match webhook.owner {
        WebhookOwner::Workspace(id) => workspace::hold(tx, id).await?,
        WebhookOwner::Operator => {
            dialect::lock_rows(tx, "SELECT pg_advisory_xact_lock(7283490112664)::text", &[]).await?;
        }
    }
    if count_owned(tx, webhook.owner).await? >= most {
        return Ok(false);
    }
    insert(tx, webhook).await?;
    Ok(true)
}

/// Stores the URL, the description, the subscribed events, and whether the webhook is disabled. Returns `false` if the
/// owner has no such webhook, or its revision has changed since `webhook` was read.
pub async fn update(tx: &mut Tx, webhook: &Webhook) -> Result<bool, StoreError> {
    let sql = "UPDATE webhooks SET url = $3, description = $4, kinds = $5, updated_at = $6, disabled_at = $7, \
               revision = revision + 1 WHERE id = $1 AND COALESCE(workspace_id, '') = $2 AND revision = $8";
    let changed = tx
        .execute(
            sql,
            params![
                webhook.id,
                key(webhook.owner),
                &webhook.url,
                &webhook.description,
                webhook.asked.names().join(" "),
                webhook.updated_at,
                webhook.disabled_at,
                webhook.revision,
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Sets a new secret. The previous one also signs until `overlap_ends`, unless that is now. Returns `false` if the
/// owner has no such webhook, or its revision is not `expected`.
pub async fn rotate_secret(
    tx: &mut Tx,
    id: WebhookId,
    owner: WebhookOwner,
    expected: Option<i64>,
    sealed: &[u8],
    overlap_ends: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE webhooks SET sealed_previous = CASE WHEN $4 > $5 THEN sealed_secret ELSE NULL END, \
               previous_expires_at = CASE WHEN $4 > $5 THEN $4 ELSE NULL END, sealed_secret = $3, updated_at = $5, \
               revision = revision + 1 \
               WHERE id = $1 AND COALESCE(workspace_id, '') = $2 AND revision = COALESCE($6, revision)";
    Ok(tx.execute(sql, params![id, key(owner), sealed, overlap_ends, now, expected]).await? == 1)
}

/// Disables a webhook at its receiver's request. Returns `false` if it was already disabled.
pub async fn disable(tx: &mut Tx, id: WebhookId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE webhooks SET disabled_at = $2, updated_at = $2, revision = revision + 1 \
               WHERE id = $1 AND disabled_at IS NULL";
    Ok(tx.execute(sql, params![id, now]).await? == 1)
}

/// Deletes a webhook with its deliveries. Returns `false` if the owner has no such webhook, or its revision is not
/// `expected`.
pub async fn delete(
    tx: &mut Tx,
    id: WebhookId,
    owner: WebhookOwner,
    expected: Option<i64>,
) -> Result<bool, StoreError> {
    // Deleting old events also deletes their deliveries, in another order.
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM webhooks \
               WHERE id = $1 AND COALESCE(workspace_id, '') = $2 AND revision = COALESCE($3, revision)";
    Ok(tx.execute(sql, params![id, key(owner), expected]).await? == 1)
}

/// The subscriptions of all enabled webhooks. More than [`MAX_LIMIT`] distinct ones count as everything.
pub async fn asked_by_any(tx: &mut Tx) -> Result<Vec<EventSelection>, StoreError> {
    let sql = "SELECT DISTINCT kinds FROM webhooks WHERE disabled_at IS NULL LIMIT $1";
    let mut rows = tx.all(sql, params![MAX_LIMIT + 1]).await?;
    if rows.len() > 100 {
        return Ok(vec![EventSelection::All]);
    }
    rows.iter_mut().map(|row| row.with(|text| Some(read_asked(text)))).collect()
}
