//! Creates a grant from what a user allowed, by code or device, and issues its first tokens. An approval works only once: its id
//! goes into the grant's row under a unique key, and the number of inserted rows decides.
use super::issue::{Refreshing, TokenIssue, TokenResponse, access_lifetime, issued};
use crate::grants::subject::{self, SubjectGone};
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Server};
use domain::clients::{Client, GrantType};
use domain::events::EventKind;
use domain::grants::authorization::Authorization;
use domain::grants::{EndReason, Grant, RefreshState};
use domain::platform::seal::TokenId;
use domain::{GrantId, Timestamp};
use store::Tx;
use store::grants::Redeemed;

/// An approval by a user, for a client that has authenticated.
pub struct Allowed<'a> {
    pub client: &'a Client,
    /// The id of the code or of the device's request.
    pub id: TokenId,
    pub authorization: &'a Authorization,
    /// Whether the client gets a refresh token if it may use one.
    pub refreshable: bool,
    /// The grant ends at this time at the latest.
    pub ends_at: Option<Timestamp>,
    pub nonce: Option<&'a str>,
    /// The resources of the first token; if empty, all that were allowed.
    pub resources: Vec<String>,
    pub by: GrantType,
}

/// The reason why no grant was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantNotCreated {
    UserDisabled,
    MembershipLost,
    ConsentRevoked,
    ClientForbidden,
    TokenEnded,
    Replayed,
}

impl Allowed<'_> {
    /// Creates the grant and issues its first tokens.
    pub async fn begin(self, app: &Server, ctx: &Ctx) -> Result<TokenResponse, Failure<GrantNotCreated>> {
        let (client, authorization) = (self.client, self.authorization);
        let refreshes = self.refreshable && client.may_use(GrantType::RefreshToken);
        let refresh = refreshes.then_some(RefreshState { number: 1, redeemed: None, used: false, issued_at: ctx.now });
        let grant = grant(app, ctx, &self, refresh);
        let subject = {
            let mut tx = app.store().read().await?;
            subject::load(&mut tx, &grant).await?
        };
        let subject = subject.map_err(|absent| {
            Failure::Refused(match absent {
                SubjectGone::UserDisabled => GrantNotCreated::UserDisabled,
                SubjectGone::MembershipLost => GrantNotCreated::MembershipLost,
            })
        })?;
        // The policy ended the access; this refusal says so.
        if grant.access().workspace_id.is_some() && !subject.allowed {
            return refuse(GrantNotCreated::ClientForbidden);
        }
        if authorization.epoch != client.access_epoch + subject.user.epoch + subject.workspace_epoch {
            return refuse(GrantNotCreated::ConsentRevoked);
        }
        match write(app, ctx, client, &grant, self.by).await? {
            GrantWrite::First => {}
            GrantWrite::NotConsented => return refuse(GrantNotCreated::ConsentRevoked),
            GrantWrite::Forbidden => return refuse(GrantNotCreated::ClientForbidden),
            GrantWrite::NotMember => return refuse(GrantNotCreated::MembershipLost),
            GrantWrite::TokenEnded => return refuse(GrantNotCreated::TokenEnded),
            GrantWrite::Replayed => return refuse(GrantNotCreated::Replayed),
        }
        let answer = TokenIssue {
            client,
            grant: &grant,
            subject: &subject,
            scopes: grant.access().scopes.clone(),
            resources: if self.resources.is_empty() { grant.access().resources.clone() } else { self.resources },
            refresh: refresh.map(|state| Refreshing::Number(state.number)),
            nonce: self.nonce,
        };
        Ok(answer.issue(app, ctx)?)
    }
}

/// The new grant.
fn grant(app: &Server, ctx: &Ctx, allowed: &Allowed<'_>, refresh: Option<RefreshState>) -> Grant {
    let &Allowed { client, id, authorization, ends_at, nonce, .. } = allowed;
    let lifetimes = &app.settings().lifetimes;
    let idle = client.config.refresh_token_lifetime_seconds.unwrap_or(lifetimes.refresh_idle);
    let absolute = ctx.now.plus(match refresh {
        Some(_) => lifetimes.refresh_absolute.max(idle),
        None => access_lifetime(app, client),
    });
    let absolute = ends_at.map_or(absolute, |end| end.min(absolute));
    let expires_at = if refresh.is_some() { ctx.now.plus(idle).min(absolute) } else { absolute };
    Grant {
        id: GrantId::new(ctx.now, ctx.random()),
        client_id: client.id.clone(),
        // If an epoch is raised in the meantime, the grant is invalid.
        authorization: authorization.clone(),
        code_id: id,
        nonce: nonce.map(str::to_owned),
        created_at: ctx.now,
        expires_at,
        absolute_expires_at: absolute,
        last_used_at: ctx.now,
        ended: None,
        refresh,
        names_person: true,
    }
}

