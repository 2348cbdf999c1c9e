//! Consents: what users allowed clients, and the workspace they last chose for each.
use crate::grants::own_names::{home, shows};
use crate::grants::user_count::{self, CountedConsents};
use crate::platform::dialect;
use crate::platform::epochs::{epoch_there, stands, stands_at, stands_of};
use crate::platform::page::{MOST_CHOICES, MOST_OF_ARRAY, Page, Paged, count};
use crate::{Row, StoreError, Tx, clients, params, workspace};
use domain::clients::Client;
use domain::grants::consent::Consent;
use domain::platform::text::fold;
use domain::{ClientId, ScopeSet, Timestamp, UserId, WorkspaceId};

/// The columns for [`read`]: of the consent `o`, or in a RETURNING clause.
macro_rules! columns {
    () => {
        "o.user_id, o.client_id, o.workspace_id, o.scopes, o.standing, o.stays, o.home_workspace_id, o.created_at, \
         o.updated_at"
    };
    (RETURNING) => {
        " RETURNING user_id, client_id, workspace_id, scopes, standing, stays, home_workspace_id, created_at, \
         updated_at"
    };
}
pub(crate) use columns;

pub(crate) fn read(row: &mut Row) -> Result<Consent, StoreError> {
    let (user_id, client_id) = (row.parse()?, row.client_id()?);
    let workspace_id = place(row)?;
    let scopes = row.scopes()?;
    Ok(Consent {
        user_id,
        client_id,
        workspace_id,
        standing: row.opt_with(|text| ScopeSet::parse(text).ok())?.unwrap_or_else(|| scopes.clone()),
        scopes,
        stays: row.bool()?,
        home: home(row)?,
        created_at: row.time()?,
        updated_at: row.time()?,
    })
}

/// The database key of the workspace. A personal consent has the empty string, because NULL would not be unique.
pub(crate) fn key(workspace: Option<WorkspaceId>) -> String {
    workspace.map_or_else(String::new, |id| id.to_string())
}

pub(crate) fn place(row: &mut Row) -> Result<Option<WorkspaceId>, StoreError> {
    row.with(|text| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) })
}

macro_rules! found {
    ($lock:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM consents o WHERE o.user_id = $1 AND o.client_id = $2 AND o.workspace_id = $3 AND ",
            stands!("o"),
            $lock
        )
    };
}

