-- Attempts at secrets that can be guessed, in units of their rule: one allowance for all nodes. hash is keyed, of what was tried
-- and from where, so that no address is stored in clear.
CREATE TABLE attempts (
    hash BYTEA NOT NULL PRIMARY KEY,
    level BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX attempts_expires_at ON attempts (expires_at);
