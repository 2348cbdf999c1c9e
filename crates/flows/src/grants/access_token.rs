//! Validates an access token: opens its seal (or verifies its signature), then checks the grant in the database.
use crate::platform::app::known;
use crate::{Ctx, Fault, Server};
use domain::grants::GrantContext;
use domain::oauth::payload::{AccessClaims, AccessPayload, Bearer};
use domain::oauth::presented_token::InactiveToken;
use domain::platform::seal::{Purpose, TokenId, Unopened};
use domain::{ClientId, UserId};
use jose::TYP_ACCESS_TOKEN;
use store::Tx;
use store::clients::MachineContext;

/// A valid token.
#[derive(Debug)]
pub struct Live {
    pub id: TokenId,
    pub payload: AccessPayload,
    pub bearer: LiveBearer,
}

/// The grant or client that the token was issued for.
#[derive(Debug)]
pub enum LiveBearer {
    Grant(Box<GrantContext>),
    Machine { client: ClientId, context: MachineContext },
}

impl Live {
    /// The client that the token was issued to.
    pub fn client(&self) -> &ClientId {
        match &self.bearer {
            LiveBearer::Grant(context) => &context.grant.client_id,
            LiveBearer::Machine { client, .. } => client,
        }
    }

    /// The user who allowed access; `None` for tokens in the client's own name.
    pub fn user(&self) -> Option<UserId> {
        match &self.bearer {
            LiveBearer::Grant(context) => Some(context.grant.authorization.user_id),
            LiveBearer::Machine { .. } => None,
        }
    }
}

/// Decodes a token without asking the database. Does not check its expiry.
pub fn open(app: &Server, token: &str) -> Result<Option<(TokenId, AccessPayload)>, Fault> {
    if app.keys().sealer.recognises(Purpose::AccessToken, token) {
        return app.opened(Purpose::AccessToken, token);
    }
    known(open_jwt(app, token))
}

fn open_jwt(app: &Server, token: &str) -> Result<(TokenId, AccessPayload), Unopened> {
    const NOT_OURS: Unopened = Unopened::NotOurs;
    let (keys, issuer) = (app.keys(), &app.settings().issuer);
    let claims: AccessClaims = jose::verify(token, TYP_ACCESS_TOKEN, keys.verifiers()).map_err(|_| NOT_OURS)?;
    if claims.iss != *issuer {
        return Err(NOT_OURS);
    }
    let id = domain::platform::encoding::from_base64url(&claims.jti)
        .and_then(|id| TokenId::from_slice(&id))
        .ok_or(NOT_OURS)?;
    let payload = AccessPayload {
        bearer: Bearer::from_text(&claims.cs_bearer)?,
        scopes: claims.scope,
        audience: claims.aud.into_resources(issuer),
        issued_at: claims.iat,
        expires_at: claims.exp,
    };
    Ok((id, payload))
}

/// The client that a token was issued to, whether or not the token is still valid. Returns `None` if it is not an access token.
pub(crate) async fn client_of(tx: &mut Tx, app: &Server, token: &str) -> Result<Option<ClientId>, Fault> {
    let Some((_, payload)) = open(app, token)? else { return Ok(None) };
    match payload.bearer {
        Bearer::Client { id, .. } => Ok(Some(id)),
        Bearer::Grant { id, .. } => {
            let context = store::grants::by_id_with_context(tx, id, None).await?;
            Ok(context.map(|context| context.grant.client_id))
        }
    }
}

/// Checks everything that decides whether a token is valid, with one database query.
pub async fn read(app: &Server, ctx: &Ctx, tx: &mut Tx, token: &str) -> Result<Result<Live, InactiveToken>, Fault> {
    let Some((id, payload)) = open(app, token)? else { return Ok(Err(InactiveToken::Unknown)) };
    if ctx.now >= payload.expires_at {
        return Ok(Err(InactiveToken::Expired));
    }
    let bearer = match &payload.bearer {
        Bearer::Grant { id: grant, .. } => {
            let Some(context) = store::grants::by_id_with_context(tx, *grant, Some(id)).await? else {
                return Ok(Err(InactiveToken::GrantUnknown));
            };
            if context.token_revoked {
                return Ok(Err(InactiveToken::Revoked));
            }
            if let Err(dead) = context.check(ctx.now) {
                return Ok(Err(InactiveToken::from(dead)));
            }
            LiveBearer::Grant(Box::new(context))
        }
        Bearer::Client { id: client, epoch } => match store::clients::machine_context(tx, client, id).await? {
            None => return Ok(Err(InactiveToken::ClientDead)),
            Some(context) if context.token_revoked => return Ok(Err(InactiveToken::Revoked)),
            Some(context) if !context.client_active || context.credential_epoch != *epoch => {
                return Ok(Err(InactiveToken::ClientDead));
            }
            Some(context) => LiveBearer::Machine { client: client.clone(), context },
        },
    };
    Ok(Ok(Live { id, payload, bearer }))
}

/// Records, once per refresh number, that the grant's current access token was used. This proves that the response arrived, so
/// that reusing the refresh number that was redeemed for it counts as theft from now on. Writes only the first time.
pub async fn note_seen(app: &Server, live: &Live) -> Result<(), Fault> {
    let (LiveBearer::Grant(context), Bearer::Grant { number: Some(number), .. }) = (&live.bearer, &live.payload.bearer)
    else {
        return Ok(());
    };
    let (grant, number) = (context.grant.id, *number);
    if !context.grant.refresh.is_some_and(|state| state.number == number && !state.used) {
        return Ok(());
    }
    app.store().write(move |tx| Box::pin(async move { store::grants::mark_used(tx, grant, number).await })).await?;
    Ok(())
}
