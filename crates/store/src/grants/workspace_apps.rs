//! The clients with access to a workspace, and the members who allowed them: consents combined per client.
use crate::grants::own_names::{carries, counted};
use crate::platform::dialect::{self, each};
use crate::platform::epochs::{lives, stands_in};
use crate::platform::page::{COUNTED, Page, Paged, UserCursor, count};
use crate::{Row, StoreError, Tx, params};
use domain::account::Email;
use domain::clients::{ClientConfig, Trust};
use domain::platform::text::fold;
use domain::{ClientId, ScopeSet, Timestamp, UserId, WorkspaceId};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A client with a consent in the workspace, or one that acts for a user personally and receives the workspace's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceApp {
    /// The client that has this access.
    pub client_id: ClientId,
    /// The client's current name.
    pub name: String,
    /// How far the operator trusts it.
    pub trust: Trust,
    /// The client's settings.
    pub config: ClientConfig,
    /// How many users allowed it here, counted up to [`COUNTED`].
    pub people: i64,
    /// How many users it acts for personally while receiving this workspace's id and their roles here, counted up to
    /// [`COUNTED`].
    pub own_names: i64,
    /// Union of all consents here.
    pub scopes: ScopeSet,
    /// Which of its users allowed it to identify them.
    pub identified: Identified,
    /// Whether it is managed by anyone other than the operator.
    pub has_owner: bool,
    /// `None` if it has no consent here.
    pub first_allowed_at: Option<Timestamp>,
    /// When a grant here was last created or renewed. Deleted expired grants are not considered.
    pub last_used_at: Option<Timestamp>,
}

/// Which of the client's users here allowed it to identify them (`openid`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identified {
    /// Every consent includes `openid`.
    All,
    /// Some consents include `openid`, others do not.
    Some,
    /// No consent includes `openid`, or there are no consents.
    None,
}

impl Identified {
    fn of(consents: &[ScopeSet]) -> Self {
        let named = consents.iter().filter(|scopes| scopes.contains("openid")).count();
        match named {
            0 => Self::None,
            all if all == consents.len() => Self::All,
            _ => Self::Some,
        }
    }
}

/// Reads a row, without the scopes of the consents.
fn read(row: &mut Row) -> Result<WorkspaceApp, StoreError> {
    Ok(WorkspaceApp {
        client_id: row.client_id()?,
        name: row.text()?,
        trust: row.with(Trust::parse)?,
        config: row.json()?,
        people: row.int()?,
        own_names: row.int()?,
        scopes: ScopeSet::default(),
        identified: Identified::None,
        has_owner: row.opt_text()?.is_some(),
        first_allowed_at: row.opt_time()?,
        last_used_at: row.opt_time()?,
    })
}

/// The clients with a consent in a workspace. Each is found by one index step, however many users it has.
macro_rules! apps_of {
    ($workspace:literal) => {
        concat!(
            "there (client_id) AS (SELECT MIN(o.client_id) FROM consents o WHERE o.workspace_id = ",
            $workspace,
            " UNION ALL SELECT (SELECT MIN(o.client_id) FROM consents o WHERE o.workspace_id = ",
            $workspace,
            " AND o.client_id > t.client_id) FROM there t WHERE t.client_id IS NOT NULL), \
             apps (client_id) AS (SELECT t.client_id FROM there t WHERE EXISTS (SELECT 1 FROM consents o \
             WHERE o.workspace_id = ",
            $workspace,
            " AND o.workspace_id <> '' AND o.client_id = t.client_id AND ",
            crate::platform::epochs::stands_in!("o", "t.client_id", $workspace),
            "))"
        )
    };
}
pub(crate) use apps_of;

