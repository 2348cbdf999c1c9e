//! The audit log: written in batches, read by what it is about.
use crate::page::MAX_LIMIT;
use crate::{Row, StoreError, Tx, dialect, params};
use domain::audit::{AuditEvent, KINDS};
use domain::{AuditId, ClientId, Timestamp, UserId, WorkspaceId};
use serde_json::json;

macro_rules! insert {
    ($each:literal) => {
        concat!(
            "INSERT INTO audit_events (id, at, kind, outcome, request_id, actor, client_id, user_id, workspace_id, \
             grant_id, ip, detail) SELECT value->>'id', CAST(value->>'at' AS BIGINT), value->>'kind', value->>'outcome', \
             value->>'request_id', value->>'actor', value->>'client_id', value->>'user_id', value->>'workspace_id', \
             value->>'grant_id', value->>'ip', value->>'detail' FROM ",
            $each
        )
    };
}

/// Writes them all with one statement: they travel as one JSON list.
pub async fn insert_many(tx: &mut Tx, events: &[AuditEvent]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = events
        .iter()
        .map(|event| {
            json!({
                "id": event.id,
                "at": event.at,
                "kind": event.kind,
                "outcome": event.outcome,
                "request_id": event.request_id,
                "actor": event.actor,
                "client_id": event.client_id,
                "user_id": event.user_id,
                "workspace_id": event.workspace_id,
                "grant_id": event.grant_id,
                "ip": event.ip,
                // A text within the text: the column holds JSON as it was written.
                "detail": event.detail.to_string(),
            })
        })
        .collect();
    let sql = dialect::pick(tx, insert!("json_each($1)"), insert!("json_array_elements(CAST($1 AS json))"));
    tx.execute(sql, params![serde_json::Value::Array(rows).to_string()]).await?;
    Ok(())
}

/// Whether what was attempted was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    /// Anything but `ok`: the exact reason stands in the event.
    Refused,
}

/// What events tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Exactly this, such as `token.refresh_token`.
    Named(&'a str),
    /// All whose names begin so, such as `token.`.
    Beginning(&'a str),
}

impl<'a> Kind<'a> {
    /// The only kind that fits, if that is known.
    fn only(self) -> Option<&'a str> {
        match self {
            Self::Named(kind) => Some(kind),
            Self::Beginning(first) => {
                let mut fitting = KINDS.iter().filter(|kind| kind.starts_with(first));
                let only = fitting.next().filter(|_| fitting.next().is_none())?;
                Some(*only)
            }
        }
    }
}

/// Which events to list: those that fit everything that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter<'a> {
    pub client: Option<&'a ClientId>,
    pub user: Option<UserId>,
    pub workspace: Option<WorkspaceId>,
    pub actor: Option<&'a str>,
    pub request_id: Option<&'a str>,
    pub kind: Option<Kind<'a>>,
    pub outcome: Option<Outcome>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
}

/// From which end the log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    NewestFirst,
    OldestFirst,
}

/// Where an event stands in the log: the last one of a page begins the next.
pub type Place = (Timestamp, AuditId);

/// Events that one reading looks at when not all of them fit: what fits few of many costs no more than this.
pub const LOOKED_AT: i64 = 5_000;

/// What a reading found.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    pub events: Vec<AuditEvent>,
    /// Where the next reading goes on; absent at the end of the log.
    pub further: Option<Place>,
}

macro_rules! texts {
    ($lead:literal) => {
        Texts {
            list: (texts!(list $lead, " ORDER BY at DESC, id DESC"), texts!(list $lead, " ORDER BY at, id")),
            bound: (texts!(bound $lead, " ORDER BY at DESC, id DESC"), texts!(bound $lead, " ORDER BY at, id")),
        }
    };
    (list $lead:literal, $order:literal) => {
        concat!(
            "SELECT id, at, kind, outcome, request_id, actor, client_id, user_id, workspace_id, grant_id, ip, detail \
             FROM audit_events WHERE ",
            $lead,
            " AND (at, id) > ($3, $4) AND (at, id) < ($5, $6) AND ($7 = '' OR client_id = $7) \
             AND ($8 = '' OR user_id = $8) AND ($9 = '' OR workspace_id = $9) AND ($10 = '' OR actor = $10) \
             AND ($11 = '' OR kind = $11) AND substr(kind, 1, length($12)) = $12 \
             AND ($13 = '' OR ($13 = 'ok') = (outcome = 'ok'))",
            $order,
            " LIMIT $14"
        )
    };
    (bound $lead:literal, $order:literal) => {
        concat!(
            "SELECT at, id FROM audit_events WHERE ",
            $lead,
            " AND (at, id) > ($3, $4) AND (at, id) < ($5, $6)",
            $order,
            " LIMIT 2 OFFSET $7"
        )
    };
}

