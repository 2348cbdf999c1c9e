//! Userinfo (OpenID Connect Core §5.3).
use crate::access::{self, Inactive, LiveBearer};
use crate::failure::refuse;
use crate::recorder::About;
use crate::session::{self, Caller};
use crate::{App, Ctx, Failure, subject};
use domain::ScopeSet;
use domain::client::SubType;
use domain::oauth::claims::{Speaks, Subject};
use domain::oauth::diagnosis::Endpoint;
use domain::oauth::error::Refusal as _;
use serde_json::{Map, Value};

domain::refusals! {
    /// Why nothing was told.
    pub enum UserinfoRefusal {
        TokenMissing => InvalidRequest, "token_missing", "An access token is required in the Authorization header.";
        TokenInactive => InvalidToken, "token_inactive", "The access token is not valid.";
        NoOpenid => InsufficientScope, "openid_not_granted", "The access token does not carry the openid scope.";
        OtherAudience => InvalidToken, "token_for_another_resource", "The access token is for another resource.";
    }
}

use UserinfoRefusal as R;

const HERE: &str = Endpoint::Userinfo.as_str();

/// The claims that the token opens.
pub async fn userinfo(app: &App, ctx: &Ctx, token: Option<&str>) -> Result<Map<String, Value>, Failure<R>> {
    let Some(token) = token else { return refuse(R::TokenMissing) };
    let mut tx = app.store().read().await?;
    let live = match access::read(app, ctx, &mut tx, token).await? {
        Ok(live) => live,
        Err(Inactive::Foreign) => {
            drop(tx);
            return by_credential(app, ctx, token).await;
        }
        Err(inactive) => {
            let client = access::client_of(&mut tx, app, token).await?;
            let about = client.map(|id| About::client(&id)).unwrap_or_default();
            app.record(ctx, HERE, inactive.reason(), about);
            return refuse(R::TokenInactive);
        }
    };
    let refused = |refusal: R| {
        app.record(ctx, HERE, refusal.reason(), About::client(live.client()));
        refuse(refusal)
    };
    let LiveBearer::Grant(context) = &live.bearer else { return refused(R::NoOpenid) };
    if !live.payload.scopes.contains("openid") {
        return refused(R::NoOpenid);
    }
    // A token for somebody else's API is not for ours (RFC 8707 §2, checklist 74).
    let issuer = &app.settings().issuer;
    if !live.payload.audience.is_empty() && !live.payload.audience.contains(issuer) {
        return refused(R::OtherAudience);
    }
    let grant = &context.grant;
    let Ok(data) = subject::load(&mut tx, grant.user_id, grant.sub_type, grant.workspace_id).await? else {
        return refused(R::TokenInactive);
    };
    drop(tx);
    access::note_seen(app, &live).await?;
    app.count_access(&grant.client_id, Some(grant.user_id), ctx.now);
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), grant.subject().into());
    data.view().collect(&live.payload.scopes, &grant.claims.userinfo, &mut claims);
    Ok(claims)
}

/// A personal access token tells of its person, and an API key of its workspace: they are sent like access tokens.
async fn by_credential(app: &App, ctx: &Ctx, token: &str) -> Result<Map<String, Value>, Failure<R>> {
    let everything = ScopeSet::from_names(["profile", "email"]).unwrap_or_default();
    let open = |scopes: &ScopeSet| if scopes.is_empty() { everything.clone() } else { scopes.clone() };
    let mut claims = Map::new();
    match session::bearer(app, ctx, token).await? {
        Caller::Pat(view) => {
            let mut tx = app.store().read().await?;
            let Ok(data) = subject::load(&mut tx, view.user.id, SubType::User, None).await? else {
                return refuse(R::TokenInactive);
            };
            claims.insert("sub".to_owned(), view.user.id.to_string().into());
            data.view().collect(&open(&view.scopes), &[], &mut claims);
        }
        Caller::ApiKey(view) => {
            let roles = view.key.roles.claim();
            let id = view.workspace.id;
            let about = Subject { speaks: Speaks::Workspace(&view.workspace), tenant_id: Some(id), roles: &roles };
            claims.insert("sub".to_owned(), id.to_string().into());
            about.collect(&open(&view.key.scopes), &[], &mut claims);
        }
        Caller::Session(_) | Caller::Nobody => {
            app.record(ctx, HERE, Inactive::Foreign.reason(), About::default());
            return refuse(R::TokenInactive);
        }
    }
    Ok(claims)
}
