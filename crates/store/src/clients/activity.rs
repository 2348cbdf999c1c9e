//! Client activity by day. Nodes write in batches that add up.
use crate::clients::ClientOwner;
use crate::platform::dialect;
use crate::{Row, StoreError, Tx, Value, params};
use domain::{ClientId, Day, Timestamp, UserId};
use serde_json::json;
use std::collections::HashMap;

/// What one client did on one day, as counted by one node since its last write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityCount {
    /// The client that was active.
    pub client_id: ClientId,
    /// The day in UTC.
    pub day: Day,
    /// How often the client got or used access.
    pub total_access: i64,
    /// The time of the last access.
    pub last_access_at: Timestamp,
    /// The users it acted for, without duplicates; empty if the client acted on its own behalf.
    pub users: Vec<UserId>,
}

macro_rules! each {
    ($before:literal, $column:literal, $after:literal) => {
        (
            concat!($before, "json_each($1) j", $column, $after),
            concat!($before, "json_array_elements(CAST($1 AS json)) j", $column, $after),
        )
    };
}

// Every statement writes its rows in key order, so that two nodes meet at the first row that both write and cannot
// deadlock. The join skips clients that have been deleted.
const ADD_USERS: (&str, &str) = each!(
    "INSERT INTO activity_users (client_id, day, user_id) SELECT c.id, CAST(j.value->>'day' AS BIGINT), j.value->>'user' \
     FROM ",
    " JOIN clients c ON c.id = j.value->>'client'",
    " WHERE 1 = 1 ORDER BY 1, 2, 3 ON CONFLICT (client_id, day, user_id) DO NOTHING RETURNING client_id, day"
);
const ADD_DAYS: (&str, &str) = each!(
    "INSERT INTO activity_days (client_id, day, total_access, unique_users) SELECT c.id, \
     CAST(j.value->>'day' AS BIGINT), SUM(CAST(j.value->>'total' AS BIGINT)), \
     SUM(CAST(j.value->>'users' AS BIGINT)) FROM ",
    " JOIN clients c ON c.id = j.value->>'client'",
    " WHERE 1 = 1 GROUP BY 1, 2 ORDER BY 1, 2 ON CONFLICT (client_id, day) DO UPDATE \
     SET total_access = activity_days.total_access + excluded.total_access, \
     unique_users = activity_days.unique_users + excluded.unique_users"
);
const SET_LAST: (&str, &str) = each!(
    "INSERT INTO activity_last (client_id, last_access_at) SELECT c.id, MAX(CAST(j.value->>'last' AS BIGINT)) FROM ",
    " JOIN clients c ON c.id = j.value->>'client'",
    " WHERE 1 = 1 GROUP BY c.id ORDER BY 1 ON CONFLICT (client_id) DO UPDATE \
     SET last_access_at = excluded.last_access_at WHERE activity_last.last_access_at < excluded.last_access_at"
);

/// Adds to the stored counts, with one statement per table. A user counts once per client and day, no matter which node
/// reports first: the unique key decides. Clients that no longer exist are skipped.
pub async fn add(tx: &mut Tx, counted: &[ActivityCount]) -> Result<(), StoreError> {
    if counted.is_empty() {
        return Ok(());
    }
    let users: Vec<_> = counted
        .iter()
        .flat_map(|c| {
            c.users.iter().map(move |user| json!({"client": c.client_id, "day": c.day.number(), "user": user}))
        })
        .collect();
    // Users not counted by any earlier report.
    let mut new_users: HashMap<(ClientId, i64), i64> = HashMap::new();
    if !users.is_empty() {
        let sql = dialect::pick(tx, ADD_USERS.0, ADD_USERS.1);
        // No LIMIT: at most as many rows as were sent.
        for mut row in tx.all(sql, params![serde_json::Value::Array(users).to_string()]).await? {
            *new_users.entry((row.client_id()?, row.int()?)).or_default() += 1;
        }
    }
    let days: Vec<_> = counted
        .iter()
        .map(|c| {
            json!({
                "client": c.client_id,
                "day": c.day.number(),
                "total": c.total_access,
                // Removed, so that only the first of two entries for one day adds them.
                "users": new_users.remove(&(c.client_id.clone(), c.day.number())).unwrap_or(0),
                "last": c.last_access_at,
            })
        })
        .collect();
    let days = serde_json::Value::Array(days).to_string();
    for (sqlite, postgres) in [ADD_DAYS, SET_LAST] {
        tx.execute(dialect::pick(tx, sqlite, postgres), params![&days]).await?;
    }
    Ok(())
}

/// One day of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientDay {
    /// The client that was active.
    pub client_id: ClientId,
    /// The day in UTC.
    pub day: Day,
    /// How often the client got or used access, summed over all nodes.
    pub total_access: i64,
    /// The number of different users it acted for.
    pub unique_users: i64,
}

fn read(row: &mut Row) -> Result<ClientDay, StoreError> {
    Ok(ClientDay {
        client_id: row.client_id()?,
        day: Day::from_number(row.int()?),
        total_access: row.int()?,
        unique_users: row.int()?,
    })
}