/// What leads to events: the texts that list them, and that find how far one reading looks; each for the newest first, and
/// for the oldest first.
struct Texts {
    list: (&'static str, &'static str),
    bound: (&'static str, &'static str),
}

// Each lead has its index. $1 and $2 stand in each, as databases want to know of every parameter.
const BY_REQUEST: Texts = texts!("request_id = $1 AND $2 = ''");
const BY_USER: Texts = texts!("user_id = $1 AND $2 = ''");
const BY_CLIENT: Texts = texts!("client_id = $1 AND $2 = ''");
const BY_ACTOR: Texts = texts!("actor = $1 AND $2 = ''");
const BY_WORKSPACE: Texts = texts!("workspace_id = $1 AND $2 = ''");
const BY_TIME: Texts = texts!("$1 = '' AND $2 = ''");
// Each as one member that equals something, which SQLite prefers to the log's index by time or workspace.
const REFUSED: Texts =
    texts!("outcome <> 'ok' AND CASE outcome WHEN 'ok' THEN 1 ELSE 0 END = 0 AND $1 = '' AND $2 = ''");
const REFUSED_BY_WORKSPACE: Texts =
    texts!("outcome <> 'ok' AND CASE outcome WHEN 'ok' THEN '' ELSE workspace_id END = $1 AND $2 = ''");
// Of kinds that stand for much of the log an index would cost every token, and find little sooner.
const BY_KIND: Texts = texts!(
    "kind = $1 AND $2 = '' AND kind NOT IN ('authorize', 'token.authorization_code', 'token.refresh_token', \
     'token.client_credentials', 'introspection', 'userinfo')"
);
const BY_WORKSPACE_KIND: Texts = texts!(
    "workspace_id = $1 AND kind = $2 AND kind NOT IN ('authorize', 'token.authorization_code', 'token.refresh_token', \
     'token.client_credentials', 'introspection', 'userinfo')"
);
/// The kinds that those two leave out.
const FREQUENT: [&str; 6] = [
    "authorize",
    "token.authorization_code",
    "token.refresh_token",
    "token.client_credentials",
    "introspection",
    "userinfo",
];

/// A filter as it reads the log.
struct Plan<'a> {
    texts: &'static Texts,
    /// What the texts call `$1` and `$2`.
    lead: (&'a str, &'a str),
    /// Whether all that the lead leads to fits.
    exact: bool,
}

impl<'a> Plan<'a> {
    /// What few events share leads; the rest is looked at on the way.
    fn of(filter: &Filter<'a>, user: &'a str, workspace: &'a str) -> Self {
        let kind = filter.kind.and_then(Kind::only);
        let rare = kind.filter(|kind| !FREQUENT.contains(kind)).unwrap_or_default();
        let client = filter.client.map_or("", ClientId::as_str);
        let (actor, request) = (filter.actor.unwrap_or_default(), filter.request_id.unwrap_or_default());
        let refused = filter.outcome == Some(Outcome::Refused);
        let narrow = [client, user, workspace, actor, request].into_iter().filter(|value| !value.is_empty()).count()
            + usize::from(filter.kind.is_some())
            + usize::from(filter.outcome.is_some());
        let (texts, lead, leads): (_, _, usize) = match () {
            () if !request.is_empty() => (&BY_REQUEST, (request, ""), 1),
            () if !user.is_empty() => (&BY_USER, (user, ""), 1),
            () if !rare.is_empty() && !workspace.is_empty() => (&BY_WORKSPACE_KIND, (workspace, rare), 2),
            () if !rare.is_empty() => (&BY_KIND, (rare, ""), 1),
            () if !client.is_empty() => (&BY_CLIENT, (client, ""), 1),
            () if !actor.is_empty() => (&BY_ACTOR, (actor, ""), 1),
            () if refused && !workspace.is_empty() => (&REFUSED_BY_WORKSPACE, (workspace, ""), 2),
            () if refused => (&REFUSED, ("", ""), 1),
            () if !workspace.is_empty() => (&BY_WORKSPACE, (workspace, ""), 1),
            () => (&BY_TIME, ("", ""), 0),
        };
        Self { texts, lead, exact: leads == narrow }
    }
}