/// The outcome of writing a grant.
enum GrantWrite {
    First,
    /// The code was used before. The grant that was created from it has ended, too.
    Replayed,
    /// The consent behind the code was revoked in the meantime.
    NotConsented,
    /// The workspace's policy no longer allows the client.
    Forbidden,
    /// The user left the workspace in the meantime.
    NotMember,
    /// The personal access token that authorized the code was revoked in the meantime, or expired.
    TokenEnded,
}

/// Writes the grant. Checks the consent and the workspace's policy in the same transaction, so that what was revoked in the
/// meantime stays revoked.
async fn write(
    app: &Server,
    ctx: &Ctx,
    client: &Client,
    grant: &Grant,
    by: GrantType,
) -> Result<GrantWrite, Failure<GrantNotCreated>> {
    const DAY: i64 = 24 * 60 * 60;
    let today = Timestamp::from_seconds(ctx.now.seconds() / DAY * DAY);
    let first_today = client.last_used_at.is_none_or(|at| at < today);
    let asked = !client.config.internal;
    let issued = app
        .outbox()
        .wants(EventKind::TokenIssued)
        .then(|| events::event(ctx, issued(app, ctx, client, grant, by, &grant.access().scopes)));
    let (grant, client, now, ctx) = (grant.clone(), client.id.clone(), ctx.now, ctx.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if let Some(workspace) = grant.access().workspace_id {
                store::workspace::hold_shared(tx, workspace).await?;
            }
            // Locks the client before its consents, in the same order as its deletion.
            if first_today {
                store::clients::touch(tx, &client, today).await?;
            }
            if let Some(workspace) = grant.access().workspace_id {
                store::clients::hold_shared(tx, &client).await?;
                if !store::grants::app_policy::allows(tx, workspace, &client).await? {
                    return Ok(GrantWrite::Forbidden);
                }
                // For other clients the consent check covers this, because consents are deleted with the membership.
                if !asked && store::workspace::member(tx, grant.authorization.user_id, workspace).await?.is_none() {
                    return Ok(GrantWrite::NotMember);
                }
            }
            if let Some(token) = grant.authorization.by_token
                && !store::access::credentials::hold_personal_token(tx, token, now).await?
            {
                return Ok(GrantWrite::TokenEnded);
            }
            if asked && !consented(tx, &grant).await? {
                return Ok(GrantWrite::NotConsented);
            }
            // Another request of the device may have received the response already. That does not end the grant, because devices
            // poll until they read it.
            let device = by == GrantType::DeviceCode;
            if device && !store::oauth::device::redeem(tx, grant.code_id, &client, now).await? {
                return Ok(GrantWrite::Replayed);
            }
            match store::grants::redeem(tx, &grant).await? {
                Redeemed::First => {
                    store::webhooks::events::append(tx, issued.as_slice()).await?;
                    Ok(GrantWrite::First)
                }
                Redeemed::Replayed => {
                    let why = EndReason::CodeReplayed;
                    let ended = store::grants::end_by_code(tx, grant.code_id, why, now).await?;
                    if let Some(id) = ended {
                        // Both grants have the same facts, because they come from the same code; only their ids differ.
                        let ended = Grant { id, ..grant };
                        let event = events::event(&ctx, events::grant_ended(&ended, why));
                        let about = AuditSubject::client(&client).and_user(ended.authorization.user_id).and_grant(id);
                        changes::within(tx, &ctx, ChangeRecord::ended(about, why).events([event])).await?;
                    }
                    Ok(GrantWrite::Replayed)
                }
            }
        })
    });
    work.await.map_err(|error: store::StoreError| error.into())
}

async fn consented(tx: &mut Tx, grant: &Grant) -> Result<bool, store::StoreError> {
    let consent =
        store::grants::consents::hold(tx, grant.authorization.user_id, &grant.client_id, grant.access().workspace_id)
            .await?;
    let scopes = grant.access().scopes.union(&grant.scopes_of_claims());
    Ok(consent.is_some_and(|consent| scopes.is_subset(&consent.scopes)))
}
