//! The applications that reach a workspace, and who let them in: what the members allowed there, put together.
use crate::page::{Page, Paged, count};
use crate::{Row, StoreError, Tx, params};
use domain::client::{ClientConfig, Trust};
use domain::identity::Email;
use domain::{ClientId, ScopeSet, Timestamp, UserId, WorkspaceId};

/// An application that somebody allowed something in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceApp {
    pub client_id: ClientId,
    pub name: String,
    pub trust: Trust,
    pub config: ClientConfig,
    /// How many people allowed it something here.
    pub people: i64,
    /// Of all of them together.
    pub scopes: ScopeSet,
    pub first_allowed_at: Timestamp,
    /// When a grant here was last made or renewed, as far as grants that expired are still kept.
    pub last_used_at: Option<Timestamp>,
}

fn read(row: &mut Row) -> Result<WorkspaceApp, StoreError> {
    Ok(WorkspaceApp {
        client_id: row.client_id()?,
        name: row.text()?,
        trust: row.with(Trust::parse)?,
        config: row.json()?,
        people: row.int()?,
        scopes: row.with(|text| ScopeSet::from_names(text.split(' ').filter(|name| !name.is_empty())).ok())?,
        first_allowed_at: row.time()?,
        last_used_at: row.opt_time()?,
    })
}

// SQLite's lower() knows ASCII alone: a name is also compared as it was typed.
macro_rules! by_name {
    () => {
        "(lower(b.name) LIKE $2 ESCAPE '!' OR b.name LIKE $3 ESCAPE '!')"
    };
}

// The page is found first; CROSS JOIN, so that SQLite looks up the rest for that page alone.
macro_rules! apps {
    ($condition:expr) => {
        concat!(
            "SELECT c.id, c.name, c.trust, c.config, p.people, (SELECT string_agg(d.scopes, ' ') FROM \
             (SELECT DISTINCT x.scopes FROM consents x WHERE x.workspace_id = $1 AND x.client_id = p.client_id \
             ORDER BY x.scopes) d), p.first_allowed_at, (SELECT MAX(g.last_used_at) FROM grants g \
             WHERE g.workspace_id = $1 AND g.client_id = p.client_id) \
             FROM (SELECT o.client_id, COUNT(*) AS people, MIN(o.created_at) AS first_allowed_at FROM consents o \
             JOIN clients b ON b.id = o.client_id WHERE o.workspace_id = $1 AND b.deleted_at IS NULL AND ",
            $condition,
            " GROUP BY o.client_id, b.name ORDER BY lower(b.name), o.client_id LIMIT $4 OFFSET $5) p \
             CROSS JOIN clients c WHERE c.id = p.client_id ORDER BY lower(c.name), c.id"
        )
    };
}

const APPS: &str = apps!(by_name!());
const ONE: &str = apps!("o.client_id = $2 AND $3 = ''");

