use crate::account::proof::PersonProof;
use crate::{SecretHash, SessionId, Timestamp, UserId};

/// A signed-in browser. The cookie holds a 256-bit secret; the row holds its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Appears in the audit log and as `sid` in ID tokens. It is not the secret.
    pub id: SessionId,
    /// The keyed hash of the cookie's value.
    pub secret_hash: SecretHash,
    /// The signed-in user.
    pub user_id: UserId,
    /// How and when the user last authenticated.
    pub proof: PersonProof,
    /// When the user first signed in. Later sign-ins of this user in the same browser keep it.
    pub created_at: Timestamp,
    /// Accurate to five minutes.
    pub last_seen_at: Timestamp,
    /// The idle or the absolute limit, whichever ends first. Use moves the idle limit.
    pub expires_at: Timestamp,
    /// The IP address of the last sign-in.
    pub ip: String,
    /// The `User-Agent` of the last sign-in; at most 255 characters.
    pub user_agent: String,
}