// The columns of `read` for the clients of a page. Finds the page first; CROSS JOIN makes SQLite look up the rest only
// for it. The index on consents in a workspace keeps it from reading the client's consents elsewhere.
macro_rules! described {
    ($page:expr, $now:literal) => {
        concat!(
            "SELECT c.id, c.name, c.trust, c.config, \
             (SELECT COUNT(*) FROM (SELECT 1 AS one FROM consents o WHERE o.workspace_id = $1 \
             AND o.workspace_id <> '' AND o.client_id = p.client_id AND ",
            stands_in!("o", "p.client_id", "$1"),
            " LIMIT 1001) counted), ",
            counted!("p.client_id", $now),
            ", COALESCE(c.owner_workspace_id, c.owner_user_id), \
             (SELECT MIN(o.created_at) FROM consents o WHERE o.workspace_id = $1 AND o.workspace_id <> '' \
             AND o.client_id = p.client_id AND ",
            stands_in!("o", "p.client_id", "$1"),
            "), (SELECT MAX(g.last_used_at) FROM grants g \
             WHERE g.workspace_id = $1 AND g.client_id = p.client_id) FROM (",
            $page,
            ") p CROSS JOIN clients c CROSS JOIN workspaces w WHERE c.id = p.client_id AND w.id = $1 ORDER BY p.text, c.id"
        )
    };
}

/// Filters by the folded name.
macro_rules! named {
    ($columns:literal, $page:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM reaching a CROSS JOIN names n WHERE n.kind = 'client' AND n.id = a.client_id \
             AND n.text LIKE $2 ESCAPE '!'",
            $page
        )
    };
}

/// Clients with a consent in the workspace `$1`, and those that act for users personally and receive its id.
macro_rules! reaching {
    ($now:literal) => {
        concat!(
            "WITH RECURSIVE ",
            crate::grants::workspace_apps::apps_of!("$1"),
            ", ",
            crate::grants::own_names::own_names!($now),
            ", reaching (client_id) AS (SELECT client_id FROM apps WHERE client_id IS NOT NULL \
             UNION SELECT client_id FROM own_names) "
        )
    };
}
pub(crate) use reaching;

const APPS: &str = concat!(
    reaching!("$5"),
    described!(named!("a.client_id, n.text", " ORDER BY n.text, a.client_id LIMIT $3 OFFSET $4"), "$5")
);
const TOTAL: &str = concat!(reaching!("$3"), named!("COUNT(*)", ""));
const ONE: &str = described!(
    concat!(
        "SELECT c.id AS client_id, '' AS text FROM clients c CROSS JOIN workspaces w WHERE c.id = $2 AND w.id = $1 \
         AND c.deleted_at IS NULL AND (EXISTS (SELECT 1 FROM consents o WHERE o.workspace_id = $1 AND o.workspace_id <> '' \
         AND o.client_id = $2 AND ",
        stands_in!("o", "$2", "$1"),
        ") OR EXISTS (SELECT 1 FROM grants g WHERE ",
        carries!("$2", "$3"),
        "))"
    ),
    "$3"
);

// The distinct scopes of each client, by index steps.
const SCOPES: (&str, &str) = each!(
    concat!(
        "WITH RECURSIVE s (client_id, scopes) AS (SELECT j.value->>'id', (SELECT MIN(o.scopes) FROM consents o \
         WHERE o.workspace_id = $2 AND o.workspace_id <> '' AND o.client_id = j.value->>'id' AND ",
        stands_in!("o", "j.value->>'id'", "$2"),
        ") FROM "
    ),
    concat!(
        " UNION ALL SELECT s.client_id, (SELECT MIN(o.scopes) FROM consents o WHERE o.workspace_id = $2 \
         AND o.workspace_id <> '' AND o.client_id = s.client_id AND o.scopes > s.scopes AND ",
        stands_in!("o", "s.client_id", "$2"),
        ") FROM s WHERE s.scopes IS NOT NULL) SELECT client_id, scopes FROM s WHERE scopes IS NOT NULL"
    )
);

