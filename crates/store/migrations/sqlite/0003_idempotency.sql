-- Requests that may be sent again without being done again. hash is of the caller and their key, request_hash of what was
-- asked; response is sealed, and NULL until the request was answered. Until lease_until its claim holds it.
CREATE TABLE idempotency_keys (
    hash BLOB NOT NULL PRIMARY KEY,
    request_hash BLOB NOT NULL,
    claim BLOB NOT NULL,
    response BLOB,
    created_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
