//! Clients that act for users personally and learn a workspace: their tokens carry its id and the user's roles in it.
//! Anything else the user allowed such a client is none of the workspace's business, so nothing here reads it.
use crate::platform::page::{Page, Paged, UserCursor, count};
use crate::{Row, StoreError, Tx, params};
use domain::account::Email;
use domain::grants::consent::Home;
use domain::{ClientId, Timestamp, UserId, WorkspaceId};

/// Whether tokens of the grant `g` carry the workspace `w`, which is `$1`: the grant is active, the user is a member,
/// and the policy allows the client `c`. Clients that skip consent belong to the operator and appear in no workspace's
/// list.
macro_rules! carries {
    ($client:literal, $now:literal) => {
        concat!(
            "g.home_workspace_id = $1 AND g.client_id = ",
            $client,
            " AND g.ended_at IS NULL AND g.expires_at > ",
            $now,
            " AND c.disabled_at IS NULL AND c.deleted_at IS NULL AND ",
            crate::clients::policy::policy_allows!("w.app_policy", "w.id"),
            " AND EXISTS (SELECT 1 FROM members m JOIN users v ON v.id = m.user_id JOIN consents k ON k.user_id = m.user_id \
             AND k.client_id = c.id AND k.workspace_id = '' WHERE m.user_id = g.user_id AND m.workspace_id = $1 \
             AND v.disabled_at IS NULL AND k.epoch = c.access_epoch AND g.epoch = c.access_epoch + v.epoch)"
        )
    };
}

/// How many users have such grants of the client `c`, counted up to [`COUNTED`](crate::platform::page::COUNTED).
macro_rules! counted {
    ($client:literal, $now:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM (SELECT DISTINCT g.user_id FROM grants g WHERE ",
            crate::grants::own_names::carries!($client, $now),
            " LIMIT 1001) counted)"
        )
    };
}

/// The clients with such grants. Each is found by one index step and then checked. Goes into a `WITH RECURSIVE`.
macro_rules! own_names {
    ($now:literal) => {
        concat!(
            "homes (client_id) AS (SELECT MIN(g.client_id) FROM grants g WHERE g.home_workspace_id = $1 \
             UNION ALL SELECT (SELECT MIN(g.client_id) FROM grants g WHERE g.home_workspace_id = $1 \
             AND g.client_id > b.client_id) FROM homes b WHERE b.client_id IS NOT NULL), \
             own_names (client_id) AS (SELECT b.client_id FROM homes b CROSS JOIN clients c CROSS JOIN workspaces w \
             WHERE c.id = b.client_id AND w.id = $1 AND EXISTS (SELECT 1 FROM grants g WHERE ",
            crate::grants::own_names::carries!("b.client_id", $now),
            "))"
        )
    };
}

/// The workspaces `h` that the client `c` receives through the personal consent `o`: those of its grants, and the one
/// the consent stores for the next grant. One row per workspace, or one row without a workspace if there is none.
macro_rules! shows {
    ($now:literal) => {
        concat!(
            "LEFT JOIN members m ON o.workspace_id = '' AND m.user_id = o.user_id \
             AND (m.workspace_id = o.home_workspace_id OR EXISTS (SELECT 1 FROM grants g \
             WHERE g.home_workspace_id = m.workspace_id AND g.client_id = o.client_id AND g.user_id = o.user_id \
             AND g.ended_at IS NULL AND g.expires_at > ",
            $now,
            " AND ",
            crate::platform::epochs::lives!("g"),
            ")) AND EXISTS (SELECT 1 FROM workspaces r WHERE r.id = m.workspace_id AND ",
            crate::clients::policy::policy_allows!("r.app_policy", "r.id"),
            ") LEFT JOIN workspaces h ON h.id = m.workspace_id"
        )
    };
}
pub(crate) use {carries, counted, own_names, shows};

