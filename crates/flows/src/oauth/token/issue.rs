//! Issues tokens. Writes nothing.
use crate::grants::subject::SubjectData;
use crate::{Ctx, Fault, Server};
use domain::clients::{AccessTokenFormat, Client, GrantType};
use domain::events::EventData;
use domain::grants::Grant;
use domain::oauth::id_token::IdToken;
use domain::oauth::payload::{AccessClaims, AccessPayload, Audience, Bearer, RefreshPayload};
use domain::platform::seal::{Purpose, TokenId};
use domain::{ScopeSet, Timestamp};
use jose::{SigningAlg, TYP_ACCESS_TOKEN, TYP_ID_TOKEN};
use serde::Serialize;
use std::fmt;

/// The token response (OAuth 2.1 §3.2.3).
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    pub access_token: String,
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    pub scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// The refresh token of a response.
pub enum Refreshing {
    /// A new token with this number.
    Number(i64),
    /// The token that was presented, unchanged.
    Kept(String),
}

/// Issues an access token, opaque or as a JWT.
pub fn access_token(
    app: &Server,
    ctx: &Ctx,
    client: &Client,
    payload: &AccessPayload,
    subject: (&str, Option<&SubjectData>),
) -> Result<String, Fault> {
    let id = TokenId::from_random(ctx.random());
    let keys = app.keys();
    if client.config.access_token_format == AccessTokenFormat::Opaque {
        return Ok(keys.sealer.seal(Purpose::AccessToken, id, payload)?);
    }
    let issuer = &app.settings().issuer;
    let (sub, data) = subject;
    let workspace = data.and_then(|data| data.workspace.as_ref());
    let claims = AccessClaims {
        iss: issuer.clone(),
        sub: sub.to_owned(),
        aud: Audience::of(&payload.audience, issuer),
        exp: payload.expires_at,
        iat: payload.issued_at,
        jti: id.to_string(),
        client_id: client.id.clone(),
        scope: payload.scopes.clone(),
        tenant_id: workspace.map(|(workspace, _)| workspace.id),
        roles: workspace.map(|(_, roles)| roles.clone()).unwrap_or_default(),
        auth_time: None,
        sub_type: data.map(|data| data.sub_type),
        authorized_by: data.and_then(|data| data.authorized_by(app, &payload.audience)),
        cs_bearer: payload.bearer.to_text(),
    };
    Ok(keys.signer(SigningAlg::RS256)?.sign(TYP_ACCESS_TOKEN, &claims)?)
}

/// The lifetime of this client's access tokens, in seconds.
pub fn access_lifetime(app: &Server, client: &Client) -> i64 {
    client.config.access_token_lifetime_seconds.unwrap_or(app.settings().lifetimes.access_token)
}

/// Like [`access_lifetime`], for a token of this grant, which expires with the grant at the latest.
fn lifetime_within(app: &Server, ctx: &Ctx, client: &Client, grant: &Grant) -> i64 {
    access_lifetime(app, client).min(grant.expires_at.since(ctx.now))
}

/// The event that an access token of a grant was issued.
pub fn issued(
    app: &Server,
    ctx: &Ctx,
    client: &Client,
    grant: &Grant,
    grant_type: GrantType,
    scopes: &ScopeSet,
) -> EventData {
    EventData::TokenIssued {
        client_id: client.id.clone(),
        grant_type,
        grant_id: Some(grant.id),
        user_id: Some(grant.authorization.user_id),
        workspace_id: grant.access().workspace_id,
        sub_type: Some(grant.access().sub_type),
        scope: scopes.clone(),
        expires_in: lifetime_within(app, ctx, client, grant),
    }
}

/// The parts of a token response for a grant.
pub struct TokenIssue<'a> {
    pub client: &'a Client,
    pub grant: &'a Grant,
    pub subject: &'a SubjectData,
    /// The scopes of this response: those of the grant, or fewer.
    pub scopes: ScopeSet,
    pub resources: Vec<String>,
    pub refresh: Option<Refreshing>,
    /// Only in the response to the code (OpenID Connect Core §12.2).
    pub nonce: Option<&'a str>,
}

impl TokenIssue<'_> {
    pub fn issue(self, app: &Server, ctx: &Ctx) -> Result<TokenResponse, Fault> {
        let (client, grant) = (self.client, self.grant);
        let expires_in = lifetime_within(app, ctx, client, grant);
        // Whether the response arrived matters only if refresh tokens rotate.
        let number = match self.refresh {
            Some(Refreshing::Number(number)) if client.rotates_refresh_tokens() => Some(number),
            _ => None,
        };
        let payload = AccessPayload {
            bearer: Bearer::Grant { id: grant.id, number },
            scopes: self.scopes.clone(),
            audience: self.resources.clone(),
            issued_at: ctx.now,
            expires_at: ctx.now.plus(expires_in),
        };
        let sub = grant.subject();
        let access_token = access_token(app, ctx, client, &payload, (&sub, Some(self.subject)))?;
        let refresh_token = match &self.refresh {
            None => None,
            Some(Refreshing::Kept(token)) => Some(token.clone()),
            Some(Refreshing::Number(number)) => {
                let payload = RefreshPayload { grant_id: grant.id, number: *number };
                let id = TokenId::from_random(ctx.random());
                Some(app.keys().sealer.seal(Purpose::RefreshToken, id, &payload)?)
            }
        };
        // On refresh, only if the `sub` is that of the first ID token.
        let describes = self.scopes.contains("openid") && grant.keeps_sub();
        let id_token = if describes { Some(self.id_token(app, ctx, &access_token)?) } else { None };
        app.count_access(&client.id, Some(grant.authorization.user_id), ctx.now);
        Ok(TokenResponse {
            access_token,
            token_type: "Bearer",
            expires_in,
            refresh_token,
            scope: self.scopes.to_string(),
            id_token,
        })
    }

    fn id_token(&self, app: &Server, ctx: &Ctx, access_token: &str) -> Result<String, Fault> {
        let (client, grant) = (self.client, self.grant);
        let alg = client.config.id_token_signed_response_alg.unwrap_or_default();
        let lifetime = client.config.id_token_lifetime_seconds.unwrap_or(app.settings().lifetimes.id_token);
        // Must not outlive the personal access token that authorized the grant.
        let end = grant.authorization.by_token.map(|_| grant.absolute_expires_at);
        let expires_at = end.into_iter().fold(ctx.now.plus(lifetime), Timestamp::min);
        let token = IdToken {
            issuer: &app.settings().issuer,
            client_id: &client.id,
            issued_at: ctx.now,
            expires_at,
            proof: grant.authorization.proof.as_ref(),
            nonce: self.nonce,
            session_id: grant.authorization.session_id,
            access_token,
            subject: self.subject.view(),
            scopes: &self.scopes,
            claims: &grant.claims_for(&self.scopes),
            with_scopes: client.config.id_token_claims.unwrap_or(app.settings().id_token_claims),
        };
        Ok(app.keys().signer(alg)?.sign(TYP_ID_TOKEN, &token.claims(alg == SigningAlg::EdDSA))?)
    }
}
