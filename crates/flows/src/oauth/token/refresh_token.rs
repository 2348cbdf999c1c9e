//! Refreshing (OAuth 2.1 §4.3). The domain's refresh rules judge the presented token; this module applies the verdict in the
//! database.
use super::issue::{Refreshing, TokenIssue, TokenResponse, access_lifetime, issued};
use crate::grants::subject::{self, SubjectGone};
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Fault, Server};
use domain::Timestamp;
use domain::clients::{Client, GrantType};
use domain::events::{Event, EventData, EventKind};
use domain::grants::refresh::{RefreshVerdict, Theft, judge, next, window};
use domain::grants::{EndReason, Grant, GrantContext};
use domain::oauth::payload::RefreshPayload;
use domain::oauth::token::RefreshRefusal as R;
use domain::platform::params::RawParams;
use domain::platform::scope::ScopeSet;
use domain::platform::seal::Purpose;
use domain::resources::indicator::all_granted;
use store::grants::Rotated;
use store::{StoreError, Tx};

/// What happens to a presented token.
enum RefreshOutcome {
    /// Issue a token with this number.
    Renewed(Box<GrantContext>, i64),
    /// The client keeps the token that it has.
    Kept(Box<GrantContext>),
    /// If the token was stolen, the grant has ended as well.
    Refused(R),
}

/// An opened refresh token, with the context of the request.
struct Refresh<'a> {
    app: &'a Server,
    ctx: &'a Ctx,
    client: &'a Client,
    presented: RefreshPayload,
    /// The scopes of this response.
    scopes: ScopeSet,
}

impl Refresh<'_> {
    /// Seconds in which parallel requests share a number.
    fn window(&self) -> i64 {
        window(self.app.settings().lifetimes.refresh_window, access_lifetime(self.app, self.client))
    }

    /// The grant's new idle limit.
    fn extended(&self, context: &GrantContext) -> Timestamp {
        let default = self.app.settings().lifetimes.refresh_idle;
        let idle = self.client.config.refresh_token_lifetime_seconds.unwrap_or(default);
        self.ctx.now.plus(idle).min(context.grant.absolute_expires_at)
    }

    fn issued(&self, context: &GrantContext) -> EventData {
        issued(self.app, self.ctx, self.client, &context.grant, GrantType::RefreshToken, &self.scopes)
    }

    /// The event for the transaction of this refresh, if a webhook subscribes to it.
    fn issued_event(&self, context: &GrantContext) -> Option<Event> {
        let wanted = self.app.outbox().wants(EventKind::TokenIssued);
        wanted.then(|| events::event(self.ctx, self.issued(context)))
    }

    /// Judges the token. Writes only if the grant advances or ends.
    async fn outcome(&self, context: GrantContext) -> Result<RefreshOutcome, Fault> {
        let Some(state) = context.grant.refresh else { return Ok(RefreshOutcome::Refused(R::Unknown)) };
        match judge(&state, self.presented.number, self.window(), self.ctx.now) {
            RefreshVerdict::Share => {
                self.app.outbox().note(self.ctx, EventKind::TokenIssued, || self.issued(&context));
                Ok(RefreshOutcome::Renewed(Box::new(context), state.number))
            }
            RefreshVerdict::Advance if !self.client.rotates_refresh_tokens() => self.keep(context).await,
            RefreshVerdict::Ahead => Ok(RefreshOutcome::Refused(R::FromTheFuture)),
            RefreshVerdict::Advance | RefreshVerdict::Replace | RefreshVerdict::Theft(_) => {
                self.move_on(&context).await
            }
        }
    }

    /// For a client that keeps its refresh token: updates only the idle limit, and only now and then.
    async fn keep(&self, context: GrantContext) -> Result<RefreshOutcome, Fault> {
        let expires_at = self.extended(&context);
        // An hour's precision is enough for a limit of days, and avoids a write for every refresh.
        if expires_at.since(context.grant.expires_at) >= 3600 {
            let (id, now, issued) = (context.grant.id, self.ctx.now, self.issued_event(&context));
            let work = self.app.store().write(move |tx| {
                Box::pin(async move {
                    store::webhooks::events::append(tx, issued.as_slice()).await?;
                    store::grants::touch(tx, id, now, expires_at).await
                })
            });
            work.await.map_err(|error: StoreError| Fault::from(error))?;
        } else {
            self.app.outbox().note(self.ctx, EventKind::TokenIssued, || self.issued(&context));
        }
        Ok(RefreshOutcome::Kept(Box::new(context)))
    }

    async fn move_on(&self, context: &GrantContext) -> Result<RefreshOutcome, Fault> {
        let (expires_at, issued) = (self.extended(context), self.issued_event(context));
        let (presented, window, ctx) = (self.presented, self.window(), self.ctx.clone());
        let work = self
            .app
            .store()
            .write(move |tx| Box::pin(async move { rotate(tx, presented, window, &ctx, expires_at, issued).await }));
        Ok(work.await?)
    }
}