/// At most `limit` events (1 to [`MAX_LIMIT`]) behind `after`, of the next [`LOOKED_AT`] that may fit. Costs the same on
/// every page, however long the log and however few fit.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter<'_>,
    order: Order,
    after: Option<Place>,
    limit: i64,
) -> Result<Looked, StoreError> {
    look(tx, filter, order, after, (limit.clamp(1, MAX_LIMIT), LOOKED_AT)).await
}

async fn look(
    tx: &mut Tx,
    filter: &Filter<'_>,
    order: Order,
    after: Option<Place>,
    (limit, at_most): (i64, i64),
) -> Result<Looked, StoreError> {
    let text = |id: Option<String>| id.unwrap_or_default();
    let (user, workspace) =
        (text(filter.user.map(|id| id.to_string())), text(filter.workspace.map(|id| id.to_string())));
    let Plan { texts, lead, exact } = Plan::of(filter, &user, &workspace);
    let mut low = (filter.from.map_or(i64::MIN, Timestamp::seconds), String::new());
    let mut high = (filter.to.map_or(i64::MAX, Timestamp::seconds), String::new());
    let after = after.map(|(at, id)| (at.seconds(), id.to_string()));
    let (list, bound) = match order {
        Order::NewestFirst => {
            high = after.map_or(high.clone(), |after| after.min(high));
            (texts.list.0, texts.bound.0)
        }
        Order::OldestFirst => {
            low = after.map_or(low.clone(), |after| after.max(low));
            (texts.list.1, texts.bound.1)
        }
    };
    let mut stop = None;
    if !exact {
        let mut ends = tx.all(bound, params![lead.0, lead.1, low.0, &low.1, high.0, &high.1, at_most - 1]).await?;
        // The last one that is looked at, and the first that is not.
        if let [last, next] = ends.as_mut_slice() {
            stop = Some((last.time()?, last.parse()?));
            let beyond = (next.int()?, next.text()?);
            match order {
                Order::NewestFirst => low = beyond,
                Order::OldestFirst => high = beyond,
            }
        }
    }
    let (kind, first) = match filter.kind {
        None => ("", ""),
        Some(Kind::Named(kind)) => (kind, ""),
        Some(Kind::Beginning(first)) => ("", first),
    };
    let outcome = match filter.outcome {
        None => "",
        Some(Outcome::Ok) => "ok",
        Some(Outcome::Refused) => "refused",
    };
    let client = filter.client.map_or("", ClientId::as_str);
    let actor = filter.actor.unwrap_or_default();
    let params = params![
        lead.0, lead.1, low.0, &low.1, high.0, &high.1, client, &user, &workspace, actor, kind, first, outcome, limit,
    ];
    let events: Vec<AuditEvent> = tx.all(list, params).await?.iter_mut().map(read).collect::<Result<_, _>>()?;
    let full = i64::try_from(events.len()).is_ok_and(|found| found == limit);
    let further = if full { events.last().map(|last| (last.at, last.id)) } else { stop };
    Ok(Looked { events, further })
}

pub(crate) fn read(row: &mut Row) -> Result<AuditEvent, StoreError> {
    Ok(AuditEvent {
        id: row.parse()?,
        at: row.time()?,
        kind: row.text()?,
        outcome: row.text()?,
        request_id: row.text()?,
        actor: row.text()?,
        client_id: row.opt_client_id()?,
        user_id: row.opt_parse()?,
        workspace_id: row.opt_parse()?,
        grant_id: row.opt_parse()?,
        ip: row.opt_text()?,
        detail: row.json()?,
    })
}

