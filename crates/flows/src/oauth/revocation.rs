//! Revocation (RFC 7009): an access token alone, or a refresh token with its whole grant.
use crate::grants::access_token;
use crate::oauth::client_authentication;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::{Ctx, Failure, Server};
use domain::ClientId;
use domain::diagnosis::Endpoint;
use domain::events::{Change, EventData, TokenKind};
use domain::grants::{EndReason, Grant};
use domain::oauth::client_authentication::ClientRefusal;
use domain::oauth::payload::{Bearer, RefreshPayload};
use domain::oauth::presented::Presented;
use domain::oauth::presented_token::{ForeignToken, TokenParameterRefusal};
use domain::platform::refusal::{Refusal, RefusalRow};
use domain::platform::seal::Purpose;

/// The reason why a revocation was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeRefusal {
    Client(ClientRefusal),
    Token(TokenParameterRefusal),
    Foreign(ForeignToken),
}

impl Refusal for RevokeRefusal {
    fn row(&self) -> &'static RefusalRow {
        match self {
            Self::Client(refusal) => refusal.row(),
            Self::Token(refusal) => refusal.row(),
            Self::Foreign(refusal) => refusal.row(),
        }
    }
}

const HERE: Endpoint = Endpoint::Revocation;

fn revoked(client: &ClientId, token_type: TokenKind, grant: Option<&Grant>) -> EventData {
    EventData::TokenRevoked {
        client_id: client.clone(),
        token_type,
        grant_id: grant.map(|grant| grant.id),
        user_id: grant.map(|grant| grant.authorization.user_id),
        workspace_id: grant.and_then(|grant| grant.access().workspace_id),
    }
}

/// Revokes a token. An unknown token counts as revoked (RFC 7009 §2.2).
pub async fn revoke(app: &Server, ctx: &Ctx, presented: &Presented<'_>) -> Result<(), Failure<RevokeRefusal>> {
    let client = client_authentication::authenticate(app, ctx, presented).await;
    let client = client.map_err(|f| f.map(RevokeRefusal::Client))?;
    let refused = |refusal: RevokeRefusal| {
        app.record(ctx, HERE.as_str(), refusal.reason(), AuditSubject::client(&client.id));
        Failure::Refused(refusal)
    };
    let Some(token) = presented.body.get("token") else {
        return Err(refused(RevokeRefusal::Token(TokenParameterRefusal::Missing)));
    };
    let foreign = |of: &ClientId| {
        debug_assert!(*of != client.id);
        Err(refused(RevokeRefusal::Foreign(ForeignToken::OfAnotherClient)))
    };
    app.look_for_key_of(ctx, token).await?;
    let mut tx = app.store().read().await?;
    if let Some((_, refresh)) = app.opened::<RefreshPayload>(Purpose::RefreshToken, token)? {
        let Some(context) = store::grants::by_id_with_context(&mut tx, refresh.grant_id, None).await? else {
            return Ok(());
        };
        if context.grant.client_id != client.id {
            return foreign(&context.grant.client_id);
        }
        drop(tx);
        let revoked = revoked(&client.id, TokenKind::RefreshToken, Some(&context.grant));
        let both = [revoked, events::grant_ended(&context.grant, EndReason::Revoked)].map(|d| events::event(ctx, d));
        let (id, of) = (refresh.grant_id, ctx.clone());
        let about = AuditSubject::client(&client.id).and_user(context.grant.authorization.user_id).and_grant(id);
        let end = app.write(ctx, move |tx| {
            Box::pin(async move {
                if store::grants::end(tx, id, EndReason::Revoked, of.now).await? {
                    changes::within(tx, &of, ChangeRecord::of(Change::GrantEnded, about).events(both)).await?;
                }
                Ok(())
            })
        });
        return end.await.map_err(|error: store::StoreError| Failure::from(error));
    }
    let Some((id, payload)) = access_token::open(app, token)? else { return Ok(()) };
    let (of, grant) = match &payload.bearer {
        Bearer::Client { id, .. } => (Some(id.clone()), None),
        Bearer::Grant { id, .. } => {
            let grant = store::grants::by_id_with_context(&mut tx, *id, None).await?.map(|c| c.grant);
            (grant.as_ref().map(|grant| grant.client_id.clone()), grant)
        }
    };
    drop(tx);
    match of {
        Some(of) if of != client.id => foreign(&of),
        Some(_) if ctx.now < payload.expires_at => {
            let event = events::event(ctx, revoked(&client.id, TokenKind::AccessToken, grant.as_ref()));
            let (of, about) = (ctx.clone(), AuditSubject::client(&client.id));
            let work = app.write(ctx, move |tx| {
                Box::pin(async move {
                    // A token that was revoked already causes no event.
                    let news = store::grants::revoked_tokens::revoke_token(tx, id, payload.expires_at).await?;
                    let record = ChangeRecord::of(Change::TokenRevoked, about).events(Some(event).filter(|_| news));
                    changes::within(tx, &of, record).await
                })
            });
            work.await.map_err(|error: store::StoreError| Failure::from(error))
        }
        _ => Ok(()),
    }
}
