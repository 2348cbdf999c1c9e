use crate::{SecretHash, SessionId, Timestamp, UserId};

/// A signed-in browser. The cookie holds a secret of 256 bits; the row holds its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub secret_hash: SecretHash,
    pub user_id: UserId,
    /// When the user last proved who they are: `auth_time` (OpenID Connect Core §2).
    pub auth_time: Timestamp,
    /// How: values of RFC 8176, such as `pwd`.
    pub amr: Vec<String>,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub ip: String,
    pub user_agent: String,
}
