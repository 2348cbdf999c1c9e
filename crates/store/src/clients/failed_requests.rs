//! Refused requests of a client, and refused changes to it, from the audit log.
use crate::audit::search::AuditCursor;
use crate::platform::page::MAX_LIMIT;
use crate::{StoreError, Tx, audit, params};
use domain::audit::AuditEvent;
use domain::{ClientId, Day};

/// The kinds of events that record a request made by a client itself.
macro_rules! requests {
    () => {
        "('authorize', 'token', 'token.authorization_code', 'token.refresh_token', 'token.client_credentials', \
         'token.device_code', 'device_authorization', 'token.revoked', 'introspection', 'userinfo', 'registration', \
         'client.authentication')"
    };
}

/// The conditions of the partial indexes on refused events.
macro_rules! failed {
    ($columns:literal, $rest:literal) => {
        failed!($columns, "kind IN ", $rest)
    };
    ($columns:literal, $which:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM audit_events WHERE client_id = $1 AND outcome <> 'ok' AND ",
            $which,
            requests!(),
            " AND ",
            $rest
        )
    };
}

// Finds the page in the index before reading any event; CROSS JOIN pins SQLite's join order.
macro_rules! list {
    ($which:literal) => {
        concat!(
            "SELECT e.id, e.at, e.kind, e.outcome, e.request_id, e.actor, e.client_id, e.user_id, e.workspace_id, \
             e.grant_id, e.ip, e.credential, e.detail FROM (",
            failed!(
                "id",
                $which,
                "(at, id) < ($2, $3) AND at >= $5 AND ($6 = '' OR outcome = $6) ORDER BY at DESC, id DESC LIMIT $4"
            ),
            ") p CROSS JOIN audit_events e WHERE e.id = p.id ORDER BY e.at DESC, e.id DESC"
        )
    };
}

/// What was refused. There are two lists, so that one cannot crowd out the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailedRequestKind {
    /// Requests made by the client.
    Requests,
    /// Changes others tried to make to it: users in the console, API keys through the management APIs.
    Changes,
}

impl FailedRequestKind {
    const fn list(self) -> &'static str {
        match self {
            Self::Requests => list!("kind IN "),
            Self::Changes => list!("kind <> 'grant.ended' AND kind NOT IN "),
        }
    }
}

/// Restricts the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FailedRequestFilter<'a> {
    /// Only this day, in UTC.
    pub day: Option<Day>,
    /// Only this exact reason.
    pub reason: Option<&'a str>,
}

/// The newest `limit` events (1 to [`MAX_LIMIT`]) before `before`.
pub async fn list(
    tx: &mut Tx,
    client: &ClientId,
    of: FailedRequestKind,
    only: FailedRequestFilter<'_>,
    before: Option<AuditCursor>,
    limit: i64,
) -> Result<Vec<AuditEvent>, StoreError> {
    let before = before.map_or((i64::MAX, String::new()), |(at, id)| (at.seconds(), id.to_string()));
    let end = only.day.map_or((i64::MAX, String::new()), |day| (day.plus(1).start().seconds(), String::new()));
    let (at, id) = before.min(end);
    let first = only.day.map_or(i64::MIN, |day| day.start().seconds());
    let (limit, reason) = (limit.clamp(1, MAX_LIMIT), only.reason.unwrap_or_default());
    let mut rows = tx.all(of.list(), params![client, at, id, limit, first, reason]).await?;
    rows.iter_mut().map(audit::read).collect()
}

/// How many requests were refused for one reason on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalCount {
    /// The day in UTC.
    pub day: Day,
    /// The event kind.
    pub kind: String,
    /// The event's outcome: the exact reason.
    pub reason: String,
    /// How many events have this day, kind and reason.
    pub count: i64,
}

const BY_DAY: &str = concat!(
    "SELECT e.day, e.kind, e.outcome, COUNT(*) FROM (",
    failed!("at / 86400 AS day, kind, outcome", "at >= $2 AND at < $3 ORDER BY at DESC LIMIT $4"),
    ") e GROUP BY e.day, e.kind, e.outcome ORDER BY e.day, e.kind, e.outcome"
);

/// Refused requests from `first` to `last`, by day, kind and reason, oldest day first. Counts only the newest `most`,
/// so that a badly broken client cannot make counting slow.
pub async fn by_day(
    tx: &mut Tx,
    client: &ClientId,
    (first, last): (Day, Day),
    most: i64,
) -> Result<Vec<RefusalCount>, StoreError> {
    let (from, to) = (first.start(), last.plus(1).start());
    let mut rows = tx.all(BY_DAY, params![client, from, to, most]).await?;
    rows.iter_mut()
        .map(|row| {
            Ok(RefusalCount {
                day: Day::from_number(row.int()?),
                kind: row.text()?,
                reason: row.text()?,
                count: row.int()?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;
    use domain::diagnosis::Endpoint;

    #[test]
    fn only_refused_requests_are_looked_at() {
        for (of, index) in [
            (FailedRequestKind::Requests, "audit_events_failed"),
            (FailedRequestKind::Changes, "audit_events_failed_changes"),
        ] {
            let steps = plan(of.list());
            let page =
                format!("SEARCH audit_events USING COVERING INDEX {index} (client_id=? AND at>? AND (at,id)<(?,?))");
            assert_eq!(steps[..2], ["CO-ROUTINE p", &page], "found in order: nothing is sorted");
            assert!(steps.iter().any(|step| step == "SEARCH e USING PRIMARY KEY (id=?)"), "{steps:?}");
        }
        let counted = plan(BY_DAY);
        let inner = "SEARCH audit_events USING COVERING INDEX audit_events_failed (client_id=? AND at>? AND at<?)";
        assert!(counted.iter().any(|step| step == inner), "{counted:?}");
    }

    #[test]
    fn requests_of_an_application_are_what_a_check_is_made_of() {
        let listed = |kind: &str| requests!().contains(&format!("'{kind}'"));
        for kind in domain::audit::KINDS {
            let endpoint = Endpoint::of_event(kind, None);
            assert_eq!(listed(kind), endpoint.is_some_and(|endpoint| endpoint != Endpoint::Management), "{kind}");
        }
    }
}
