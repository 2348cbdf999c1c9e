//! `countersign audit`.
use crate::cli::{Audit as Command, AuditFilter, OutcomeName};
use crate::output;
use crate::session::{Session, workspace_id};
use anyhow::Context as _;
use domain::audit::AuditEvent;
use domain::{AuditId, ClientId, Timestamp};
use flows::audit;
use flows::audit::read::{Filter, KindFilter, OutcomeFilter};
use flows::unguarded::audit::EVERYTHING;
use serde_json::json;

fn moment(name: &str, text: Option<&str>) -> anyhow::Result<Option<Timestamp>> {
    let read = |text| Timestamp::parse(text).with_context(|| format!("--{name}: neither a date nor an RFC 3339 time"));
    text.map(read).transpose()
}

/// Formats an event as a line of text.
fn line(event: &AuditEvent) -> String {
    let ip = event.ip.as_deref().unwrap_or("-");
    let with = event.credential.as_deref().filter(|credential| *credential != event.actor);
    let actor = with.map_or_else(|| event.actor.clone(), |with| format!("{with}/{}", event.actor));
    format!("{} {} {} {actor} {ip} {}", event.at.rfc3339(), event.kind, event.outcome, event.request_id)
}

pub async fn run(session: Session, command: Command) -> anyhow::Result<()> {
    let (Command::List { filter: asked, .. } | Command::Export { filter: asked }) = &command;
    let AuditFilter { client, user, workspace, actor, credential, request, kind, outcome, since, until } = asked;
    let client = client.as_deref().map(ClientId::parse).transpose()?;
    let filter = Filter {
        client: client.as_ref(),
        user: match user {
            Some(user) => Some(session.user_id(user).await?),
            None => None,
        },
        workspace: workspace.as_deref().map(workspace_id).transpose()?,
        actor: actor.as_deref(),
        credential: credential.as_deref(),
        request_id: request.as_deref(),
        kind: kind.as_deref().map(KindFilter::Beginning),
        outcome: outcome.map(|name| match name {
            OutcomeName::Ok => OutcomeFilter::Ok,
            OutcomeName::Refused => OutcomeFilter::Refused,
        }),
        from: moment("since", since.as_deref())?,
        to: moment("until", until.as_deref())?,
    };
    match &command {
        Command::List { limit, before, .. } => {
            let before = before.as_deref().map(str::parse::<AuditId>).transpose()?;
            list(&session, &filter, before, *limit).await?;
        }
        Command::Export { .. } => {
            let mut export = audit::read::export(&session.app, &session.ctx, EVERYTHING, &filter);
            while let Some(lines) = export.next().await? {
                if !output::raw(&lines)? {
                    break;
                }
            }
        }
    }
    session.close().await
}

async fn list(session: &Session, filter: &Filter<'_>, before: Option<AuditId>, limit: i64) -> anyhow::Result<()> {
    let (mut events, mut next, mut left) = (Vec::new(), before, limit);
    while left > 0 {
        let page = audit::read::list(&session.app, EVERYTHING, filter, next, left).await?;
        left -= i64::try_from(page.events.len())?;
        events.extend(page.events);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let items: Vec<_> = events.iter().map(audit::read::view).collect();
    output::show(session.json, &json!({"items": items, "next": next}), |_| {
        events.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}
