//! The user's own sessions.
use crate::account::profile::person;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Fault, Server};
use domain::access::{Operation, Principal};
use domain::account::Session;
use domain::{SessionId, Timestamp, events};
use serde_json::json;
use store::{Page, Paged, StoreError};

/// A browser in which the user is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    pub id: SessionId,
    pub created_at: Timestamp,
    /// Accurate to a few minutes.
    pub last_seen_at: Timestamp,
    /// Empty when unknown.
    pub ip: String,
    pub user_agent: String,
    /// Whether it is the session of this request.
    pub current: bool,
}

/// The user's valid sessions, the most recently seen first.
pub async fn sessions(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    current: Option<SessionId>,
    page: Page,
) -> Managed<Paged<OwnSession>> {
    let user = person(app, ctx, principal, Operation::ReadAccount, "session.list")?;
    let mut tx = app.store().read().await?;
    let Paged { items, total } = store::account::sessions::page_for_user(&mut tx, user, page, ctx.now).await?;
    Ok(Paged { items: items.into_iter().map(|session| own(session, current)).collect(), total })
}

fn own(session: Session, current: Option<SessionId>) -> OwnSession {
    let Session { id, created_at, last_seen_at, ip, user_agent, .. } = session;
    OwnSession { id, created_at, last_seen_at, ip, user_agent, current: Some(id) == current }
}

/// One of the user's valid sessions.
pub async fn session(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    current: Option<SessionId>,
    id: &str,
) -> Managed<OwnSession> {
    const KIND: &str = "session.list";
    let user = person(app, ctx, principal, Operation::ReadAccount, KIND)?;
    let unknown = || refused(app, ctx, KIND, AuditSubject::user(user), ManagementRefusal::SessionUnknown);
    let id = id.parse().map_err(|_| unknown())?;
    let found = {
        let mut tx = app.store().read().await?;
        store::account::sessions::of_user(&mut tx, id, user, ctx.now).await?
    };
    found.map(|session| own(session, current)).ok_or_else(unknown)
}

/// Ends one of the user's sessions, which may be the current one.
pub async fn end_session(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<()> {
    const KIND: &str = "session.ended";
    let user = person(app, ctx, principal, Operation::WriteAccount, KIND)?;
    let unknown = || refused(app, ctx, KIND, AuditSubject::user(user), ManagementRefusal::SessionUnknown);
    let id: SessionId = id.parse().map_err(|_| unknown())?;
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let ended = store::account::sessions::end_for_user(tx, id, user).await?;
            if ended {
                changes::within(tx, &of, ChangeRecord::of(events::Change::SessionEnded, AuditSubject::user(user)))
                    .await?;
            }
            Ok(ended)
        })
    });
    if work.await.map_err(|error: StoreError| Fault::from(error))? { Ok(()) } else { Err(unknown()) }
}

/// Ends all of the user's sessions except `current`. Returns how many.
pub async fn end_other_sessions(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    current: Option<SessionId>,
) -> Managed<u64> {
    const KIND: &str = "session.ended_others";
    let user = person(app, ctx, principal, Operation::WriteAccount, KIND)?;
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let ended = store::account::sessions::end_all_for_user(tx, user, current).await?;
            let record = ChangeRecord::of(events::Change::OtherSessionsEnded, AuditSubject::user(user))
                .with(json!({"sessions": ended}));
            changes::within(tx, &of, record).await?;
            Ok(ended)
        })
    });
    Ok(work.await.map_err(|error: StoreError| Fault::from(error))?)
}
