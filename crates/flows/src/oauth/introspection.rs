//! Introspection (RFC 7662). The caller learns only that a token is not active, never why.
use crate::access::principal;
use crate::grants::access_token::{self, Live, LiveBearer};
use crate::grants::subject;
use crate::oauth::client_authentication;
use crate::platform::audit_log::AuditSubject;
use crate::platform::failure::refuse;
use crate::platform::management_error::ManagementError;
use crate::platform::refused::refused;
use crate::{Ctx, Failure, Server};
use domain::access::Operation;
use domain::clients::{Client, Trust};
use domain::diagnosis::Endpoint;
use domain::grants::GrantContext;
use domain::oauth::client_authentication::ClientRefusal;
use domain::oauth::payload::{Audience, RefreshPayload};
use domain::oauth::presented::Presented;
use domain::oauth::presented_token::{ForeignToken, InactiveToken, TokenParameterRefusal};
use domain::platform::refusal::{Refusal, RefusalRow};
use domain::platform::seal::Purpose;
use domain::workspace::MemberRoles;
use domain::{ClientId, Timestamp, UserId, WorkspaceId};
use serde::Serialize;

/// The response (RFC 7662 §2.2).
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
    /// `workspace` or `user`; `None` for tokens in the client's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<WorkspaceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
    /// The user who authorized a workspace's token, for resources that ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorized_by: Option<UserId>,
}

/// The reason why introspection was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntrospectRefusal {
    Client(ClientRefusal),
    /// The bearer is not valid, or lacks a permission.
    Bearer(ManagementError),
    Token(TokenParameterRefusal),
}

impl Refusal for IntrospectRefusal {
    fn row(&self) -> &'static RefusalRow {
        match self {
            Self::Client(refusal) => refusal.row(),
            Self::Bearer(refusal) => refusal.row(),
            Self::Token(refusal) => refusal.row(),
        }
    }
}

const HERE: Endpoint = Endpoint::Introspection;

/// The authenticated caller.
enum Asker {
    /// A confidential client.
    Client(Box<Client>),
    /// A workspace that checks tokens with `tokens:introspect`.
    Workspace(WorkspaceId),
}

impl Asker {
    /// A client sees its own tokens, and the operator's own services see all. A workspace sees the tokens of its clients, and
    /// tokens for the workspace or for an API that it runs, whichever client they belong to.
    fn may_see(&self, app: &Server, live: &Live) -> bool {
        match self {
            Self::Client(caller) => sees_own(caller, live.client()),
            Self::Workspace(id) => {
                let (owner, tenant) = match &live.bearer {
                    LiveBearer::Grant(context) => (context.client_workspace, context.tenant_id),
                    LiveBearer::Machine { context, .. } => (context.owner_workspace_id, None),
                };
                let catalogue = &app.settings().catalogue;
                owner == Some(*id)
                    || tenant == Some(*id)
                    || live.payload.audience.iter().any(|resource| catalogue.runs(*id, resource))
            }
        }
    }

    /// Only the client of a refresh token sees it, because APIs never receive one.
    fn may_see_refresh(&self, context: &GrantContext) -> bool {
        match self {
            Self::Client(caller) => sees_own(caller, &context.grant.client_id),
            Self::Workspace(id) => context.client_workspace == Some(*id),
        }
    }

    fn about(&self) -> AuditSubject {
        match self {
            Self::Client(caller) => AuditSubject::client(&caller.id),
            Self::Workspace(id) => AuditSubject::default().and_workspace(Some(*id)),
        }
    }
}

fn sees_own(caller: &Client, of: &ClientId) -> bool {
    caller.id == *of || caller.trust == Trust::FirstParty
}

/// Authenticates the caller: a client must be confidential, and a bearer needs the scope `tokens:introspect`. `workspace` is the
/// one that a user names.
async fn asker(
    app: &Server,
    ctx: &mut Ctx,
    presented: &Presented<'_>,
    workspace: Option<&str>,
) -> Result<Asker, Failure<IntrospectRefusal>> {
    match presented.bearer() {
        None => {
            let caller = client_authentication::authenticate(app, ctx, presented).await;
            let caller = caller.map_err(|f| f.map(IntrospectRefusal::Client))?;
            if caller.is_public() {
                client_authentication::record_refusal(app, ctx, presented, ClientRefusal::Missing);
                return refuse(IntrospectRefusal::Client(ClientRefusal::Missing));
            }
            Ok(Asker::Client(Box::new(caller)))
        }
        // RFC 6749 §2.3: only one authentication method.
        Some(_) if ["client_secret", "client_assertion"].iter().any(|name| presented.body.get(name).is_some()) => {
            refuse(IntrospectRefusal::Client(ClientRefusal::TwoMethods))
        }
        Some(token) => {
            let principal = principal::by_bearer(app, ctx, token, workspace).await;
            let principal = principal.map_err(|f| f.map(IntrospectRefusal::Bearer))?;
            ctx.facts = std::mem::take(&mut ctx.facts).by(&principal);
            let workspace = principal.workspace_for(Operation::IntrospectTokens).map_err(|denied| {
                let about = AuditSubject::default().and_workspace(principal.workspace.map(|(id, _)| id));
                refused(app, ctx, HERE.as_str(), about, denied).map(IntrospectRefusal::Bearer)
            })?;
            Ok(Asker::Workspace(workspace))
        }
    }
}