/// Ends the grant after a replay, with its events.
async fn end(tx: &mut Tx, ctx: &Ctx, grant: &Grant, theft: Theft) -> Result<RefreshOutcome, StoreError> {
    let why = EndReason::RefreshTokenReplayed;
    if store::grants::end(tx, grant.id, why, ctx.now).await? {
        let reuse = EventData::TokenReuseDetected {
            client_id: grant.client_id.clone(),
            grant_id: grant.id,
            user_id: grant.authorization.user_id,
            workspace_id: grant.access().workspace_id,
            reason: theft,
        };
        let both = [reuse, events::grant_ended(grant, why)].map(|data| events::event(ctx, data));
        let about = AuditSubject::client(&grant.client_id).and_user(grant.authorization.user_id).and_grant(grant.id);
        changes::within(tx, ctx, ChangeRecord::ended(about, why).events(both)).await?;
    }
    Ok(RefreshOutcome::Refused(theft.into()))
}

/// Judges the token against the current row and advances the row. Retries if another request was faster.
async fn rotate(
    tx: &mut Tx,
    presented: RefreshPayload,
    window: i64,
    ctx: &Ctx,
    expires_at: Timestamp,
    issued: Option<Event>,
) -> Result<RefreshOutcome, StoreError> {
    let now = ctx.now;
    // A round is lost to a request that advanced the row or marked it as used. After that the token is shared or theft, so a few
    // rounds are enough.
    for _ in 0..100 {
        let Some(context) = store::grants::by_id_with_context(tx, presented.grant_id, None).await? else {
            return Ok(RefreshOutcome::Refused(R::Unknown));
        };
        if let Err(dead) = context.check(now) {
            return Ok(RefreshOutcome::Refused(dead.into()));
        }
        let Some(state) = context.grant.refresh else { return Ok(RefreshOutcome::Refused(R::Unknown)) };
        let verdict = judge(&state, presented.number, window, now);
        if let RefreshVerdict::Theft(theft) = verdict {
            return end(tx, ctx, &context.grant, theft).await;
        }
        let Some(next) = next(&state, verdict, now) else { return Ok(RefreshOutcome::Refused(R::FromTheFuture)) };
        let moved = next == state
            || store::grants::rotate(tx, context.grant.id, &state, &next, expires_at).await? == Rotated::Moved;
        if moved {
            store::webhooks::events::append(tx, issued.as_slice()).await?;
            return Ok(RefreshOutcome::Renewed(Box::new(context), next.number));
        }
    }
    Err(StoreError::Timeout("a grant that is being refreshed without end".to_owned()))
}

pub(super) async fn refresh(
    app: &Server,
    ctx: &Ctx,
    client: &Client,
    body: &RawParams,
) -> Result<TokenResponse, Failure<R>> {
    let Some(text) = body.get("refresh_token") else { return refuse(R::Missing) };
    app.look_for_key_of(ctx, text).await?;
    let Some((_, presented)) = app.opened::<RefreshPayload>(Purpose::RefreshToken, text)? else {
        return refuse(R::Unknown);
    };
    let context = {
        let mut tx = app.store().read().await?;
        store::grants::by_id_with_context(&mut tx, presented.grant_id, None).await?
    };
    let Some(context) = context else { return refuse(R::Unknown) };
    // Comes before any verdict, so that an outsider cannot end a grant (checklist 64).
    if context.grant.client_id != client.id {
        return refuse(R::WrongClient);
    }
    context.check(ctx.now).map_err(|dead| Failure::Refused(dead.into()))?;
    let (scopes, resources) = narrowed(app, &context, body).map_err(Failure::Refused)?;

    let refresh = Refresh { app, ctx, client, presented, scopes };
    let (context, token) = match refresh.outcome(context).await? {
        RefreshOutcome::Renewed(context, number) => (context, Refreshing::Number(number)),
        RefreshOutcome::Kept(context) => (context, Refreshing::Kept(text.to_owned())),
        RefreshOutcome::Refused(refusal) => return refuse(refusal),
    };
    let grant = &context.grant;
    let subject = {
        let mut tx = app.store().read().await?;
        subject::load(&mut tx, grant).await?
    };
    let subject = subject.map_err(|absent| {
        Failure::Refused(match absent {
            SubjectGone::UserDisabled => R::UserDisabled,
            SubjectGone::MembershipLost => R::MembershipLost,
        })
    })?;
    let (scopes, refresh) = (refresh.scopes, Some(token));
    let answer = TokenIssue { client, grant, subject: &subject, scopes, resources, refresh, nonce: None };
    Ok(answer.issue(app, ctx)?)
}

/// The scopes and resources of this response: those requested, within those granted (OAuth 2.1 §4.3.1, RFC 8707 §2.2).
fn narrowed(app: &Server, context: &GrantContext, body: &RawParams) -> Result<(ScopeSet, Vec<String>), R> {
    let granted = &context.grant.access().scopes;
    let scopes = match body.get("scope") {
        None => granted.clone(),
        Some(text) => ScopeSet::parse(text).map_err(|_| R::ScopeMalformed)?,
    };
    if scopes.is_empty() || !scopes.is_subset(granted) {
        return Err(R::ScopeBeyondGrant);
    }
    let asked = app.settings().resources().named(body).map_err(|_| R::Resource)?;
    if !all_granted(&asked, &context.grant.access().resources) {
        return Err(R::Resource);
    }
    Ok((scopes, if asked.is_empty() { context.grant.access().resources.clone() } else { asked }))
}
