//! Searches the audit log.
use crate::platform::page::MAX_LIMIT;
use crate::{StoreError, Tx, audit, params};
use domain::audit::{AuditEvent, KINDS};
use domain::{AuditId, ClientId, Timestamp, UserId, WorkspaceId};

/// Whether an attempted action succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeFilter {
    /// The event's outcome is `ok`.
    Ok,
    /// Any outcome but `ok`; the event contains the exact reason.
    Refused,
}

/// Which kinds of events to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindFilter<'a> {
    /// Exactly this kind, such as `token.refresh_token`.
    Named(&'a str),
    /// All kinds with this prefix, such as `token.`.
    Beginning(&'a str),
}

impl<'a> KindFilter<'a> {
    /// The only kind that matches, if there is exactly one.
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

/// Which events to list: those that match every field that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter<'a> {
    /// Events that concern this client.
    pub client: Option<&'a ClientId>,
    /// Events that concern this user.
    pub user: Option<UserId>,
    /// Events in this workspace.
    pub workspace: Option<WorkspaceId>,
    /// Events caused by this actor, written as in the log.
    pub actor: Option<&'a str>,
    /// The credential that was used.
    pub credential: Option<&'a str>,
    /// Events of this HTTP request.
    pub request_id: Option<&'a str>,
    /// Events of this kind or group of kinds.
    pub kind: Option<KindFilter<'a>>,
    /// Only successes, or only refusals.
    pub outcome: Option<OutcomeFilter>,
    /// Inclusive lower bound.
    pub from: Option<Timestamp>,
    /// Exclusive upper bound.
    pub to: Option<Timestamp>,
}

/// The direction in which the log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// From the newest event to older ones.
    NewestFirst,
    /// From the oldest event to newer ones.
    OldestFirst,
}

/// The position of an event in the log. The last event of a page is the cursor for the next page.
pub type AuditCursor = (Timestamp, AuditId);

/// How many events one read examines if not all of them match. This bounds the cost of a filter that matches few of
/// many events.
pub const LOOKED_AT: i64 = 5_000;

/// The result of one read.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPart {
    /// The matching events, in the order of the search.
    pub events: Vec<AuditEvent>,
    /// Where the next read continues; `None` at the end of the log.
    pub further: Option<AuditCursor>,
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
            "SELECT id, at, kind, outcome, request_id, actor, client_id, user_id, workspace_id, grant_id, ip, credential, \
             detail              FROM audit_events WHERE ",
            $lead,
            " AND (at, id) > ($3, $4) AND (at, id) < ($5, $6) AND ($7 = '' OR client_id = $7) \
             AND ($8 = '' OR user_id = $8) AND ($9 = '' OR workspace_id = $9) AND ($10 = '' OR actor = $10) \
             AND ($11 = '' OR kind = $11) AND substr(kind, 1, length($12)) = $12 \
             AND ($13 = '' OR ($13 = 'ok') = (outcome = 'ok')) AND ($15 = '' OR credential = $15)",
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

/// The SQL for one index: the queries that list events, and those that find how far one read goes; each for newest
/// first and for oldest first.
struct Texts {
    list: (&'static str, &'static str),
    bound: (&'static str, &'static str),
}

// Each lead has its own index. Every query mentions both $1 and $2, because the databases must know the type of every
// parameter.
const BY_REQUEST: Texts = texts!("request_id = $1 AND $2 = ''");
const BY_USER: Texts = texts!("user_id = $1 AND $2 = ''");
const BY_CLIENT: Texts = texts!("client_id = $1 AND $2 = ''");
const BY_ACTOR: Texts = texts!("actor = $1 AND $2 = ''");
const BY_CREDENTIAL: Texts = texts!("credential = $1 AND $2 = ''");
const BY_WORKSPACE: Texts = texts!("workspace_id = $1 AND $2 = ''");
const BY_TIME: Texts = texts!("$1 = '' AND $2 = ''");
// Each is a comparison of one expression with a constant, so that SQLite prefers this index to the log's index by time
// or workspace.
const REFUSED: Texts =
    texts!("outcome <> 'ok' AND CASE outcome WHEN 'ok' THEN 1 ELSE 0 END = 0 AND $1 = '' AND $2 = ''");
const REFUSED_BY_WORKSPACE: Texts =
    texts!("outcome <> 'ok' AND CASE outcome WHEN 'ok' THEN '' ELSE workspace_id END = $1 AND $2 = ''");
// Kinds that make up much of the log are not indexed: an index would cost a write for every token and save little time
// on reads.
const BY_KIND: Texts = texts!(
    "kind = $1 AND $2 = '' AND kind NOT IN ('authorize', 'token.authorization_code', 'token.refresh_token', \
     'token.client_credentials', 'introspection', 'userinfo')"
);
const BY_WORKSPACE_KIND: Texts = texts!(
    "workspace_id = $1 AND kind = $2 AND kind NOT IN ('authorize', 'token.authorization_code', 'token.refresh_token', \
     'token.client_credentials', 'introspection', 'userinfo')"
);
/// The kinds that these two queries exclude.
const FREQUENT: [&str; 6] = [
    "authorize",
    "token.authorization_code",
    "token.refresh_token",
    "token.client_credentials",
    "introspection",
    "userinfo",
];

