-- How many users allowed a client something, each once. Kept beside the client and not in it, so that counting changes
-- no client; written in the transaction that gives or takes back a consent.
CREATE TABLE client_users (
    client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    user_count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO client_users (client_id, user_count) SELECT client_id, COUNT(DISTINCT user_id) FROM consents GROUP BY client_id;

-- The pages of an owner's clients, without their rows. deleted_at is always NULL here: it is there to be read.
CREATE INDEX clients_pages_of_workspace ON clients (owner_workspace_id, created_at DESC, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX clients_pages_of_user ON clients (owner_user_id, created_at DESC, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX clients_pages ON clients (created_at DESC, id, deleted_at) WHERE deleted_at IS NULL;