/// Answers an introspection request. `workspace` is the one that a user wants to act in, if the caller is a user.
pub async fn introspect(
    app: &Server,
    ctx: &Ctx,
    presented: &Presented<'_>,
    workspace: Option<&str>,
) -> Result<Introspection, Failure<IntrospectRefusal>> {
    let mut ctx = ctx.clone();
    let caller = asker(app, &mut ctx, presented, workspace).await?;
    let ctx = &ctx;
    let Some(token) = presented.body.get("token") else {
        let refusal = TokenParameterRefusal::Missing;
        app.record(ctx, HERE.as_str(), refusal.reason(), caller.about());
        return refuse(IntrospectRefusal::Token(refusal));
    };
    app.look_for_key_of(ctx, token).await?;
    let mut tx = app.store().read().await?;
    if app.keys().sealer.recognises(Purpose::RefreshToken, token) {
        return refresh_token(app, ctx, &mut tx, &caller, token).await;
    }
    let read = access_token::read(app, ctx, &mut tx, token).await?;
    drop(tx);
    let outcome = match read {
        Ok(live) if caller.may_see(app, &live) => {
            access_token::note_seen(app, &live).await?;
            app.count_access(live.client(), live.user(), ctx.now);
            return Ok(describe(app, &live));
        }
        Ok(_) => ForeignToken::OfAnotherClient.reason(),
        // Callers often ask about expired and unknown tokens; only revoked access is worth recording.
        Err(InactiveToken::Unknown | InactiveToken::Expired) => return Ok(Introspection::default()),
        Err(inactive) => inactive.reason(),
    };
    app.record(ctx, HERE.as_str(), outcome, caller.about());
    Ok(Introspection::default())
}

fn describe(app: &Server, live: &Live) -> Introspection {
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
            sub_type: Some(context.grant.access().sub_type.as_str()),
            tenant_id: context.tenant_id,
            roles: context.roles.as_ref().map(MemberRoles::claim),
            auth_time: context.grant.authorization.proof.as_ref().map(|proof| proof.at),
            authorized_by: subject::authorized_by(
                app,
                context.grant.authorization.user_id,
                context.grant.access().sub_type,
                &live.payload.audience,
            ),
            ..common
        },
        LiveBearer::Machine { client, context } => {
            Introspection { sub: Some(client.to_string()), tenant_id: context.owner_workspace_id, ..common }
        }
    }
}

/// A refresh token is active if its number is the grant's current one.
async fn refresh_token(
    app: &Server,
    ctx: &Ctx,
    tx: &mut store::Tx,
    caller: &Asker,
    token: &str,
) -> Result<Introspection, Failure<IntrospectRefusal>> {
    let opened = app.opened::<RefreshPayload>(Purpose::RefreshToken, token)?;
    let Some((id, presented)) = opened else { return Ok(Introspection::default()) };
    let context = store::grants::by_id_with_context(tx, presented.grant_id, None).await?;
    let live = context.filter(|c| {
        let current = c.grant.refresh.is_some_and(|state| state.number == presented.number);
        current && c.check(ctx.now).is_ok() && caller.may_see_refresh(c)
    });
    if let Some(context) = &live {
        app.count_access(&context.grant.client_id, Some(context.grant.authorization.user_id), ctx.now);
    }
    Ok(live.map_or_else(Introspection::default, |context| Introspection {
        active: true,
        scope: Some(context.grant.access().scopes.to_string()),
        client_id: Some(context.grant.client_id.clone()),
        token_type: Some("refresh_token"),
        exp: Some(context.grant.expires_at),
        sub: Some(context.grant.subject()),
        iss: Some(app.settings().issuer.clone()),
        jti: Some(id.to_string()),
        sub_type: Some(context.grant.access().sub_type.as_str()),
        tenant_id: context.tenant_id,
        ..Introspection::default()
    }))
}