/// Reads the clients and the union of what users allowed each.
async fn with_scopes(tx: &mut Tx, workspace: WorkspaceId, mut rows: Vec<Row>) -> Result<Vec<WorkspaceApp>, StoreError> {
    let mut apps = rows.iter_mut().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    let ids: Vec<_> = apps.iter().map(|app| json!({"id": app.client_id})).collect();
    let sql = dialect::pick(tx, SCOPES.0, SCOPES.1);
    let mut allowed: HashMap<ClientId, Vec<ScopeSet>> = HashMap::new();
    // No LIMIT: one row per distinct set of scopes that users allowed a client.
    for mut row in tx.all(sql, params![Value::Array(ids).to_string(), workspace]).await? {
        let client = row.client_id()?;
        allowed.entry(client).or_default().push(row.scopes()?);
    }
    for app in &mut apps {
        let consents = allowed.remove(&app.client_id).unwrap_or_default();
        app.identified = Identified::of(&consents);
        let all = ScopeSet::from_names(consents.iter().flat_map(ScopeSet::iter));
        app.scopes = all.map_err(|_| StoreError::Other("consents hold what is no scope".to_owned()))?;
    }
    Ok(apps)
}

/// A LIKE pattern that matches `text` anywhere.
fn containing(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// The clients with `search` in their names, ignoring case, by name; all of them if it is empty.
pub async fn page(
    tx: &mut Tx,
    workspace: WorkspaceId,
    search: &str,
    page: Page,
    now: Timestamp,
) -> Result<Paged<WorkspaceApp>, StoreError> {
    let pattern = containing(&fold(search));
    let rows = tx.all(APPS, params![workspace, &pattern, page.limit(), page.offset(), now]).await?;
    let items = with_scopes(tx, workspace, rows).await?;
    Ok(Paged { items, total: count(tx, TOTAL, params![workspace, &pattern, now]).await? })
}

/// One client; `None` if it has no consent here and receives nothing of the workspace in a personal grant.
pub async fn find(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: &ClientId,
    now: Timestamp,
) -> Result<Option<WorkspaceApp>, StoreError> {
    let row = tx.one(ONE, params![workspace, client, now]).await?;
    Ok(with_scopes(tx, workspace, row.into_iter().collect()).await?.pop())
}

/// A user who allowed a client in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPerson {
    /// The user's id. Pages are sorted by it.
    pub user_id: UserId,
    /// The user's current name.
    pub name: String,
    /// The user's current address, verified or not.
    pub email: Email,
    /// What the user allows the client in this workspace.
    pub scopes: ScopeSet,
    /// When the consent was given.
    pub since: Timestamp,
    /// When scopes were last added to the consent.
    pub updated_at: Timestamp,
    /// When one of the user's grants here was last created or renewed. Deleted expired grants are not considered.
    pub last_used_at: Option<Timestamp>,
}

// CROSS JOIN makes SQLite look up the rest only for the page. The addition of a constant keeps it from searching all of
// the client's grants for the last use, instead of the user's.
macro_rules! people {
    ($who:literal) => {
        concat!(
            "SELECT u.id, u.name, u.email, o.scopes, o.created_at, o.updated_at, \
             (SELECT MAX(g.last_used_at + 0) FROM grants g WHERE g.workspace_id = $1 AND g.client_id = $2 \
             AND g.user_id = p.user_id) FROM (SELECT x.user_id FROM consents x WHERE x.workspace_id = $1 \
             AND x.client_id = $2 AND ",
            stands_in!("x", "$2", "$1"),
            $who,
            ") p CROSS JOIN consents o JOIN users u ON u.id = o.user_id \
             WHERE o.user_id = p.user_id AND o.client_id = $2 AND o.workspace_id = $1 ORDER BY o.user_id"
        )
    };
}

const PEOPLE: &str = people!(" AND x.user_id > $3 ORDER BY x.user_id LIMIT $4 OFFSET $5");
const PEOPLE_BACK: &str = people!(" AND x.user_id < $3 ORDER BY x.user_id DESC LIMIT $4 OFFSET $5");
const PERSON: &str = people!(" AND x.user_id = $3");

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

/// The users who allowed the client in the workspace, in order of registration.
pub async fn people(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: &ClientId,
    page: Page,
    beside: UserCursor,
) -> Result<Paged<AppPerson>, StoreError> {
    let (sql, user, offset) = beside.read(page, PEOPLE, PEOPLE_BACK);
    let mut rows = tx.all(sql, params![workspace, client, user, page.limit(), offset]).await?;
    let items = rows.iter_mut().map(read_person).collect::<Result<_, StoreError>>()?;
    let total = concat!(
        "SELECT COUNT(*) FROM consents o WHERE o.workspace_id = $1 AND o.client_id = $2 AND ",
        stands_in!("o", "$2", "$1")
    );
    Ok(Paged { items, total: count(tx, total, params![workspace, client]).await? })
}