/// The workspace that the consent page named: the empty string if it named none, NULL if unknown.
pub(crate) fn home(row: &mut Row) -> Result<Home, StoreError> {
    let named = row.opt_with(|text| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) })?;
    Ok(named.map_or(Home::Unknown, Home::Named))
}

/// Stores the workspace that the consent page named for a personal consent. The client receives this workspace until
/// the user is asked again. A consent given with a personal access token (`by_token`) does not change a consent that
/// the user gave on the page.
pub async fn set_home(
    tx: &mut Tx,
    user: UserId,
    client: &ClientId,
    home: Option<WorkspaceId>,
    by_token: bool,
) -> Result<bool, StoreError> {
    macro_rules! set {
        () => {
            "UPDATE consents SET home_workspace_id = $3 WHERE user_id = $1 AND client_id = $2 AND workspace_id = ''"
        };
    }
    let sql = if by_token { concat!(set!(), " AND standing = ''") } else { set!() };
    let home = home.map_or_else(String::new, |id| id.to_string());
    Ok(tx.execute(sql, params![user, client, home]).await? == 1)
}

/// A user whose id and roles a client receives together with the workspace's id: no more than a member list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnName {
    /// The user's id, as the client receives it.
    pub user_id: UserId,
    /// The user's current name.
    pub name: String,
    /// The user's current address, verified or not.
    pub email: Email,
}

// CROSS JOIN makes SQLite start with the grants and look up names only for the page.
macro_rules! people {
    ($which:literal) => {
        concat!(
            "SELECT u.id, u.name, u.email FROM (SELECT DISTINCT g.user_id FROM clients c CROSS JOIN workspaces w \
             CROSS JOIN grants g WHERE c.id = $2 AND w.id = $1 AND ",
            carries!("$2", "$6"),
            $which,
            " LIMIT $4 OFFSET $5) p CROSS JOIN users u WHERE u.id = p.user_id ORDER BY u.id"
        )
    };
}

const PEOPLE: &str = people!(" AND g.user_id > $3 ORDER BY g.user_id");
const PEOPLE_BACK: &str = people!(" AND g.user_id < $3 ORDER BY g.user_id DESC");

fn read(row: &mut Row) -> Result<OwnName, StoreError> {
    Ok(OwnName { user_id: row.parse()?, name: row.text()?, email: row.with(|text| Email::parse(text).ok())? })
}

/// The users that the client acts for personally while receiving the workspace's id and their roles at `now`, in order
/// of registration.
pub async fn people(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: &ClientId,
    page: Page,
    beside: UserCursor,
    now: Timestamp,
) -> Result<Paged<OwnName>, StoreError> {
    let (sql, user, offset) = beside.read(page, PEOPLE, PEOPLE_BACK);
    let mut rows = tx.all(sql, params![workspace, client, user, page.limit(), offset, now]).await?;
    let items = rows.iter_mut().map(read).collect::<Result<_, StoreError>>()?;
    let total = concat!(
        "SELECT COUNT(DISTINCT g.user_id) FROM clients c CROSS JOIN workspaces w CROSS JOIN grants g \
         WHERE c.id = $2 AND w.id = $1 AND ",
        carries!("$2", "$3")
    );
    Ok(Paged { items, total: count(tx, total, params![workspace, client, now]).await? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn a_page_of_people_reads_one_application_in_one_workspace() {
        for (sql, way) in [(PEOPLE, ">"), (PEOPLE_BACK, "<")] {
            let steps = plan(sql);
            let range = format!("grants_home (home_workspace_id=? AND client_id=? AND user_id{way}?)");
            assert!(steps.iter().any(|step| step.starts_with("SEARCH g") && step.contains(&range)), "{steps:?}");
            let others = |step: &&String| {
                step.contains("AUTOMATIC")
                    || step.contains("DISTINCT")
                    || (step.starts_with("SCAN") && *step != "SCAN p")
            };
            assert_eq!(steps.iter().find(others), None, "{steps:?}");
        }
    }
}
