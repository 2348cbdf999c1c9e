//! Searches the audit log as a user does: by what they know, page by page in both directions, with the names of the users and
//! apps involved.
use crate::access::extent::Extent;
use crate::audit::read::place;
use crate::platform::management_error::{ManagementError, ManagementRefusal};
use crate::{Ctx, Failure, Fault, Server, audit};
use domain::access::Principal;
use domain::account::Email;
use domain::audit::AuditEvent;
use domain::{AuditId, ClientId, Timestamp, UserId, WorkspaceId};
use std::collections::HashMap;
use store::Tx;
use store::audit::search::{Filter, KindFilter, Order, OutcomeFilter};

/// Search terms as they were typed. Empty fields match everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Search<'s> {
    /// The name of an event kind.
    pub kind: &'s str,
    /// `ok` or `refused`.
    pub outcome: &'s str,
    /// The actor: an email address or an id.
    pub actor: &'s str,
    /// The actor's credential: the id of a session, a personal access token or an API key, or a client id.
    pub credential: &'s str,
    /// A client id.
    pub application: &'s str,
    /// An email address or a user id.
    pub person: &'s str,
    /// Dates such as `2026-01-31`; `to` is inclusive.
    pub from: &'s str,
    pub to: &'s str,
    /// The time zone of the dates; `None` means UTC.
    pub zone: Option<&'s str>,
    /// Only events before or after this one; if both are empty, the newest.
    pub before: &'s str,
    pub after: &'s str,
}

/// A page of the audit log, newest first.
#[derive(Debug, Default)]
pub struct AuditLogPage {
    pub events: Vec<AuditEvent>,
    /// Pass it as `after` to get newer events.
    pub newer: Option<AuditId>,
    /// Pass it as `before` to get older events.
    pub older: Option<AuditId>,
    /// Set if the search stopped early, so that further events in this direction may match.
    pub stopped: Option<Stopped>,
    /// Email addresses of users and names of clients by id, as far as the caller may see them.
    pub names: HashMap<String, String>,
    /// The same filters as query parameters of an export.
    pub export: Vec<(&'static str, String)>,
}

/// Where the search stopped before the end, because few events match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    Older(Timestamp),
    Newer(Timestamp),
}

/// The parsed search terms.
#[derive(Debug, Default)]
struct Read {
    client: Option<ClientId>,
    user: Option<UserId>,
    actor: Option<String>,
    workspace: Option<WorkspaceId>,
    outcome: Option<OutcomeFilter>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    before: Option<AuditId>,
    after: Option<AuditId>,
}

/// Parses a search term; `None` if it is empty.
fn typed<T>(
    text: &str,
    read: impl FnOnce(&str) -> Option<T>,
    wrong: ManagementError,
) -> Result<Option<T>, ManagementError> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { read(text).map(Some).ok_or(wrong) }
}

fn read(search: &Search<'_>, workspace: Option<WorkspaceId>) -> Result<Read, ManagementError> {
    let day = |text: &str| Timestamp::day_in(text, search.zone);
    let outcome = |text: &str| match text {
        "ok" => Some(OutcomeFilter::Ok),
        "refused" => Some(OutcomeFilter::Refused),
        _ => None,
    };
    let id = |text: &str| text.parse().ok();
    Ok(Read {
        client: typed(
            search.application,
            |t| ClientId::parse(t).ok(),
            ManagementRefusal::Identifier.of("application"),
        )?,
        user: None,
        actor: Some(search.actor.trim().to_owned()).filter(|actor| !actor.is_empty()),
        workspace,
        outcome: typed(search.outcome, outcome, ManagementRefusal::Choice.of("outcome"))?,
        from: typed(search.from, day, ManagementRefusal::Moment.of("from"))?.map(|(first, _)| first),
        to: typed(search.to, day, ManagementRefusal::Moment.of("to"))?.map(|(_, next)| next),
        before: typed(search.before, id, ManagementRefusal::Identifier.of("before"))?,
        after: typed(search.after, id, ManagementRefusal::Identifier.of("after"))?,
    })
}

