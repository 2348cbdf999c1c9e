-- Requests that may be sent again without being done again. hash is of the caller and their key, request_hash of what was
-- asked; response is sealed, and NULL until the request was answered. Until lease_until its claim holds it.
CREATE TABLE idempotency_keys (
    hash BYTEA NOT NULL PRIMARY KEY,
    request_hash BYTEA NOT NULL,
    claim BYTEA NOT NULL,
    response BYTEA,
    created_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