/// The days from `first` to `last` on which the client was active, oldest first.
pub async fn of_client(tx: &mut Tx, client: &ClientId, first: Day, last: Day) -> Result<Vec<ClientDay>, StoreError> {
    let sql = "SELECT d.client_id, d.day, d.total_access, d.unique_users FROM activity_days d \
               WHERE d.client_id = $1 AND d.day >= $2 AND d.day <= $3 ORDER BY d.day LIMIT $4";
    let days = last.number().saturating_sub(first.number()).saturating_add(1).max(0);
    tx.all(sql, params![client, first.number(), last.number(), days]).await?.iter_mut().map(read).collect()
}

macro_rules! owned {
    ($column:literal) => {
        concat!(
            "SELECT d.client_id, d.day, d.total_access, d.unique_users \
             FROM clients c JOIN activity_days d ON d.client_id = c.id WHERE c.",
            $column,
            " = $1 AND c.deleted_at IS NULL AND c.id > $2 AND d.day >= $3 AND d.day <= $4 ORDER BY c.id, d.day LIMIT $5"
        )
    };
}

const OF_WORKSPACE: &str = owned!("owner_workspace_id");
const OF_USER: &str = owned!("owner_user_id");

/// The days from `first` to `last` on which the owner's clients after `after` were active: at most `limit`, by client
/// id, oldest first.
pub async fn of_owner(
    tx: &mut Tx,
    owner: ClientOwner,
    after: Option<&ClientId>,
    (first, last): (Day, Day),
    limit: i64,
) -> Result<Vec<ClientDay>, StoreError> {
    let (sql, id) = match owner {
        ClientOwner::Workspace(id) => (OF_WORKSPACE, id.to_string()),
        ClientOwner::User(id) => (OF_USER, id.to_string()),
    };
    let after = after.map_or("", ClientId::as_str);
    tx.all(sql, params![id, after, first.number(), last.number(), limit]).await?.iter_mut().map(read).collect()
}

/// The figures that a list of clients shows for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClientStats {
    /// Users who authorized the client, each counted once across workspaces.
    pub user_count: i64,
    /// When the client last got or used access; `None` if never.
    pub last_access_at: Option<Timestamp>,
}

macro_rules! stats {
    ($each:literal) => {
        concat!(
            "SELECT j.value, COALESCE(u.user_count, 0), a.last_access_at FROM ",
            $each,
            " j LEFT JOIN client_users u ON u.client_id = j.value LEFT JOIN activity_last a ON a.client_id = j.value"
        )
    };
}

/// The statistics of a page of clients in one query, in the order of `clients`.
pub async fn stats(tx: &mut Tx, clients: &[&ClientId]) -> Result<Vec<ClientStats>, StoreError> {
    let sql = dialect::pick(tx, stats!("json_each($1)"), stats!("json_array_elements_text(CAST($1 AS json))"));
    let mut found = HashMap::new();
    if !clients.is_empty() {
        // No LIMIT: one row per client that was passed.
        for mut row in tx.all(sql, &[crate::platform::value::json(clients)?]).await? {
            let (id, user_count, last_access_at) = (row.text()?, row.int()?, row.opt_time()?);
            found.insert(id, ClientStats { user_count, last_access_at });
        }
    }
    Ok(clients.iter().map(|id| found.get(id.as_str()).copied().unwrap_or_default()).collect())
}

/// Deletes at most `limit` rows of each kind for days before `before`. Returns how many in total.
pub async fn delete_old(tx: &mut Tx, before: Day, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let mut removed = 0;
    for sql in [
        "DELETE FROM activity_users WHERE (client_id, day, user_id) IN \
         (SELECT client_id, day, user_id FROM activity_users WHERE day < $1 ORDER BY day LIMIT $2)",
        "DELETE FROM activity_days WHERE (client_id, day) IN \
         (SELECT client_id, day FROM activity_days WHERE day < $1 ORDER BY day LIMIT $2)",
    ] {
        removed += tx.execute(sql, &[Value::from(before.number()), Value::from(limit)]).await?;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn lists_follow_indexes_in_their_order() {
        for (sql, index) in [(OF_WORKSPACE, "workspace"), (OF_USER, "user")] {
            let clients = format!(
                "SEARCH c USING COVERING INDEX clients_of_{index} (owner_{index}_id=? AND deleted_at=? AND id>?)"
            );
            let days = "SEARCH d USING PRIMARY KEY (client_id=? AND day>? AND day<?)".to_owned();
            assert_eq!(plan(sql)[..2], [clients, days]);
        }
        let stats = plan(stats!("json_each($1)"));
        assert!(stats.iter().any(|step| step.contains("SEARCH a USING PRIMARY KEY (client_id=?)")), "{stats:?}");
        assert!(stats.iter().any(|step| step.contains("SEARCH u USING PRIMARY KEY (client_id=?)")), "{stats:?}");
    }
}