/// A pattern that finds `text` anywhere.
fn containing(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// The applications whose name has `search` in it, by name; all of them for the empty text.
pub async fn page(
    tx: &mut Tx,
    workspace: WorkspaceId,
    search: &str,
    page: Page,
) -> Result<Paged<WorkspaceApp>, StoreError> {
    let (lower, typed) = (containing(&search.to_lowercase()), containing(search));
    let mut rows = tx.all(APPS, params![workspace, &lower, &typed, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read).collect::<Result<_, _>>()?;
    let total = concat!(
        "SELECT COUNT(*) FROM (SELECT DISTINCT o.client_id FROM consents o JOIN clients b ON b.id = o.client_id \
         WHERE o.workspace_id = $1 AND b.deleted_at IS NULL AND ",
        by_name!(),
        ") t"
    );
    Ok(Paged { items, total: count(tx, total, params![workspace, &lower, &typed]).await? })
}

/// One of them; `None` when nobody allowed it anything here.
pub async fn find(tx: &mut Tx, workspace: WorkspaceId, client: &ClientId) -> Result<Option<WorkspaceApp>, StoreError> {
    let row = tx.one(ONE, params![workspace, client, "", 1, 0]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// Somebody who allowed an application something in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPerson {
    pub user_id: UserId,
    pub name: String,
    pub email: Email,
    pub scopes: ScopeSet,
    pub since: Timestamp,
    /// When the consent was last widened.
    pub updated_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

// CROSS JOIN, so that SQLite looks up the rest for the page alone.
macro_rules! people {
    ($who:literal) => {
        concat!(
            "SELECT u.id, u.name, u.email, o.scopes, o.created_at, o.updated_at, \
             (SELECT MAX(g.last_used_at) FROM grants g WHERE g.workspace_id = $1 AND g.client_id = $2 \
             AND g.user_id = p.user_id) FROM (SELECT user_id FROM consents WHERE workspace_id = $1 AND client_id = $2 ",
            $who,
            ") p CROSS JOIN consents o JOIN users u ON u.id = o.user_id \
             WHERE o.user_id = p.user_id AND o.client_id = $2 AND o.workspace_id = $1 ORDER BY o.user_id"
        )
    };
}

const PEOPLE: &str = people!("ORDER BY user_id LIMIT $3 OFFSET $4");
const PERSON: &str = people!("AND user_id = $3");

fn read_person(row: &mut Row) -> Result<AppPerson, StoreError> {
    Ok(AppPerson {
        user_id: row.parse()?,
        name: row.text()?,
        email: row.with(|text| Email::parse(text).ok())?,
        scopes: row.scopes()?,
        since: row.time()?,
        updated_at: row.time()?,
        last_used_at: row.opt_time()?,
    })
}

/// The people who allowed the application something in the workspace, in the order in which they came to this server.
pub async fn people(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: &ClientId,
    page: Page,
) -> Result<Paged<AppPerson>, StoreError> {
    let mut rows = tx.all(PEOPLE, params![workspace, client, page.limit(), page.offset()]).await?;
    let items = rows.iter_mut().map(read_person).collect::<Result<_, StoreError>>()?;
    let total = "SELECT COUNT(*) FROM consents WHERE workspace_id = $1 AND client_id = $2";
    Ok(Paged { items, total: count(tx, total, params![workspace, client]).await? })
}

/// One of them.
pub async fn person(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: &ClientId,
    user: UserId,
) -> Result<Option<AppPerson>, StoreError> {
    let row = tx.one(PERSON, params![workspace, client, user]).await?;
    row.map(|mut row| read_person(&mut row)).transpose()
}

const LIVING: &str = "SELECT COUNT(*) FROM grants g WHERE g.workspace_id = $1 AND g.client_id = $2 \
     AND g.ended_at IS NULL AND g.expires_at > $3 AND ($4 = '' OR g.user_id = $4)";

/// How many grants of the application in the workspace live at `now`; of one person where one is named.
pub async fn living_grants(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: &ClientId,
    user: Option<UserId>,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let user = user.map(|user| user.to_string()).unwrap_or_default();
    count(tx, LIVING, params![workspace, client, now, &user]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan;

    #[test]
    fn pages_read_one_workspace_by_its_indexes() {
        for sql in [APPS, ONE, PEOPLE] {
            let steps = plan(sql);
            let others = |step: &&String| {
                step.contains("AUTOMATIC") || (step.starts_with("SCAN") && *step != "SCAN p" && *step != "SCAN d")
            };
            assert_eq!(steps.iter().find(others), None, "{steps:?}");
            let used =
                |step: &String| step.contains("g USING INDEX grants_workspace_client (workspace_id=? AND client_id=?");
            assert!(steps.iter().any(used), "{steps:?}");
            assert!(steps.iter().any(|step| step.contains("consents_workspace_client (workspace_id=?")), "{steps:?}");
        }
        let steps = plan(PERSON);
        assert!(steps[0].contains("(client_id=? AND user_id=? AND workspace_id=?)"), "{steps:?}");
        let steps = plan(LIVING);
        assert!(steps[0].contains("grants_workspace_client (workspace_id=? AND client_id=?"), "{steps:?}");
    }
}
