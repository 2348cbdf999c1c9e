//! The payloads of sealed tokens at version 2 that have changed since. Nothing here may change.
use super::v1;
use crate::access::AuthorizingToken;
use crate::account::{PersonProof, proof};
use crate::clients::SubType;
use crate::grants::claims::ClaimsRequest;
use crate::grants::consent::Home;
use crate::oauth::authorize::destination::WaitingDevice;
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
    /// For user tokens, the workspace whose `tenant_id` they carry.
    pub workspace_id: Option<WorkspaceId>,
    pub user_id: UserId,
    pub session_id: Option<SessionId>,
    pub by_token: Option<AuthorizingToken>,
    #[serde(with = "proof::sealed")]
    pub proof: Option<PersonProof>,
    pub refreshable: bool,
    pub epoch: i64,
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Interaction {
    pub request: v1::AuthorizationRequest,
    pub browser: [u8; 32],
    pub expires_at: Timestamp,
    pub fresh_session: Option<SessionId>,
    pub account_selected: bool,
    pub asked: Option<UserId>,
    pub told: Option<UserId>,
    pub device: Option<WaitingDevice>,
    pub home: Home,
}

impl From<v1::CodePayload> for CodePayload {
    fn from(old: v1::CodePayload) -> Self {
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
            by_token: old.by_token,
            proof: PersonProof::stored(old.auth_time, old.acr.as_deref()),
            refreshable: old.refreshable,
            // No epoch had been raised by then.
            epoch: 0,
            expires_at: old.expires_at,
        }
    }
}

impl From<v1::Interaction> for Interaction {
    fn from(old: v1::Interaction) -> Self {
        Self {
            request: old.request,
            browser: old.browser,
            expires_at: old.expires_at,
            fresh_session: old.fresh_session,
            account_selected: old.account_selected,
            asked: old.asked,
            told: old.told,
            device: old.device,
            // Not recorded at the time.
            home: Home::Unknown,
        }
    }
}
