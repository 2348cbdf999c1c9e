//! Introspection (RFC 7662). Whatever is wrong with a token, the caller reads only that it is not active.
use crate::access::{self, Inactive, Live, LiveBearer};
use crate::failure::refuse;
use crate::recorder::About;
use crate::{App, Ctx, Failure, client_auth, subject};
use domain::ClientId;
use domain::client::{Client, Trust};
use domain::identity::MemberRoles;
use domain::oauth::client_auth::ClientRefusal;
use domain::oauth::diagnosis::Endpoint;
use domain::oauth::error::{ErrorCode, Refusal};
use domain::oauth::params::RawParams;
use domain::oauth::seal::Purpose;
use domain::oauth::token::{Audience, RefreshPayload};
use domain::{Timestamp, UserId, WorkspaceId};
use serde::Serialize;

/// The answer (RFC 7662 §2.2).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Introspection {
    pub active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// `workspace` or `user`; absent for a machine client's own tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<WorkspaceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
    /// The person who authorized a workspace's token, for resources that ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorized_by: Option<UserId>,
}

/// Why nothing was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntrospectRefusal {
    Client(ClientRefusal),
    /// RFC 7662 §2.1: there must be one to look into.
    TokenMissing,
}

impl Refusal for IntrospectRefusal {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Client(refusal) => refusal.code(),
            Self::TokenMissing => ErrorCode::InvalidRequest,
        }
    }
    fn public(&self) -> &'static str {
        match self {
            Self::Client(refusal) => refusal.public(),
            Self::TokenMissing => "The token parameter is missing.",
        }
    }
    fn reason(&self) -> &'static str {
        match self {
            Self::Client(refusal) => refusal.reason(),
            Self::TokenMissing => "token_missing",
        }
    }
}

const HERE: Endpoint = Endpoint::Introspection;

/// A client sees its own tokens; the operator's own services see all.
fn may_see(caller: &Client, of: &ClientId) -> bool {
    caller.id == *of || caller.trust == Trust::FirstParty
}

/// Answers an introspection request. The caller must have authenticated with a secret.
pub async fn introspect(
    app: &App,
    ctx: &Ctx,
    authorization: Option<&str>,
    body: &RawParams,
) -> Result<Introspection, Failure<IntrospectRefusal>> {
    let mut tx = app.store().read().await?;
    let authenticated = client_auth::authenticate(app, ctx, HERE, &mut tx, authorization, body).await;
    let caller = authenticated.map_err(|f| f.map(IntrospectRefusal::Client))?;
    if caller.is_public() {
        client_auth::note(app, ctx, HERE, ClientRefusal::Missing, authorization, body);
        return refuse(IntrospectRefusal::Client(ClientRefusal::Missing));
    }
    let Some(token) = body.get("token") else {
        app.record(ctx, HERE.as_str(), IntrospectRefusal::TokenMissing.reason(), About::client(&caller.id));
        return refuse(IntrospectRefusal::TokenMissing);
    };
    if app.keys().sealer.recognises(Purpose::RefreshToken, token) {
        return refresh_token(app, ctx, &mut tx, &caller, token).await;
    }
    let read = access::read(app, ctx, &mut tx, token).await?;
    drop(tx);
    let outcome = match read {
        Ok(live) if may_see(&caller, live.client()) => {
            access::note_seen(app, &live).await?;
            app.count_access(live.client(), live.user(), ctx.now);
            return Ok(describe(app, &live));
        }
        Ok(_) => "token_of_another_client",
        // Callers ask about expired and foreign tokens all day; only what was taken away is worth a line.
        Err(Inactive::Foreign | Inactive::Expired) => return Ok(Introspection::default()),
        Err(inactive) => inactive.reason(),
    };
    app.record(ctx, HERE.as_str(), outcome, About::client(&caller.id));
    Ok(Introspection::default())
}

fn describe(app: &App, live: &Live) -> Introspection {
    let issuer = &app.settings().issuer;
    let common = Introspection {
        active: true,
        scope: Some(live.payload.scopes.to_string()),
        client_id: Some(live.client().clone()),
        token_type: Some("Bearer"),
        exp: Some(live.payload.expires_at),
        iat: Some(live.payload.issued_at),
        aud: Some(Audience::of(&live.payload.audience, issuer)),
        iss: Some(issuer.clone()),
        jti: Some(live.id.to_string()),
        ..Introspection::default()
    };
    match &live.bearer {
        LiveBearer::Grant(context) => Introspection {
            sub: Some(context.grant.subject()),
            sub_type: Some(context.grant.sub_type.as_str()),
            tenant_id: context.tenant_id,
            roles: context.roles.as_ref().map(MemberRoles::claim),
            auth_time: context.grant.auth_time,
            authorized_by: subject::authorized_by(
                app,
                context.grant.user_id,
                context.grant.sub_type,
                &live.payload.audience,
            ),
            ..common
        },
        LiveBearer::Machine { client, context } => {
            Introspection { sub: Some(client.to_string()), tenant_id: context.owner_workspace_id, ..common }
        }
    }
}

/// A refresh token is active while its number is the grant's current one.
async fn refresh_token(
    app: &App,
    ctx: &Ctx,
    tx: &mut store::Tx,
    caller: &Client,
    token: &str,
) -> Result<Introspection, Failure<IntrospectRefusal>> {
    let opened = app.keys().sealer.open::<RefreshPayload>(Purpose::RefreshToken, token);
    let Ok((id, presented)) = opened else { return Ok(Introspection::default()) };
    let context = store::grants::by_id_with_context(tx, presented.grant_id, None).await?;
    let live = context.filter(|c| {
        let current = c.grant.refresh.is_some_and(|state| state.number == presented.number);
        current && c.check(ctx.now).is_ok() && may_see(caller, &c.grant.client_id)
    });
    if let Some(context) = &live {
        app.count_access(&context.grant.client_id, Some(context.grant.user_id), ctx.now);
    }
    Ok(live.map_or_else(Introspection::default, |context| Introspection {
        active: true,
        scope: Some(context.grant.scopes.to_string()),
        client_id: Some(context.grant.client_id.clone()),
        token_type: Some("refresh_token"),
        exp: Some(context.grant.expires_at),
        sub: Some(context.grant.subject()),
        iss: Some(app.settings().issuer.clone()),
        jti: Some(id.to_string()),
        sub_type: Some(context.grant.sub_type.as_str()),
        tenant_id: context.tenant_id,
        ..Introspection::default()
    }))
}
