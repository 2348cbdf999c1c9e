use crate::account::proof::PersonProof;
use crate::{SecretHash, SessionId, Timestamp, UserId};

/// A signed-in browser. The cookie holds a 256-bit secret; the row holds its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub secret_hash: SecretHash,
    pub user_id: UserId,
    /// How and when the user last authenticated.
    pub proof: PersonProof,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub ip: String,
    pub user_agent: String,
}