/// How a filter is executed.
struct Plan<'a> {
    texts: &'static Texts,
    /// The values of `$1` and `$2`.
    lead: (&'a str, &'a str),
    /// Whether every event that the index finds matches.
    exact: bool,
}

impl<'a> Plan<'a> {
    /// Chooses the most selective index; the other conditions are checked on each event.
    fn of(filter: &Filter<'a>, user: &'a str, workspace: &'a str) -> Self {
        let kind = filter.kind.and_then(KindFilter::only).filter(|kind| !FREQUENT.contains(kind)).unwrap_or_default();
        let client = filter.client.map_or("", ClientId::as_str);
        let (actor, request) = (filter.actor.unwrap_or_default(), filter.request_id.unwrap_or_default());
        let credential = filter.credential.unwrap_or_default();
        let refused = filter.outcome == Some(OutcomeFilter::Refused);
        let given = |value: &str| !value.is_empty();
        let leads = [
            (given(request), &BY_REQUEST, (request, ""), 1),
            (given(credential), &BY_CREDENTIAL, (credential, ""), 1),
            (given(user), &BY_USER, (user, ""), 1),
            (given(kind) && given(workspace), &BY_WORKSPACE_KIND, (workspace, kind), 2),
            (given(kind), &BY_KIND, (kind, ""), 1),
            (given(client), &BY_CLIENT, (client, ""), 1),
            (given(actor), &BY_ACTOR, (actor, ""), 1),
            (refused && given(workspace), &REFUSED_BY_WORKSPACE, (workspace, ""), 2),
            (refused, &REFUSED, ("", ""), 1),
            (given(workspace), &BY_WORKSPACE, (workspace, ""), 1),
        ];
        let first = leads.into_iter().find(|(is_given, ..)| *is_given);
        let (_, texts, lead, of) = first.unwrap_or((true, &BY_TIME, ("", ""), 0));
        let texts_of =
            [client, user, workspace, actor, request, credential].into_iter().filter(|value| given(value)).count();
        let all = texts_of + usize::from(filter.kind.is_some()) + usize::from(filter.outcome.is_some());
        Self { texts, lead, exact: of == all }
    }
}

/// At most `limit` matching events (1 to [`MAX_LIMIT`]) after `after`, from the next [`LOOKED_AT`] candidates. The cost
/// is the same for every page, however long the log is and however few events match.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter<'_>,
    order: Order,
    after: Option<AuditCursor>,
    limit: i64,
) -> Result<AuditPart, StoreError> {
    let limit = limit.clamp(1, MAX_LIMIT);
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
        let mut ends = tx.all(bound, params![lead.0, lead.1, low.0, &low.1, high.0, &high.1, LOOKED_AT - 1]).await?;
        // The last event examined and the first one that is not.
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
        Some(KindFilter::Named(kind)) => (kind, ""),
        Some(KindFilter::Beginning(first)) => ("", first),
    };
    let outcome = match filter.outcome {
        None => "",
        Some(OutcomeFilter::Ok) => "ok",
        Some(OutcomeFilter::Refused) => "refused",
    };
    let client = filter.client.map_or("", ClientId::as_str);
    let actor = filter.actor.unwrap_or_default();
    let params = params![
        lead.0,
        lead.1,
        low.0,
        &low.1,
        high.0,
        &high.1,
        client,
        &user,
        &workspace,
        actor,
        kind,
        first,
        outcome,
        limit,
        filter.credential.unwrap_or_default(),
    ];
    let events: Vec<AuditEvent> = tx.all(list, params).await?.iter_mut().map(audit::read).collect::<Result<_, _>>()?;
    let full = i64::try_from(events.len()).is_ok_and(|found| found == limit);
    let further = if full { events.last().map(|last| (last.at, last.id)) } else { stop };
    Ok(AuditPart { events, further })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sqlite::plan;

    #[test]
    fn every_list_is_found_and_ordered_by_an_index() {
        for (texts, index, condition) in [
            (BY_REQUEST, "request_id", "request_id=? AND "),
            (BY_USER, "user_id", "user_id=? AND "),
            (BY_CLIENT, "client_id", "client_id=? AND "),
            (BY_ACTOR, "actor", "actor=? AND "),
            (BY_CREDENTIAL, "credential", "credential=? AND "),
            (BY_WORKSPACE, "workspace_id", "workspace_id=? AND "),
            (BY_TIME, "at", ""),
            (REFUSED, "refused", "<expr>=? AND "),
            (REFUSED_BY_WORKSPACE, "workspace_refused", "<expr>=? AND "),
            (BY_KIND, "kind", "kind=? AND "),
            (BY_WORKSPACE_KIND, "workspace_kind", "workspace_id=? AND kind=? AND "),
        ] {
            let index = format!("INDEX audit_events_{index} ({condition}(at,id)>(?,?) AND (at,id)<(?,?))");
            for sql in [texts.list.0, texts.list.1] {
                // A single line in the plan: nothing is sorted.
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
        assert_eq!(KindFilter::Named("token").only(), Some("token"));
        assert_eq!(KindFilter::Beginning("audit.").only(), Some("audit.read"));
        assert_eq!(KindFilter::Beginning("token").only(), None, "several");
        assert_eq!(KindFilter::Beginning("nothing").only(), None);
    }
}
