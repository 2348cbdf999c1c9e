//! The payloads of sealed tokens at version 1 that have changed since. Nothing here may change.
use super::v0;
use crate::access::AuthorizingToken;
use crate::clients::SubType;
use crate::grants::claims::ClaimsRequest;
use crate::oauth::authorize::Prompt;
use crate::oauth::authorize::destination::{Callback, WaitingDevice};
use crate::oauth::pkce::CodeChallenge;
use crate::platform::scope::ScopeSet;
use crate::{ClientId, SessionId, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct CodePayload {
    pub client_id: ClientId,
    pub redirect_uri: String,
    pub challenge: Option<CodeChallenge>,
    pub nonce: Option<String>,
    pub scopes: ScopeSet,
    pub resources: Vec<String>,
    pub claims: ClaimsRequest,
    pub sub_type: SubType,
    pub workspace_id: Option<WorkspaceId>,
    pub user_id: UserId,
    pub session_id: Option<SessionId>,
    pub by_token: Option<AuthorizingToken>,
    pub auth_time: Option<Timestamp>,
    pub acr: Option<String>,
    pub refreshable: bool,
    pub expires_at: Timestamp,
}

/// Has the fields of version 0.
#[derive(Debug, Serialize, Deserialize)]
pub struct Interaction {
    pub request: AuthorizationRequest,
    pub browser: [u8; 32],
    pub expires_at: Timestamp,
    pub fresh_session: Option<SessionId>,
    pub account_selected: bool,
    pub asked: Option<UserId>,
    pub told: Option<UserId>,
    pub device: Option<WaitingDevice>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client_id: ClientId,
    /// Empty if a device waits for the answer.
    pub callback: Callback,
    pub scopes: ScopeSet,
    pub challenge: Option<CodeChallenge>,
    pub nonce: Option<String>,
    pub prompt: Prompt,
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    pub hinted_sub: Option<String>,
    pub acr_values: Vec<String>,
    pub ui_locales: Vec<String>,
    pub claims: ClaimsRequest,
    pub sub_type: SubType,
    pub workspace: Option<WorkspaceId>,
    pub resources: Vec<String>,
    pub received_at: Timestamp,
}

impl From<v0::CodePayload> for CodePayload {
    fn from(old: v0::CodePayload) -> Self {
        Self {
            client_id: old.client_id,
            redirect_uri: old.redirect_uri,
            challenge: old.challenge,
            nonce: old.nonce,
            scopes: old.scopes,
            resources: old.resources,
            claims: old.claims,
            sub_type: old.sub_type,
            workspace_id: old.workspace_id,
            user_id: old.user_id,
            session_id: old.session_id,
            // Not recorded at the time.
            by_token: None,
            auth_time: old.auth_time,
            acr: old.acr,
            refreshable: old.refreshable,
            expires_at: old.expires_at,
        }
    }
}
