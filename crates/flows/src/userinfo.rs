//! Userinfo (OpenID Connect Core §5.3).
use crate::access::{self, LiveBearer};
use crate::failure::refuse;
use crate::recorder::About;
use crate::{App, Ctx, Failure, subject};
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

/// The claims that the token opens.
pub async fn userinfo(app: &App, ctx: &Ctx, token: Option<&str>) -> Result<Map<String, Value>, Failure<R>> {
    let Some(token) = token else { return refuse(R::TokenMissing) };
    let mut tx = app.store().read().await?;
    let live = match access::read(app, ctx, &mut tx, token).await? {
        Ok(live) => live,
        Err(inactive) => {
            app.record(ctx, "userinfo", inactive.reason(), About::default());
            return refuse(R::TokenInactive);
        }
    };
    let LiveBearer::Grant(context) = &live.bearer else { return refuse(R::NoOpenid) };
    if !live.payload.scopes.contains("openid") {
        return refuse(R::NoOpenid);
    }
    // A token for somebody else's API is not for ours (RFC 8707 §2, checklist 74).
    let issuer = &app.settings().issuer;
    if !live.payload.audience.is_empty() && !live.payload.audience.contains(issuer) {
        return refuse(R::OtherAudience);
    }
    let grant = &context.grant;
    let Ok(data) = subject::load(&mut tx, grant.user_id, grant.sub_type, grant.workspace_id).await? else {
        return refuse(R::TokenInactive);
    };
    drop(tx);
    access::note_seen(app, &live).await?;
    app.count_access(&grant.client_id, Some(grant.user_id), ctx.now);
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), grant.subject().into());
    data.view().collect(&live.payload.scopes, &grant.claims.userinfo, &mut claims);
    Ok(claims)
}
