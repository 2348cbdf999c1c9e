//! Finding clients, users and workspaces by a part of their names, page by page.
//!
//! Letter case does not matter: of all letters on PostgreSQL, of ASCII letters on SQLite.
use crate::clients::{self, Owner};
use crate::page::{Page, Paged, count};
use crate::row::Row;
use crate::{StoreError, Tx, dialect, params, users, workspaces};
use domain::client::{Client, Trust};
use domain::identity::{Member, User, Workspace};
use domain::{Timestamp, UserId, WorkspaceId};

/// A text for each database: they name the position of a text within another differently.
macro_rules! both {
    ($make:ident!($($args:tt)*)) => { ($make!("instr", $($args)*), $make!("strpos", $($args)*)) };
}

/// The page is found before any client is read; CROSS JOIN keeps SQLite from beginning elsewhere.
macro_rules! clients {
    ($position:literal, $which:literal) => {
        concat!(
            "SELECT ",
            clients::secret_columns!(),
            ", ",
            clients::columns!(),
            " FROM (SELECT id FROM clients WHERE ",
            $which,
            " AND deleted_at IS NULL AND ",
            $position,
            "(lower(name), lower($2)) > 0 ORDER BY created_at DESC, id LIMIT $4 OFFSET $5) p CROSS JOIN clients c \
             LEFT JOIN client_secrets s ON s.client_id = c.id AND (s.expires_at IS NULL OR s.expires_at > $3) \
             WHERE c.id = p.id ORDER BY c.created_at DESC, c.id, s.created_at, s.id"
        )
    };
}

macro_rules! count_clients {
    ($position:literal, $which:literal) => {
        concat!(
            "SELECT COUNT(*) FROM clients WHERE ",
            $which,
            " AND deleted_at IS NULL AND ",
            $position,
            "(lower(name), lower($2)) > 0"
        )
    };
}

type Texts = (&'static str, &'static str);

const OF_WORKSPACE: (Texts, Texts) =
    (both!(clients!("owner_workspace_id = $1")), both!(count_clients!("owner_workspace_id = $1")));
const OF_USER: (Texts, Texts) = (both!(clients!("owner_user_id = $1")), both!(count_clients!("owner_user_id = $1")));
const OF_ALL: (Texts, Texts) =
    (both!(clients!("($1 = '' OR trust = $1)")), both!(count_clients!("($1 = '' OR trust = $1)")));

async fn find_clients(
    tx: &mut Tx,
    (list, total): (Texts, Texts),
    lead: &str,
    part: &str,
    page: Page,
    now: Timestamp,
) -> Result<Paged<Client>, StoreError> {
    let sql = dialect::pick(tx, list.0, list.1);
    let rows = tx.all(sql, params![lead, part, now, page.limit(), page.offset()]).await?;
    let items = clients::gather(rows)?;
    let total = match page.total(items.len()) {
        Some(total) => total,
        None => count(tx, dialect::pick(tx, total.0, total.1), params![lead, part]).await?,
    };
    Ok(Paged { items, total })
}

/// The owner's clients with `part` in their names, newest first, with their live secrets.
pub async fn clients_of(
    tx: &mut Tx,
    owner: Owner,
    part: &str,
    page: Page,
    now: Timestamp,
) -> Result<Paged<Client>, StoreError> {
    match owner {
        // Nobody looks for anything: there is a shorter way.
        _ if part.is_empty() => clients::list_for_owner(tx, owner, page, now).await,
        Owner::Workspace(id) => find_clients(tx, OF_WORKSPACE, &id.to_string(), part, page, now).await,
        Owner::User(id) => find_clients(tx, OF_USER, &id.to_string(), part, page, now).await,
    }
}

/// All clients with `part` in their names, believed so far if `trust` is given, newest first.
pub async fn all_clients(
    tx: &mut Tx,
    part: &str,
    trust: Option<Trust>,
    page: Page,
    now: Timestamp,
) -> Result<Paged<Client>, StoreError> {
    if part.is_empty() && trust.is_none() {
        return clients::list(tx, page, now).await;
    }
    find_clients(tx, OF_ALL, trust.map_or("", Trust::as_str), part, page, now).await
}