/// One user who allowed the client in the workspace.
pub async fn person(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: &ClientId,
    user: UserId,
) -> Result<Option<AppPerson>, StoreError> {
    let row = tx.one(PERSON, params![workspace, client, user]).await?;
    row.map(|mut row| read_person(&mut row)).transpose()
}

macro_rules! living {
    ($whose:literal) => {
        concat!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM grants g WHERE g.workspace_id = $1 AND g.client_id = $2 ",
            $whose,
            " AND g.ended_at IS NULL AND g.expires_at > $3 AND ",
            lives!("g"),
            " LIMIT $4) living"
        )
    };
}

const LIVING: &str = living!("");
const LIVING_OF: &str = living!("AND g.user_id = $5");

/// How many grants of the client are active in the workspace at `now`, counted up to [`COUNTED`]; only the user's if
/// `user` is given.
pub async fn living_grants(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: &ClientId,
    user: Option<UserId>,
    now: Timestamp,
) -> Result<i64, StoreError> {
    match user {
        Some(user) => count(tx, LIVING_OF, params![workspace, client, now, COUNTED, user]).await,
        None => count(tx, LIVING, params![workspace, client, now, COUNTED]).await,
    }
}

/// How many consents, and grants active at `now`, a client has in a workspace, each counted up to [`COUNTED`].
pub async fn standing(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: &ClientId,
    now: Timestamp,
) -> Result<(i64, i64), StoreError> {
    let consents = concat!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM consents o WHERE o.workspace_id = $1 AND o.workspace_id <> '' \
         AND o.client_id = $2 AND ",
        stands_in!("o", "$2", "$1"),
        " LIMIT $3) counted"
    );
    let consents = count(tx, consents, params![workspace, client, COUNTED]).await?;
    Ok((consents, living_grants(tx, workspace, client, None, now).await?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn pages_read_one_workspace_by_its_indexes() {
        const OF_THE_STATEMENT: [&str; 7] =
            ["SCAN p", "SCAN a", "SCAN b", "SCAN t", "SCAN apps", "SCAN own_names", "SCAN counted"];
        for sql in [APPS, ONE, PEOPLE, PEOPLE_BACK] {
            let steps = plan(sql);
            let others = |step: &&String| {
                step.contains("AUTOMATIC") || (step.starts_with("SCAN") && !OF_THE_STATEMENT.contains(&step.as_str()))
            };
            assert_eq!(steps.iter().find(others), None, "{steps:?}");
            assert!([PEOPLE, PEOPLE_BACK].contains(&sql) || !steps.iter().any(|step| step.contains("client_user")));
            assert!(
                steps.iter().any(|step| step.contains("g USING") && step.contains("(workspace_id=? AND client_id=?"))
            );
        }
        for (sql, index) in [
            (APPS, "consents_workspace_first"),
            (APPS, "grants_workspace_used"),
            (APPS, "grants_home (home_workspace_id=? AND client_id>?)"),
            (APPS, "grants_home (home_workspace_id=? AND client_id=?)"),
            (ONE, "grants_home (home_workspace_id=? AND client_id=?)"),
            (SCOPES.0, "consents_workspace_scopes"),
        ] {
            assert!(plan(sql).iter().any(|step| step.contains(index)), "{index}: {:?}", plan(sql));
        }
        let own = "g USING INDEX grants_workspace_client (workspace_id=? AND client_id=? AND user_id=?)";
        assert!(plan(PEOPLE).iter().any(|step| step.contains(own)), "{:?}", plan(PEOPLE));
        let steps = plan(PERSON);
        assert!(steps[0].contains("user_id=? AND workspace_id=?"), "{steps:?}");
        assert!(plan(LIVING)[1].contains("(workspace_id=? AND client_id=?"), "{:?}", plan(LIVING));
        assert!(plan(LIVING_OF)[1].contains("(workspace_id=? AND client_id=? AND user_id=?"), "{:?}", plan(LIVING_OF));
    }
}
