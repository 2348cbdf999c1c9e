//! Authorization requests of confidential clients with neither PKCE nor `nonce`, by day. Nodes write in batches that
//! add up.
use crate::platform::dialect;
use crate::{StoreError, Tx, params};
use domain::{ClientId, Day, Timestamp};
use serde_json::json;

/// What one node counted for one client on one day since its last write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnprotectedCount {
    /// The client that sent the requests.
    pub client_id: ClientId,
    /// The day in UTC.
    pub day: Day,
    /// The number of authorization requests with neither PKCE nor `nonce`.
    pub requests: i64,
    /// The time of the last of them.
    pub last_at: Timestamp,
}

// In key order, so that two nodes meet at the first row that both write and cannot deadlock. The join skips clients
// that do not exist, and public ones: their requests without PKCE are refused and listed as failed requests.
const ADD: (&str, &str) = dialect::each!(
    "INSERT INTO unprotected_requests (client_id, day, requests, last_at) SELECT c.id, \
     CAST(j.value->>'day' AS BIGINT), SUM(CAST(j.value->>'requests' AS BIGINT)), \
     MAX(CAST(j.value->>'last' AS BIGINT)) FROM ",
    " JOIN clients c ON c.id = j.value->>'client' WHERE c.client_type = 'confidential' AND c.deleted_at IS NULL \
     GROUP BY 1, 2 ORDER BY 1, 2 ON CONFLICT (client_id, day) DO UPDATE \
     SET requests = unprotected_requests.requests + excluded.requests, \
     last_at = CASE WHEN excluded.last_at > unprotected_requests.last_at THEN excluded.last_at \
     ELSE unprotected_requests.last_at END"
);

/// Adds to the stored counts.
pub async fn add(tx: &mut Tx, counted: &[UnprotectedCount]) -> Result<(), StoreError> {
    if counted.is_empty() {
        return Ok(());
    }
    let one = |c: &UnprotectedCount| json!({"client": c.client_id, "day": c.day.number(), "requests": c.requests, "last": c.last_at});
    let all = serde_json::Value::Array(counted.iter().map(one).collect()).to_string();
    tx.execute(dialect::pick(tx, ADD.0, ADD.1), params![&all]).await?;
    Ok(())
}

/// The number of such requests over several days, and the time of the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unprotected {
    /// The sum over the days.
    pub requests: i64,
    /// The time of the last of them.
    pub last_at: Timestamp,
}

const OF_CLIENT: &str = "SELECT CAST(SUM(requests) AS BIGINT), MAX(last_at) FROM unprotected_requests \
                         WHERE client_id = $1 AND day >= $2 AND day <= $3 GROUP BY client_id";

/// The client's requests from `first` to `last`; `None` if there were none.
pub async fn of_client(
    tx: &mut Tx,
    client: &ClientId,
    (first, last): (Day, Day),
) -> Result<Option<Unprotected>, StoreError> {
    let row = tx.one(OF_CLIENT, params![client, first.number(), last.number()]).await?;
    row.map(|mut row| Ok(Unprotected { requests: row.int()?, last_at: row.time()? })).transpose()
}

/// Deletes at most `limit` rows for days before `before`. Returns how many.
pub async fn delete_old(tx: &mut Tx, before: Day, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM unprotected_requests WHERE (client_id, day) IN \
               (SELECT client_id, day FROM unprotected_requests WHERE day < $1 ORDER BY day LIMIT $2)";
    tx.execute(sql, params![before.number(), limit]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn a_flag_reads_the_days_of_one_client() {
        let search = "SEARCH unprotected_requests USING PRIMARY KEY (client_id=? AND day>? AND day<?)";
        assert_eq!(plan(OF_CLIENT), [search]);
    }
}
