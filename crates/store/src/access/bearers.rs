//! Checks a request's credential again inside the write transaction: a credential that ended while the request was in
//! flight is no longer valid.
use crate::platform::dialect;
use crate::platform::epochs::lives;
use crate::{StoreError, Tx, params};
use domain::Timestamp;
use domain::access::Credential;

/// SQL for one kind of credential: `$1` is its id, `$2` is now.
struct Kind {
    /// Locks the credential's user first, so that everything acting for that user cannot be ended concurrently.
    person: Option<&'static str>,
    good: (&'static str, &'static str),
}

macro_rules! kind {
    ($person:expr, $good:expr, $lock:literal) => {
        Kind { person: $person, good: ($good, concat!($good, " FOR SHARE OF ", $lock)) }
    };
}

macro_rules! person {
    ($of:literal) => {
        Some(concat!("SELECT u.id FROM users u WHERE u.id = (", $of, ") AND $2 = $2 FOR SHARE"))
    };
}

const SESSION: Kind = kind!(
    person!("SELECT s.user_id FROM sessions s WHERE s.id = $1"),
    "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND s.expires_at > $2 \
     AND u.disabled_at IS NULL",
    "s"
);
const PERSONAL_TOKEN: Kind = kind!(
    person!("SELECT p.user_id FROM personal_access_tokens p WHERE p.id = $1"),
    "SELECT p.id FROM personal_access_tokens p JOIN users u ON u.id = p.user_id WHERE p.id = $1 AND p.revoked_at IS NULL \
     AND (p.expires_at IS NULL OR p.expires_at > $2) AND u.disabled_at IS NULL",
    "p"
);
const API_KEY: Kind = kind!(
    person!("SELECT k.created_by FROM api_keys k WHERE k.id = $1"),
    "SELECT k.id FROM api_keys k LEFT JOIN users u ON u.id = k.created_by WHERE k.id = $1 AND k.revoked_at IS NULL \
     AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.disabled_at IS NULL",
    "k"
);
const GRANT: Kind = kind!(
    person!("SELECT g.user_id FROM grants g WHERE g.id = $1"),
    concat!(
        "SELECT g.id FROM grants g JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id WHERE g.id = $1 \
         AND g.ended_at IS NULL AND g.expires_at > $2 AND u.disabled_at IS NULL AND c.disabled_at IS NULL \
         AND c.deleted_at IS NULL AND ",
        lives!("g")
    ),
    "g"
);
const REGISTRATION: Kind = kind!(
    None,
    "SELECT c.id FROM clients c WHERE c.id = $1 AND c.deleted_at IS NULL AND c.registration_token_hash IS NOT NULL \
     AND $2 = $2",
    "c"
);

/// Whether the credential is valid at `now`. Locks it, so that it cannot be ended before the transaction ends.
pub async fn hold(tx: &mut Tx, credential: &Credential, now: Timestamp) -> Result<bool, StoreError> {
    let (kind, id) = match credential {
        Credential::Session(id) => (SESSION, id.to_string()),
        Credential::PersonalToken(id) => (PERSONAL_TOKEN, id.to_string()),
        Credential::ApiKey(id) => (API_KEY, id.to_string()),
        Credential::AccessToken { grant, .. } => (GRANT, grant.to_string()),
        Credential::Registration(client) => (REGISTRATION, client.to_string()),
        // The initial token comes from the settings; `Nothing` is no credential.
        Credential::InitialToken | Credential::Nothing => return Ok(true),
    };
    let params = params![&id, now];
    if let Some(person) = kind.person {
        dialect::lock_rows(tx, person, params).await?;
    }
    let (sqlite, postgres) = kind.good;
    Ok(tx.one(dialect::pick(tx, sqlite, postgres), params).await?.is_some())
}