/// What a user allows a client in a workspace, or personally if `workspace` is `None`; `None` if nothing.
pub async fn find(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    workspace: Option<WorkspaceId>,
) -> Result<Option<Consent>, StoreError> {
    let row = tx.one(found!(""), params![user, client, key(workspace)]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// Like [`find`], but locks the consent until the transaction ends. If it is revoked later, what was written based on
/// it already exists and ends with it.
pub async fn hold(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    workspace: Option<WorkspaceId>,
) -> Result<Option<Consent>, StoreError> {
    let sql = dialect::pick(tx, found!(""), found!(" FOR KEY SHARE"));
    let row = tx.one(sql, params![user, client, key(workspace)]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// Locks the client's consents until the transaction ends: no other transaction can add or revoke one.
pub async fn hold_all(tx: &mut Tx, client: &ClientId) -> Result<(), StoreError> {
    user_count::hold(tx, client).await
}

/// The user's consents for this client in all workspaces; at most [`MOST_CHOICES`].
pub async fn list_for_client(tx: &mut Tx, user: UserId, client: &ClientId) -> Result<Vec<Consent>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM consents o WHERE o.user_id = $1 AND o.client_id = $2 AND ",
        stands!("o"),
        " ORDER BY o.workspace_id LIMIT $3"
    );
    tx.all(sql, params![user, client, MOST_CHOICES]).await?.iter_mut().map(read).collect()
}

/// Adds `scopes` to the consent and returns all scopes it now has.
pub async fn put(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    workspace: Option<WorkspaceId>,
    scopes: &ScopeSet,
    now: Timestamp,
) -> Result<ScopeSet, StoreError> {
    add(tx, (user, client, workspace), scopes, true, now).await
}

/// Like [`put`], for a consent given with a personal access token: the client has to ask again next time.
pub async fn put_by_token(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    workspace: Option<WorkspaceId>,
    scopes: &ScopeSet,
    now: Timestamp,
) -> Result<ScopeSet, StoreError> {
    add(tx, (user, client, workspace), scopes, false, now).await
}

async fn add(
    tx: &mut Tx,
    (user, client, workspace): (UserId, &ClientId, Option<WorkspaceId>),
    scopes: &ScopeSet,
    stands: bool,
    now: Timestamp,
) -> Result<ScopeSet, StoreError> {
    if let Some(workspace) = workspace {
        workspace::hold_shared(tx, workspace).await?;
    }
    // Two concurrent consents must not overwrite each other, and there may be no row to lock yet.
    user_count::hold(tx, client).await?;
    let allowed = CountedConsents::read(tx, user, client).await?;
    let with = allowed.with(&key(workspace));
    let before = find(tx, user, client, workspace).await?;
    let (before, stood) = before.map_or_else(Default::default, |consent| (consent.scopes, consent.standing));
    let all = before.union(scopes);
    let standing = if stands { stood.union(scopes) } else { stood };
    // NULL if all scopes are standing, the usual case, so that they are not stored twice.
    let standing = (!all.is_subset(&standing)).then_some(standing);
    tx.execute(
        // A revoked consent whose row still exists is replaced by a new one.
        ADD,
        params![user, client, key(workspace), &all, standing.as_ref(), now, with.is_only(&key(workspace))],
    )
    .await?;
    allowed.became(tx, user, client, &with).await?;
    Ok(all)
}

/// `$then` if the existing row has the same epochs as the new one, else `$other`.
macro_rules! same {
    ($then:literal, $other:literal) => {
        concat!(
            "CASE WHEN consents.epoch = excluded.epoch AND consents.workspace_epoch = excluded.workspace_epoch THEN ",
            $then,
            " ELSE ",
            $other,
            " END"
        )
    };
}

const ADD: &str = concat!(
    "INSERT INTO consents (user_id, client_id, workspace_id, scopes, standing, created_at, updated_at, alone, epoch, \
     workspace_epoch) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, (SELECT access_epoch FROM clients WHERE id = $2), ",
    epoch_there!("$2", "$3"),
    ") ON CONFLICT (user_id, client_id, workspace_id) DO UPDATE SET scopes = excluded.scopes, \
     standing = excluded.standing, updated_at = excluded.updated_at, alone = excluded.alone, epoch = excluded.epoch, \
     workspace_epoch = excluded.workspace_epoch, stays = ",
    same!("consents.stays", "1"),
    ", home_workspace_id = ",
    same!("consents.home_workspace_id", "NULL"),
    ", created_at = ",
    same!("consents.created_at", "excluded.created_at")
);

/// Sets whether the client may stay connected without having requested `offline_access`.
pub async fn set_stays(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    workspace: Option<WorkspaceId>,
    stays: bool,
) -> Result<bool, StoreError> {
    let sql = "UPDATE consents SET stays = $4 WHERE user_id = $1 AND client_id = $2 AND workspace_id = $3";
    Ok(tx.execute(sql, params![user, client, key(workspace), stays]).await? == 1)
}

/// Returns `false` if there was none.
pub async fn delete(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    workspace: Option<WorkspaceId>,
) -> Result<bool, StoreError> {
    Ok(take(tx, user, client, workspace).await?.is_some())
}

/// Deletes a consent and returns it.
async fn take(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    workspace: Option<WorkspaceId>,
) -> Result<Option<Consent>, StoreError> {
    user_count::hold(tx, client).await?;
    let allowed = CountedConsents::read(tx, user, client).await?;
    let sql = concat!(
        "DELETE FROM consents AS o WHERE o.user_id = $1 AND o.client_id = $2 AND o.workspace_id = $3 AND ",
        stands!("o"),
        columns!(RETURNING)
    );
    let Some(mut row) = tx.one(sql, params![user, client, key(workspace)]).await? else { return Ok(None) };
    allowed.became(tx, user, client, &allowed.without(&key(workspace))).await?;
    read(&mut row).map(Some)
}

/// Revokes all of the user's consents for the client and returns how many there were.
pub async fn delete_all(tx: &mut Tx, user: UserId, client: &ClientId) -> Result<u64, StoreError> {
    user_count::hold(tx, client).await?;
    let allowed = CountedConsents::read(tx, user, client).await?;
    let sql = concat!("DELETE FROM consents AS o WHERE o.user_id = $1 AND o.client_id = $2 AND ", stands!("o"));
    let deleted = tx.execute(sql, params![user, client]).await?;
    allowed.became(tx, user, client, &allowed.without_standing()).await?;
    Ok(deleted)
}

/// Revokes all of the user's consents in the workspace and returns them. The caller locks the workspace, so that none
/// is added in the meantime.
pub async fn delete_in_workspace(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Vec<Consent>, StoreError> {
    let sql = "SELECT client_id FROM consents WHERE user_id = $1 AND workspace_id = $2 ORDER BY client_id";
    let mut taken = Vec::new();
    // No LIMIT: at most one row per client. In the order in which clients are locked.
    for mut row in tx.all(sql, params![user, workspace]).await? {
        taken.extend(take(tx, user, &row.client_id()?, Some(workspace)).await?);
    }
    Ok(taken)
}

/// What a user allowed a client in all workspaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientUser {
    /// The user who gave the consents.
    pub user_id: UserId,
    /// Union of all consents.
    pub scopes: ScopeSet,
    /// When the first consent was given.
    pub created_at: Timestamp,
    /// When the latest change was made.
    pub updated_at: Timestamp,
}

/// Merges the consents of each user. Rows of one user must be adjacent.
fn gather(rows: Vec<Row>) -> Result<Vec<ClientUser>, StoreError> {
    let mut users: Vec<ClientUser> = Vec::new();
    for mut row in rows {
        let Consent { user_id, scopes, created_at, updated_at, .. } = read(&mut row)?;
        match users.last_mut() {
            Some(user) if user.user_id == user_id => {
                user.scopes = user.scopes.union(&scopes);
                user.created_at = user.created_at.min(created_at);
                user.updated_at = user.updated_at.max(updated_at);
            }
            _ => users.push(ClientUser { user_id, scopes, created_at, updated_at }),
        }
    }
    Ok(users)
}

// CROSS JOIN makes SQLite start with the page instead of all of the client's consents.
macro_rules! users_page {
    ($order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM (SELECT x.user_id FROM consents x WHERE x.client_id = $1 AND ",
            stands_of!("x", "$1"),
            " GROUP BY x.user_id ORDER BY x.user_id",
            $order,
            " LIMIT $2 OFFSET $3) u CROSS JOIN consents o WHERE o.user_id = u.user_id AND o.client_id = $1 AND ",
            stands!("o"),
            " ORDER BY o.user_id, o.workspace_id"
        )
    };
}

const CLIENT_USERS: &str = users_page!("");
/// A page counted from the end, in reverse order.
const CLIENT_USERS_BACK: &str = users_page!(" DESC");

/// The users with consents for the client, without duplicates, in order of registration.
pub async fn list_for_client_users(
    tx: &mut Tx,
    client: &ClientId,
    page: Page,
) -> Result<Paged<ClientUser>, StoreError> {
    let total = user_count::total(tx, client).await?;
    // OFFSET skips users one by one, so start from the nearer end.
    let limit = page.limit().min(total - page.offset().min(total));
    let behind = (total - page.offset() - limit).max(0);
    let near_end = behind < page.offset();
    let (sql, offset) = if near_end { (CLIENT_USERS_BACK, behind) } else { (CLIENT_USERS, page.offset()) };
    let items = gather(tx.all(sql, params![client, limit, offset]).await?)?;
    Ok(Paged { items, total })
}

/// One user of the client; `None` if they have no consent for it.
pub async fn of_client_user(tx: &mut Tx, client: &ClientId, user: UserId) -> Result<Option<ClientUser>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM consents o WHERE o.user_id = $1 AND o.client_id = $2 AND ",
        stands!("o"),
        " ORDER BY o.workspace_id"
    );
    // No LIMIT: one row per workspace of the user.
    Ok(gather(tx.all(sql, params![user, client]).await?)?.pop())
}

