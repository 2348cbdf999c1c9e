use crate::{SecretHash, SessionId, Timestamp, UserId};

/// A signed-in browser. The cookie holds a 256-bit secret; the row holds its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub secret_hash: SecretHash,
    pub user_id: UserId,
    /// When the user last authenticated: `auth_time` (OpenID Connect Core §2).
    pub auth_time: Timestamp,
    /// How the user authenticated: values of RFC 8176, such as `pwd`.
    pub amr: Vec<String>,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub ip: String,
    pub user_agent: String,
}