/// Finds a user by id or email address. Returns `None` if the address is unknown, or if the caller may not see it.
async fn person(
    tx: &mut Tx,
    (member, typed): (&'static str, &str),
    workspace: Option<WorkspaceId>,
) -> Result<Option<UserId>, Failure<ManagementError>> {
    if let Ok(id) = typed.parse() {
        return Ok(Some(id));
    }
    let email = Email::parse(typed).map_err(|_| Failure::Refused(ManagementRefusal::Identifier.of(member)))?;
    let Some(user) = store::account::users::by_email_key(tx, &email.key()).await? else { return Ok(None) };
    let known = match workspace {
        // The caller may see an address only if it is that of a member of their workspace.
        Some(workspace) => store::workspace::member(tx, user.id, workspace).await?.is_some(),
        None => true,
    };
    Ok(Some(user.id).filter(|_| known))
}

/// The email addresses and names of the users and clients in these events, as far as members of the workspace may see them.
pub(crate) async fn names(
    tx: &mut Tx,
    events: &[AuditEvent],
    workspace: Option<WorkspaceId>,
) -> Result<HashMap<String, String>, Fault> {
    let acted = events.iter().filter_map(|event| event.actor.parse().ok());
    let mut people: Vec<UserId> = events.iter().filter_map(|event| event.user_id).chain(acted).collect();
    people.sort_unstable();
    people.dedup();
    let acted = events.iter().flat_map(|event| [Some(event.actor.as_str()), event.credential.as_deref()]).flatten();
    let about = events.iter().filter_map(|event| event.client_id.as_ref()).map(ClientId::as_str);
    let mut clients: Vec<&str> = about.chain(acted).collect();
    clients.sort_unstable();
    clients.dedup();
    let people = store::audit::people(tx, &people, workspace).await?;
    let clients = store::audit::applications(tx, &clients).await?;
    Ok(people.into_iter().map(|(id, email)| (id.to_string(), email)).chain(clients).collect())
}

fn export(search: &Search<'_>, read: &Read) -> Vec<(&'static str, String)> {
    let text = |text: &str| text.trim().to_owned();
    let moment = |moment: Option<Timestamp>| moment.map(Timestamp::rfc3339).unwrap_or_default();
    let mut pairs = vec![
        ("kind", text(search.kind)),
        ("outcome", text(search.outcome)),
        ("actor", read.actor.clone().unwrap_or_default()),
        ("credential", text(search.credential)),
        ("client_id", text(search.application)),
        ("user_id", read.user.map(|id| id.to_string()).unwrap_or_default()),
        ("from", moment(read.from)),
        ("to", moment(read.to)),
    ];
    pairs.retain(|(_, value)| !value.is_empty());
    pairs.push(match read.workspace {
        Some(id) => ("workspace", id.to_string()),
        None => ("owner", "operator".to_owned()),
    });
    pairs
}

/// Returns a page of at most `limit` events (1 to [`crate::audit::read::MOST`]). Events of the last second that another node
/// recorded may be missing.
pub async fn search(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    scope: Extent,
    search: &Search<'_>,
    limit: usize,
) -> Result<AuditLogPage, Failure<ManagementError>> {
    let workspace = audit::read::may_read(app, ctx, principal, scope)?.workspace();
    let mut read = read(search, workspace).map_err(Failure::Refused)?;
    app.catch_up().await;
    let mut tx = app.store().read().await?;
    let wanted = search.person.trim();
    if !wanted.is_empty() {
        read.user = person(&mut tx, ("person", wanted), workspace).await?;
    }
    let by_address = read.actor.clone().filter(|actor| actor.contains('@'));
    if let Some(address) = &by_address {
        read.actor = person(&mut tx, ("actor", address), workspace).await?.map(|id| id.to_string());
    }
    let export = export(search, &read);
    if (!wanted.is_empty() && read.user.is_none()) || (by_address.is_some() && read.actor.is_none()) {
        return Ok(AuditLogPage { export, ..AuditLogPage::default() });
    }
    let filter = Filter {
        client: read.client.as_ref(),
        user: read.user,
        workspace,
        actor: read.actor.as_deref(),
        credential: Some(search.credential.trim()).filter(|credential| !credential.is_empty()),
        request_id: None,
        kind: Some(search.kind).filter(|kind| !kind.is_empty()).map(KindFilter::Named),
        outcome: read.outcome,
        from: read.from,
        to: read.to,
    };
    let (order, from) = match (read.after, read.before) {
        (Some(after), _) => (Order::OldestFirst, Some(after)),
        (None, before) => (Order::NewestFirst, before),
    };
    // Reads one event more than is shown, to know whether there are more.
    let most = i64::try_from(limit).unwrap_or(i64::MAX).clamp(1, crate::audit::read::MOST - 1);
    let looked = store::audit::search::list(&mut tx, &filter, order, from.map(place), most + 1).await?;
    let mut events = looked.events;
    let more = events.len() > limit;
    events.truncate(limit);
    let names = names(&mut tx, &events, workspace).await?;
    let further = looked.further.filter(|_| !more);
    let (behind, ahead) = match order {
        Order::NewestFirst => (more, from.is_some()),
        Order::OldestFirst => {
            events.reverse();
            (true, more)
        }
    };
    let mut older = events.last().map(|event| event.id).filter(|_| behind);
    let mut newer = events.first().map(|event| event.id).filter(|_| ahead);
    let stopped = further.map(|(at, id)| match order {
        Order::NewestFirst => {
            older = Some(id);
            Stopped::Older(at)
        }
        Order::OldestFirst => {
            newer = Some(id);
            Stopped::Newer(at)
        }
    });
    Ok(AuditLogPage { events, newer, older, stopped, names, export })
}