/// A consent and its client, for the page of connected apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedApp {
    /// What the user allows the client.
    pub consent: Consent,
    /// Without its secrets.
    pub client: Client,
    /// `None` for personal consents.
    pub workspace_name: Option<String>,
}

/// How many consents are read for one user's array of apps. An app has one consent per workspace it is connected to.
const MOST_OF_PERSON: i64 = 4 * MOST_OF_ARRAY;

/// The user's consents for clients that still exist, latest first; at most [`MOST_OF_PERSON`].
pub async fn list_for_user(tx: &mut Tx, user: UserId) -> Result<Vec<ConnectedApp>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", ",
        clients::columns!(),
        ", w.name FROM consents o JOIN clients c ON c.id = o.client_id LEFT JOIN workspaces w ON w.id = o.workspace_id \
         WHERE o.user_id = $1 AND c.deleted_at IS NULL AND ",
        stands_at!("o", "o.client_id", "c.access_epoch"),
        " ORDER BY o.updated_at DESC, o.client_id, o.workspace_id LIMIT $2"
    );
    let mut rows = tx.all(sql, params![user, MOST_OF_PERSON]).await?;
    rows.iter_mut()
        .map(|row| {
            Ok(ConnectedApp { consent: read(row)?, client: clients::read(row)?, workspace_name: row.opt_text()? })
        })
        .collect()
}