/// Users by id, with their addresses. Where a workspace is named, only its members are told.
pub async fn people(
    tx: &mut Tx,
    ids: &[UserId],
    members_of: Option<WorkspaceId>,
) -> Result<Vec<(UserId, String)>, StoreError> {
    macro_rules! people {
        ($ids:literal) => {
            concat!(
                "SELECT u.id, u.email FROM users u WHERE u.id IN (",
                $ids,
                ") AND ($2 = '' OR EXISTS (SELECT 1 FROM members m WHERE m.user_id = u.id AND m.workspace_id = $2))"
            )
        };
    }
    let sql = dialect::pick(
        tx,
        people!("SELECT value FROM json_each($1)"),
        people!("SELECT json_array_elements_text(CAST($1 AS json))"),
    );
    let of = members_of.map(|id| id.to_string()).unwrap_or_default();
    let mut rows = tx.all(sql, params![json!(ids).to_string(), of]).await?;
    rows.iter_mut().map(|row| Ok((row.parse()?, row.text()?))).collect()
}

/// Clients by id, with their names; deleted ones too.
pub async fn applications(tx: &mut Tx, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
    macro_rules! applications {
        ($ids:literal) => {
            concat!("SELECT c.id, c.name FROM clients c WHERE c.id IN (", $ids, ")")
        };
    }
    let sql = dialect::pick(
        tx,
        applications!("SELECT value FROM json_each($1)"),
        applications!("SELECT json_array_elements_text(CAST($1 AS json))"),
    );
    let mut rows = tx.all(sql, params![json!(ids).to_string()]).await?;
    rows.iter_mut().map(|row| Ok((row.text()?, row.text()?))).collect()
}

/// Removes at most `limit` events from before `before`.
pub async fn delete_old(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM audit_events WHERE id IN \
               (SELECT id FROM audit_events WHERE at < $1 ORDER BY at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan;

    #[test]
    fn every_list_is_found_and_ordered_by_an_index() {
        for (texts, index, condition) in [
            (BY_REQUEST, "request_id", "request_id=? AND "),
            (BY_USER, "user_id", "user_id=? AND "),
            (BY_CLIENT, "client_id", "client_id=? AND "),
            (BY_ACTOR, "actor", "actor=? AND "),
            (BY_WORKSPACE, "workspace_id", "workspace_id=? AND "),
            (BY_TIME, "at", ""),
            (REFUSED, "refused", "<expr>=? AND "),
            (REFUSED_BY_WORKSPACE, "workspace_refused", "<expr>=? AND "),
            (BY_KIND, "kind", "kind=? AND "),
            (BY_WORKSPACE_KIND, "workspace_kind", "workspace_id=? AND kind=? AND "),
        ] {
            let index = format!("INDEX audit_events_{index} ({condition}(at,id)>(?,?) AND (at,id)<(?,?))");
            for sql in [texts.list.0, texts.list.1] {
                // No further line: nothing is sorted.
                assert_eq!(plan(sql), [format!("SEARCH audit_events USING {index}")]);
            }
            for sql in [texts.bound.0, texts.bound.1] {
                assert_eq!(plan(sql), [format!("SEARCH audit_events USING COVERING {index}")]);
            }
        }
    }

    #[test]
    fn frequent_kinds_are_those_that_no_index_has() {
        let listed = FREQUENT.map(|kind| format!("'{kind}'")).join(", ");
        for texts in [BY_KIND, BY_WORKSPACE_KIND] {
            assert!(texts.list.0.contains(&format!("kind NOT IN ({listed})")), "{}", texts.list.0);
        }
        assert!(FREQUENT.iter().all(|kind| KINDS.contains(kind)));
    }

    #[test]
    fn a_beginning_that_only_one_kind_has_is_that_kind() {
        assert_eq!(Kind::Named("token").only(), Some("token"));
        assert_eq!(Kind::Beginning("key.").only(), Some("key.rotated"));
        assert_eq!(Kind::Beginning("token").only(), None, "several");
        assert_eq!(Kind::Beginning("nothing").only(), None);
    }
}
