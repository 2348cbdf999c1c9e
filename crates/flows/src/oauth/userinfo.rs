//! Userinfo (OpenID Connect Core §5.3).
use crate::access::bearer;
use crate::access::caller::Caller;
use crate::grants::access_token::{self, LiveBearer};
use crate::grants::subject;
use crate::platform::audit_log::AuditSubject;
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Server};
use domain::clients::SubType;
use domain::diagnosis::Endpoint;
use domain::grants::claims::{self, ClaimsRequest};
use domain::oauth::presented::Presented;
use domain::oauth::presented_token::InactiveToken;
use domain::oauth::userinfo::UserinfoRefusal as R;
use domain::platform::refusal::Refusal as _;
use serde_json::{Map, Value};

const HERE: &str = Endpoint::Userinfo.as_str();

/// The subject of the response if an access token speaks for a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfWorkspaces {
    /// The user who authorized the token.
    Person,
    /// The workspace, as in reference 000 (`UserInfoWorkspace`).
    Workspace,
}

/// The single token of the request, in the header or in a form (RFC 6750 §2.1 and §2.2).
fn sent<'r>(presented: &Presented<'r>) -> Result<&'r str, R> {
    let mut all = presented.bearer().into_iter().chain(presented.body.all("access_token"));
    match (all.next(), all.next()) {
        (None, _) => Err(R::TokenMissing),
        (Some(token), None) => Ok(token),
        (Some(_), Some(_)) => Err(R::TokenTwice),
    }
}

/// Returns the claims that the token gives access to.
pub async fn userinfo(
    app: &Server,
    ctx: &Ctx,
    presented: &Presented<'_>,
    of_workspaces: OfWorkspaces,
) -> Result<Map<String, Value>, Failure<R>> {
    let token = sent(presented).map_err(Failure::Refused)?;
    app.look_for_key_of(ctx, token).await?;
    let mut tx = app.store().read().await?;
    let live = match access_token::read(app, ctx, &mut tx, token).await? {
        Ok(live) => live,
        Err(InactiveToken::Unknown) => {
            drop(tx);
            return by_credential(app, ctx, token).await;
        }
        Err(inactive) => {
            let client = access_token::client_of(&mut tx, app, token).await?;
            let about = client.map(|id| AuditSubject::client(&id)).unwrap_or_default();
            app.record(ctx, HERE, inactive.reason(), about);
            return refuse(R::TokenInactive);
        }
    };
    let refused = |refusal: R| {
        app.record(ctx, HERE, refusal.reason(), AuditSubject::client(live.client()));
        refuse(refusal)
    };
    // Comes before the scopes: otherwise a client that lacks a scope would request it in vain.
    if !live.payload.is_for(&app.settings().issuer) {
        return refused(R::OtherAudience);
    }
    let LiveBearer::Grant(context) = &live.bearer else { return refused(R::NoOpenid) };
    if !live.payload.scopes.contains("openid") {
        return refused(R::NoOpenid);
    }
    let grant = &context.grant;
    let Ok(data) = subject::load(&mut tx, grant).await? else {
        return refused(R::TokenInactive);
    };
    drop(tx);
    access_token::note_seen(app, &live).await?;
    app.count_access(&grant.client_id, Some(grant.authorization.user_id), ctx.now);
    Ok(match &data.workspace {
        Some((workspace, roles)) if data.sub_type == SubType::Workspace && of_workspaces == OfWorkspaces::Workspace => {
            claims::of_workspace(workspace, roles)
        }
        _ => data.view().userinfo(&live.payload.scopes, &grant.claims_for(&live.payload.scopes)),
    })
}

/// Answers a personal access token with its user, and an API key with its workspace.
async fn by_credential(app: &Server, ctx: &Ctx, token: &str) -> Result<Map<String, Value>, Failure<R>> {
    Ok(match bearer::bearer(app, ctx, token).await? {
        Caller::Pat(view) => {
            let mut tx = app.store().read().await?;
            let Ok(data) = subject::at_home(&mut tx, view.user.id).await? else {
                return refuse(R::TokenInactive);
            };
            data.view().userinfo(&view.scopes, &ClaimsRequest::default())
        }
        Caller::ApiKey(view) => claims::of_workspace(&view.workspace, &view.rights.roles.claim()),
        Caller::Session(_) | Caller::OrphanedKey(_) | Caller::Anonymous => {
            app.record(ctx, HERE, InactiveToken::Unknown.reason(), AuditSubject::default());
            return refuse(R::TokenInactive);
        }
    })
}