/// A consent as shown to its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The consent and its client.
    pub app: ConnectedApp,
    /// When one of its grants was last used. Deleted expired grants are not considered.
    pub last_used_at: Option<Timestamp>,
    /// For a personal consent: the names of the workspaces that its grants, and the next one, reveal to the client.
    pub homes: Vec<String>,
}

// CROSS JOIN makes SQLite start with the page and look up the rest only for it. The databases have different functions
// for finding a substring. A consent has one row per workspace that it reveals.
macro_rules! connections {
    ($position:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", ",
            clients::columns!(),
            ", w.name, (SELECT MAX(g.last_used_at) FROM grants g WHERE g.user_id = o.user_id \
             AND g.client_id = o.client_id AND COALESCE(g.workspace_id, '') = o.workspace_id), h.name \
             FROM (SELECT a.client_id, MAX(a.updated_at) AS latest FROM consents a CROSS JOIN names b \
             WHERE b.kind = 'client' AND b.id = a.client_id AND a.user_id = $1 AND ($2 = '' OR a.client_id = $2) AND ",
            stands!("a"),
            " AND ",
            $position,
            "(b.text, $3) > 0 GROUP BY a.client_id ORDER BY latest DESC, a.client_id LIMIT $4 OFFSET $5) p \
             CROSS JOIN consents o JOIN clients c ON c.id = o.client_id LEFT JOIN workspaces w ON w.id = o.workspace_id ",
            shows!("$6"),
            " WHERE o.user_id = $1 AND o.client_id = p.client_id AND ",
            stands_at!("o", "o.client_id", "c.access_epoch"),
            " ORDER BY p.latest DESC, o.client_id, o.updated_at DESC, o.workspace_id, h.name, h.id"
        )
    };
}

macro_rules! count_connections {
    ($position:literal) => {
        concat!(
            "SELECT COUNT(DISTINCT a.client_id) FROM consents a CROSS JOIN names b WHERE b.kind = 'client' \
             AND b.id = a.client_id AND a.user_id = $1 AND ",
            stands!("a"),
            " AND ",
            $position,
            "(b.text, $2) > 0"
        )
    };
}

async fn connections(
    tx: &mut Tx,
    user: UserId,
    client: &str,
    part: &str,
    page: Page,
    now: Timestamp,
) -> Result<Vec<Vec<Connection>>, StoreError> {
    let sql = dialect::pick(tx, connections!("instr"), connections!("strpos"));
    let mut apps: Vec<Vec<Connection>> = Vec::new();
    for mut row in tx.all(sql, params![user, client, part, page.limit(), page.offset(), now]).await? {
        let row = &mut row;
        let app = ConnectedApp { consent: read(row)?, client: clients::read(row)?, workspace_name: row.opt_text()? };
        let one = Connection { app, last_used_at: row.opt_time()?, homes: row.opt_text()?.into_iter().collect() };
        match apps.last_mut().filter(|of| of.first().is_some_and(|c| c.app.client.id == one.app.client.id)) {
            Some(same) => match same.last_mut().filter(|last| last.app.consent == one.app.consent) {
                Some(last) => last.homes.extend(one.homes),
                None => same.push(one),
            },
            None => apps.push(vec![one]),
        }
    }
    Ok(apps)
}

