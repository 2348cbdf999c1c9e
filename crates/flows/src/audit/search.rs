//! Looking through the audit log as a person does: by what they know, page by page in both directions, with the names of
//! whom the events are about.
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
use store::audit::search::{Filter, Kind, Order, Outcome};

/// What is looked for, as it was typed; empty is everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Search<'s> {
    /// The name of a kind.
    pub kind: &'s str,
    /// `ok` or `refused`.
    pub outcome: &'s str,
    /// Whoever acted: an email address, or an id.
    pub actor: &'s str,
    /// The id of a session, a personal token or a key, or a client id: what they acted with.
    pub credential: &'s str,
    /// A client id.
    pub application: &'s str,
    /// An email address or a user id.
    pub person: &'s str,
    /// Dates such as `2026-01-31`, the last one included.
    pub from: &'s str,
    pub to: &'s str,
    /// The time zone of the dates; without one it is UTC.
    pub zone: Option<&'s str>,
    /// Events before this one, or after this one; without either, the newest.
    pub before: &'s str,
    pub after: &'s str,
}

/// A part of the log, the newest first.
#[derive(Debug, Default)]
pub struct Found {
    pub events: Vec<AuditEvent>,
    /// Ask for what is after this one.
    pub newer: Option<AuditId>,
    /// Ask for what is before this one.
    pub older: Option<AuditId>,
    /// Whether there may be further events that fit, in the direction that was read, beyond those that were looked at.
    pub stopped: Option<Stopped>,
    /// The addresses of people and the names of applications, by id, as far as whoever asks may know them.
    pub names: HashMap<String, String>,
    /// The same filters as an export reads them.
    pub export: Vec<(&'static str, String)>,
}

/// Where a page stopped looking, as few events fit: before its end that way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    Older(Timestamp),
    Newer(Timestamp),
}

/// What is looked for, as it was understood.
#[derive(Debug, Default)]
struct Read {
    client: Option<ClientId>,
    user: Option<UserId>,
    actor: Option<String>,
    workspace: Option<WorkspaceId>,
    outcome: Option<Outcome>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    before: Option<AuditId>,
    after: Option<AuditId>,
}

/// Reads what was typed unless it is nothing.
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
        "ok" => Some(Outcome::Ok),
        "refused" => Some(Outcome::Refused),
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

/// The person that is looked for; `Ok(None)` when there is none that whoever asks may know of.
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
        // Whose address it is, only those learn who could look it up among the members.
        Some(workspace) => store::workspace::member(tx, user.id, workspace).await?.is_some(),
        None => true,
    };
    Ok(Some(user.id).filter(|_| known))
}

/// The names of whom the events are about, as far as somebody in the workspace may know them.
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

/// A part of the log with `limit` events (1 to [`crate::audit::read::MOST`]) at most. Events of the last second may be missing
/// where another node met them.
pub async fn search(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    scope: Extent,
    search: &Search<'_>,
    limit: usize,
) -> Result<Found, Failure<ManagementError>> {
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
        return Ok(Found { export, ..Found::default() });
    }
    let filter = Filter {
        client: read.client.as_ref(),
        user: read.user,
        workspace,
        actor: read.actor.as_deref(),
        credential: Some(search.credential.trim()).filter(|credential| !credential.is_empty()),
        request_id: None,
        kind: Some(search.kind).filter(|kind| !kind.is_empty()).map(Kind::Named),
        outcome: read.outcome,
        from: read.from,
        to: read.to,
    };
    let (order, from) = match (read.after, read.before) {
        (Some(after), _) => (Order::OldestFirst, Some(after)),
        (None, before) => (Order::NewestFirst, before),
    };
    // One more than is shown tells whether there are any more.
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
    Ok(Found { events, newer, older, stopped, names, export })
}
