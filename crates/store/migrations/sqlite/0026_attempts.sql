-- Attempts at secrets that can be guessed, in units of their rule: one allowance for all nodes. hash is keyed, of what was tried
-- and from where, so that no address is stored in clear.
CREATE TABLE attempts (
    hash BLOB NOT NULL PRIMARY KEY,
    level INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempts_expires_at ON attempts (expires_at);
