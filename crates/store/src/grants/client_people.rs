//! The users of a client, as shown to its owner.
use crate::grants::{consents, user_count};
use crate::platform::epochs::{lives, stands, stands_of};
use crate::platform::page::{COUNTED, Page, Paged, UserCursor, count};
use crate::{Row, StoreError, Tx, params};
use domain::account::Email;
use domain::{ClientId, ScopeSet, Timestamp, UserId, WorkspaceId};

/// A user with consents for a client, in any workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPerson {
    /// The user's id. Pages are sorted by it.
    pub user_id: UserId,
    /// The user's current name.
    pub name: String,
    /// The user's current address, verified or not.
    pub email: Email,
    /// Whether the user is a member of the workspace that owns the client.
    pub is_member: bool,
    /// The workspaces of the consents; `None` for a personal consent.
    pub workspaces: Vec<Option<WorkspaceId>>,
    /// Union of all consents.
    pub scopes: ScopeSet,
    /// When the earliest of the consents was given.
    pub since: Timestamp,
    /// When a grant was last created or renewed. Deleted expired grants are not considered.
    pub last_used_at: Option<Timestamp>,
}

fn read(row: &mut Row) -> Result<ClientPerson, StoreError> {
    Ok(ClientPerson {
        user_id: row.parse()?,
        name: row.text()?,
        email: row.with(|text| Email::parse(text).ok())?,
        is_member: row.opt_text()?.is_some(),
        workspaces: vec![consents::place(row)?],
        scopes: row.scopes()?,
        since: row.time()?,
        last_used_at: row.opt_time()?,
    })
}

// Finds the users of the page first; CROSS JOIN makes SQLite look up the rest only for them.
macro_rules! people {
    ($who:literal) => {
        concat!(
            "SELECT u.id, u.name, u.email, m.user_id, o.workspace_id, o.scopes, \
             o.created_at, (SELECT MAX(g.last_used_at) FROM grants g WHERE g.client_id = $1 AND g.user_id = p.user_id) \
             FROM (SELECT x.user_id FROM consents x WHERE x.client_id = $1 AND ",
            stands_of!("x", "$1"),
            $who,
            ") p CROSS JOIN consents o JOIN users u ON u.id = o.user_id \
             LEFT JOIN members m ON m.user_id = o.user_id AND m.workspace_id = $2 \
             WHERE o.user_id = p.user_id AND o.client_id = $1 AND ",
            stands!("o"),
            " ORDER BY o.user_id, o.workspace_id"
        )
    };
}

const PEOPLE: &str = people!(" AND x.user_id > $3 GROUP BY x.user_id ORDER BY x.user_id LIMIT $4 OFFSET $5");
const PEOPLE_BACK: &str = people!(" AND x.user_id < $3 GROUP BY x.user_id ORDER BY x.user_id DESC LIMIT $4 OFFSET $5");
const PERSON: &str = people!(" AND x.user_id = $3 LIMIT 1");

/// Merges the consents of each user.
fn gather(mut rows: Vec<Row>) -> Result<Vec<ClientPerson>, StoreError> {
    let mut people: Vec<ClientPerson> = Vec::new();
    for row in &mut rows {
        let one = read(row)?;
        match people.last_mut() {
            Some(person) if person.user_id == one.user_id => {
                person.scopes = person.scopes.union(&one.scopes);
                person.since = person.since.min(one.since);
                person.workspaces.extend(one.workspaces);
            }
            _ => people.push(one),
        }
    }
    Ok(people)
}

/// The workspace that owns the client as a parameter; empty if none.
fn key(owner: Option<WorkspaceId>) -> String {
    owner.map(|id| id.to_string()).unwrap_or_default()
}

/// The client's users, without duplicates, in order of registration. `owner` is the workspace that
/// [`ClientPerson::is_member`] refers to.
pub async fn page(
    tx: &mut Tx,
    client: &ClientId,
    owner: Option<WorkspaceId>,
    page: Page,
    beside: UserCursor,
) -> Result<Paged<ClientPerson>, StoreError> {
    let (sql, user, offset) = beside.read(page, PEOPLE, PEOPLE_BACK);
    let items = gather(tx.all(sql, params![client, key(owner), user, page.limit(), offset]).await?)?;
    Ok(Paged { items, total: user_count::total(tx, client).await? })
}

/// One user of the client; `None` if they have no consent for it.
pub async fn find(
    tx: &mut Tx,
    client: &ClientId,
    owner: Option<WorkspaceId>,
    user: UserId,
) -> Result<Option<ClientPerson>, StoreError> {
    Ok(gather(tx.all(PERSON, params![client, key(owner), user]).await?)?.pop())
}

/// The client's grants that are active at `now`, counted up to [`COUNTED`].
pub async fn living_grants(tx: &mut Tx, client: &ClientId, now: Timestamp) -> Result<i64, StoreError> {
    let sql = concat!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM grants g WHERE g.client_id = $1 AND g.ended_at IS NULL \
         AND g.expires_at > $2 AND ",
        lives!("g"),
        " LIMIT $3) living"
    );
    count(tx, sql, params![client, now, COUNTED]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn a_page_reads_one_client_by_its_indexes() {
        for sql in [PEOPLE, PEOPLE_BACK, PERSON] {
            let steps = plan(sql);
            let others = |step: &&String| step.contains("AUTOMATIC") || (step.starts_with("SCAN") && *step != "SCAN p");
            assert_eq!(steps.iter().find(others), None, "{steps:?}");
            let used = |step: &String| {
                step.contains("g USING INDEX grants_") && step.contains("(client_id=? AND user_id=?)")
                    || step.contains("(user_id=? AND client_id=?)")
            };
            assert!(steps.iter().any(used), "{steps:?}");
        }
    }
}