/// A user as the operator sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundUser {
    pub user: User,
    /// Workspaces that they are a member of.
    pub workspaces: i64,
    /// When the newest of the sessions began that are still kept.
    pub last_sign_in_at: Option<Timestamp>,
}

/// With what [`FoundUser`] says of the user `u`.
macro_rules! found_columns {
    () => {
        concat!(
            users::columns!(),
            ", (SELECT COUNT(*) FROM members m WHERE m.user_id = u.id), \
             (SELECT MAX(s.auth_time) FROM sessions s WHERE s.user_id = u.id)"
        )
    };
}

macro_rules! matches_user {
    ($position:literal) => {
        concat!($position, "(email_key, lower($1)) > 0 OR ", $position, "(lower(name), lower($1)) > 0")
    };
}

macro_rules! find_users {
    ($position:literal,) => {
        concat!(
            "SELECT ",
            found_columns!(),
            " FROM (SELECT id FROM users WHERE ",
            matches_user!($position),
            " ORDER BY id LIMIT $2 OFFSET $3) p CROSS JOIN users u WHERE u.id = p.id ORDER BY u.id"
        )
    };
}

macro_rules! count_users {
    ($position:literal,) => {
        concat!("SELECT COUNT(*) FROM users WHERE ", matches_user!($position))
    };
}

const USERS: (Texts, Texts) = (both!(find_users!()), both!(count_users!()));

fn found(row: &mut Row) -> Result<FoundUser, StoreError> {
    Ok(FoundUser { user: users::read(row)?, workspaces: row.int()?, last_sign_in_at: row.opt_time()? })
}

