-- What a client was allowed counts as long as its epoch, and that of the person, is the one it was allowed in: raising one
-- takes back everything at once, however many rows say that it was allowed.
ALTER TABLE clients ADD COLUMN access_epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
-- The client's.
ALTER TABLE consents ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
-- The users of a client, without what was taken back.
DROP INDEX consents_client_user;
CREATE INDEX consents_client_user ON consents (client_id, epoch, user_id);
-- The sum of both.
ALTER TABLE grants ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE device_authorizations ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

-- Clients whose rows of earlier epochs are still being removed, with how far that is and who asked for it.
CREATE TABLE revocations (
    client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    credential TEXT,
    ip TEXT,
    passed_user TEXT NOT NULL,
    passed_grant TEXT NOT NULL
);
