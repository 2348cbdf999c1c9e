//! Revocation (RFC 7009): an access token by itself, a refresh token with its whole grant.
use crate::recorder::About;
use crate::{App, Ctx, Failure, access, client_auth};
use domain::ClientId;
use domain::oauth::client_auth::ClientRefusal;
use domain::oauth::error::{ErrorCode, Refusal};
use domain::oauth::grant::EndReason;
use domain::oauth::params::RawParams;
use domain::oauth::seal::Purpose;
use domain::oauth::token::{Bearer, RefreshPayload};

/// Why a revocation was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeRefusal {
    Client(ClientRefusal),
    TokenMissing,
    /// RFC 7009 §2.1: the client is told.
    TokenOfAnotherClient,
}

impl Refusal for RevokeRefusal {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Client(refusal) => refusal.code(),
            Self::TokenMissing | Self::TokenOfAnotherClient => ErrorCode::InvalidRequest,
        }
    }
    fn public(&self) -> &'static str {
        match self {
            Self::Client(refusal) => refusal.public(),
            Self::TokenMissing => "The token parameter is missing.",
            Self::TokenOfAnotherClient => "The token was not issued to this client.",
        }
    }
    fn reason(&self) -> &'static str {
        match self {
            Self::Client(refusal) => refusal.reason(),
            Self::TokenMissing => "token_missing",
            Self::TokenOfAnotherClient => "token_of_another_client",
        }
    }
}

/// Revokes; an unknown token is as good as revoked (RFC 7009 §2.2).
pub async fn revoke(
    app: &App,
    ctx: &Ctx,
    authorization: Option<&str>,
    body: &RawParams,
) -> Result<(), Failure<RevokeRefusal>> {
    let mut tx = app.store().read().await?;
    let authenticated = client_auth::authenticate(app, ctx, &mut tx, authorization, body).await;
    let client = authenticated.map_err(|f| f.map(RevokeRefusal::Client))?;
    let Some(token) = body.get("token") else { return Err(Failure::Refused(RevokeRefusal::TokenMissing)) };
    let foreign = |of: &ClientId| {
        app.record(ctx, "token.revoked", "token_of_another_client", About::client(&client.id));
        debug_assert!(*of != client.id);
        Err(Failure::Refused(RevokeRefusal::TokenOfAnotherClient))
    };
    let keys = app.keys();
    if let Ok((_, refresh)) = keys.sealer.open::<RefreshPayload>(Purpose::RefreshToken, token) {
        let Some(context) = store::grants::by_id_with_context(&mut tx, refresh.grant_id, None).await? else {
            return Ok(());
        };
        if context.grant.client_id != client.id {
            return foreign(&context.grant.client_id);
        }
        let (id, now) = (refresh.grant_id, ctx.now);
        drop(tx);
        let end = app
            .store()
            .write(move |tx| Box::pin(async move { store::grants::end(tx, id, EndReason::Revoked, now).await }));
        if end.await? {
            app.record(
                ctx,
                "grant.ended",
                "ok",
                About::client(&client.id).and_user(context.grant.user_id).and_grant(id),
            );
        }
        return Ok(());
    }
    let Some((id, payload)) = access::open(app, token) else { return Ok(()) };
    let of = match &payload.bearer {
        Bearer::Client { id, .. } => Some(id.clone()),
        Bearer::Grant { id, .. } => {
            store::grants::by_id_with_context(&mut tx, *id, None).await?.map(|c| c.grant.client_id)
        }
    };
    drop(tx);
    match of {
        Some(of) if of != client.id => foreign(&of),
        Some(_) if ctx.now < payload.expires_at => {
            let work = app.store().write(move |tx| {
                Box::pin(async move { store::tokens::revoke_token(tx, id, payload.expires_at).await })
            });
            work.await?;
            app.record(ctx, "token.revoked", "ok", About::client(&client.id));
            Ok(())
        }
        _ => Ok(()),
    }
}