/// The users with `part` in their address or name, in the order in which they came.
pub async fn users(tx: &mut Tx, part: &str, page: Page) -> Result<Paged<FoundUser>, StoreError> {
    let (list, total) = USERS;
    let sql = dialect::pick(tx, list.0, list.1);
    let mut rows = tx.all(sql, params![part, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(found).collect::<Result<Vec<_>, StoreError>>()?;
    let total = match page.total(items.len()) {
        Some(total) => total,
        None => count(tx, dialect::pick(tx, total.0, total.1), params![part]).await?,
    };
    Ok(Paged { items, total })
}

/// One user, by their id.
pub async fn user(tx: &mut Tx, id: UserId) -> Result<Option<FoundUser>, StoreError> {
    let sql = concat!("SELECT ", found_columns!(), " FROM users u WHERE u.id = $1");
    tx.one(sql, params![id]).await?.as_mut().map(found).transpose()
}

/// A workspace as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWorkspace {
    pub workspace: Workspace,
    pub members: i64,
    pub applications: i64,
}

macro_rules! find_workspaces {
    ($position:literal,) => {
        concat!(
            "SELECT ",
            workspaces::columns!(),
            ", (SELECT COUNT(*) FROM members m WHERE m.workspace_id = w.id), \
             (SELECT COUNT(*) FROM clients c WHERE c.owner_workspace_id = w.id AND c.deleted_at IS NULL) \
             FROM (SELECT id FROM workspaces WHERE ",
            $position,
            "(lower(name), lower($1)) > 0 ORDER BY id LIMIT $2 OFFSET $3) p CROSS JOIN workspaces w \
             WHERE w.id = p.id ORDER BY w.id"
        )
    };
}

macro_rules! count_workspaces {
    ($position:literal,) => {
        concat!("SELECT COUNT(*) FROM workspaces WHERE ", $position, "(lower(name), lower($1)) > 0")
    };
}

const WORKSPACES: (Texts, Texts) = (both!(find_workspaces!()), both!(count_workspaces!()));

/// The workspaces with `part` in their names, in the order in which they came.
pub async fn workspaces(tx: &mut Tx, part: &str, page: Page) -> Result<Paged<FoundWorkspace>, StoreError> {
    let (list, total) = WORKSPACES;
    let sql = dialect::pick(tx, list.0, list.1);
    let mut rows = tx.all(sql, params![part, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(|row| {
        Ok(FoundWorkspace { workspace: workspaces::read(row)?, members: row.int()?, applications: row.int()? })
    });
    let items = items.collect::<Result<Vec<_>, StoreError>>()?;
    let total = match page.total(items.len()) {
        Some(total) => total,
        None => count(tx, dialect::pick(tx, total.0, total.1), params![part]).await?,
    };
    Ok(Paged { items, total })
}

macro_rules! matching_members {
    ($position:literal) => {
        concat!(
            "members x CROSS JOIN users b WHERE x.workspace_id = $1 AND b.id = x.user_id AND (",
            $position,
            "(b.email_key, lower($2)) > 0 OR ",
            $position,
            "(lower(b.name), lower($2)) > 0)"
        )
    };
}

macro_rules! find_members {
    ($position:literal,) => {
        concat!(
            "SELECT ",
            workspaces::member_columns!(),
            ", ",
            users::columns!(),
            " FROM (SELECT x.user_id FROM ",
            matching_members!($position),
            " ORDER BY x.user_id LIMIT $3 OFFSET $4) p CROSS JOIN members m JOIN users u ON u.id = m.user_id \
             WHERE m.user_id = p.user_id AND m.workspace_id = $1 ORDER BY m.user_id"
        )
    };
}

macro_rules! count_members {
    ($position:literal,) => {
        concat!("SELECT COUNT(*) FROM ", matching_members!($position))
    };
}

const MEMBERS: (Texts, Texts) = (both!(find_members!()), both!(count_members!()));

/// The members of a workspace with `part` in their address or name, in the order in which they came to this server.
pub async fn members(
    tx: &mut Tx,
    workspace: WorkspaceId,
    part: &str,
    page: Page,
) -> Result<Paged<(Member, User)>, StoreError> {
    if part.is_empty() {
        return workspaces::list_members(tx, workspace, page).await;
    }
    let (list, total) = MEMBERS;
    let sql = dialect::pick(tx, list.0, list.1);
    let mut rows = tx.all(sql, params![workspace, part, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(|row| Ok((workspaces::read_member(row)?, users::read(row)?)));
    let items = items.collect::<Result<Vec<_>, StoreError>>()?;
    let total = match page.total(items.len()) {
        Some(total) => total,
        None => count(tx, dialect::pick(tx, total.0, total.1), params![workspace, part]).await?,
    };
    Ok(Paged { items, total })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan;

    #[test]
    fn a_search_reads_names_in_an_index_and_no_row_that_it_does_not_show() {
        let (list, total) = OF_ALL;
        assert_eq!(plan(list.0)[1], "SCAN clients USING COVERING INDEX clients_names");
        assert!(plan(total.0)[0].contains("USING COVERING INDEX"), "{:?}", plan(total.0));
        for (texts, index) in [(OF_WORKSPACE, "workspace"), (OF_USER, "user")] {
            for sql in [texts.0.0, texts.1.0] {
                let search = format!("_of_{index} (owner_{index}_id=?");
                assert!(plan(sql).iter().any(|step| step.contains(&search)), "{:?}", plan(sql));
            }
        }
        let (list, total) = USERS;
        assert_eq!(plan(list.0)[1], "SCAN users USING COVERING INDEX users_names");
        assert_eq!(plan(total.0)[0], "SCAN users USING COVERING INDEX users_names");
        for sql in [MEMBERS.0.0, MEMBERS.1.0] {
            let steps = plan(sql);
            let own = "SEARCH x USING COVERING INDEX members_workspace_id (workspace_id=?)";
            assert!(steps.iter().any(|step| step == own), "{steps:?}");
        }
        let counts = plan(WORKSPACES.0.0);
        assert!(counts.iter().any(|step| step.contains("members_workspace_id (workspace_id=?)")), "{counts:?}");
        assert!(counts.iter().any(|step| step.contains("(owner_workspace_id=? AND deleted_at=?)")), "{counts:?}");
    }
}