/// A page of the existing clients with `part` in their names, ignoring case, that the user has consents for: the
/// consents of each client by workspace, latest first.
pub async fn page_for_user(
    tx: &mut Tx,
    user: UserId,
    part: &str,
    page: Page,
    now: Timestamp,
) -> Result<Paged<Vec<Connection>>, StoreError> {
    let part = &fold(part);
    let items = connections(tx, user, "", part, page, now).await?;
    let total = dialect::pick(tx, count_connections!("instr"), count_connections!("strpos"));
    Ok(Paged { items, total: count(tx, total, params![user, part]).await? })
}

/// The user's consents for one client, like an item of [`page_for_user`]; empty if there are none.
pub async fn of_user_and_client(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    now: Timestamp,
) -> Result<Vec<Connection>, StoreError> {
    let mut apps = connections(tx, user, client.as_str(), "", Page::new(1, 1), now).await?;
    Ok(apps.pop().unwrap_or_default())
}

/// How many consents the user has given; a client counts once per workspace.
pub async fn count_for_user(tx: &mut Tx, user: UserId) -> Result<i64, StoreError> {
    let sql = concat!(
        "SELECT COUNT(*) FROM consents o JOIN clients c ON c.id = o.client_id \
         WHERE o.user_id = $1 AND c.deleted_at IS NULL AND ",
        stands_at!("o", "o.client_id", "c.access_epoch")
    );
    count(tx, sql, params![user]).await
}

/// The workspace the user last chose for the client. The caller checks that they are still a member.
pub async fn last_workspace(tx: &mut Tx, user: UserId, client: &ClientId) -> Result<Option<WorkspaceId>, StoreError> {
    let sql = "SELECT workspace_id FROM user_choices WHERE user_id = $1 AND client_id = $2";
    tx.one(sql, params![user, client]).await?.map(|mut row| row.parse()).transpose()
}

/// Records the workspace the user chose for the client, in place of an earlier choice.
pub async fn remember_workspace(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    workspace: WorkspaceId,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO user_choices (user_id, client_id, workspace_id) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id, client_id) DO UPDATE SET workspace_id = excluded.workspace_id",
        params![user, client, workspace],
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn a_page_of_connections_reads_one_users_consents() {
        let steps = plan(connections!("instr"));
        assert!(steps.iter().any(|step| step == "SEARCH a USING PRIMARY KEY (user_id=?)"), "{steps:?}");
        let used = "SEARCH g USING INDEX grants_client_id (client_id=? AND user_id=?)";
        assert!(steps.iter().any(|step| step == used), "{steps:?}");
        let shown = "SEARCH g USING INDEX grants_home (home_workspace_id=? AND client_id=? AND user_id=?)";
        assert!(steps.iter().any(|step| step == shown), "{steps:?}");
        let mine = "SEARCH m USING PRIMARY KEY (user_id=?) LEFT-JOIN";
        assert!(steps.iter().any(|step| step == mine), "{steps:?}");
        let other = |step: &String| step.starts_with("SCAN") && step != "SCAN p";
        assert!(!steps.iter().any(|step| other(step) || step.contains("AUTOMATIC")), "{steps:?}");
    }

    #[test]
    fn a_page_of_users_reads_the_page_alone() {
        for sql in [CLIENT_USERS, CLIENT_USERS_BACK] {
            let steps = plan(sql);
            let page = "SEARCH x USING COVERING INDEX consents_client_user (client_id=? AND epoch=?)";
            assert!(steps.iter().any(|step| step == page), "{steps:?}");
            let each = "SEARCH o USING PRIMARY KEY (user_id=? AND client_id=?)";
            assert!(steps.iter().any(|step| step == each), "{steps:?}");
            assert!(!steps.iter().any(|step| step.contains("SCAN o") || step.contains("AUTOMATIC")), "{steps:?}");
        }
    }
}
