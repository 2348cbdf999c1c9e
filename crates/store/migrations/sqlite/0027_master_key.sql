-- Which master key seals what this database holds: how often it was replaced. Whoever seals something holds this row, so that
-- nothing is sealed under a key that is being replaced.
CREATE TABLE master_key (
    id INTEGER NOT NULL PRIMARY KEY,
    generation INTEGER NOT NULL,
    rotated_at INTEGER
) STRICT;
INSERT INTO master_key (id, generation) VALUES (1, 0);

-- The grants of a client in their order, so that some of them are read without the others.
DROP INDEX grants_client_id;
CREATE INDEX grants_client_id ON grants (client_id, user_id, id);

-- Secrets that were derived from the first master key and that digests in this database rest on, sealed under the one of today.
-- None before it was replaced for the first time.
CREATE TABLE kept_secrets (
    usage TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
