//! The payloads of sealed tokens from before plain texts had a version byte. The fields and their order match those
//! tokens: nothing here may change. When a current struct changes, its old form moves here.
use crate::clients::SubType;
use crate::grants::claims::ClaimsRequest;
use crate::oauth::pkce::CodeChallenge;
use crate::platform::scope::ScopeSet;
use crate::platform::seal::exactly;
use crate::{ClientId, GrantId, SessionId, Timestamp, UserId, WorkspaceId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Reads a plain text of version 0.
pub(super) fn read<T: DeserializeOwned>(version: u8, plain: &[u8]) -> Option<T> {
    if version == 0 { exactly(plain) } else { None }
}

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
    pub auth_time: Option<Timestamp>,
    pub acr: Option<String>,
    pub refreshable: bool,
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
pub enum Bearer {
    Grant { id: GrantId, answer: Option<AnswerTag> },
    Client { id: ClientId, epoch: i64 },
}

#[derive(Debug, Serialize, Deserialize)]
pub struct AnswerTag {
    pub seq: i64,
    pub secret: [u8; 8],
}

#[derive(Debug, Serialize, Deserialize)]
pub struct AccessPayload {
    pub bearer: Bearer,
    pub scopes: ScopeSet,
    pub audience: Vec<String>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshPayload {
    pub grant_id: GrantId,
    pub seq: i64,
    pub secret: [u8; 16],
}
