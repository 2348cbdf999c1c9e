-- What a workspace takes back from a client counts at once, too, however many of its members allowed it: the pair has an epoch
-- of its own. Consents carry it, and grants, codes and answers to devices add it to their sum. user_count says how many people
-- allow the client something there and nowhere else, so that all of them are taken off the client's count without counting them;
-- user_epoch is the client's epoch that this is of. No row says 0.
CREATE TABLE client_workspaces (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    user_count BIGINT NOT NULL,
    user_epoch BIGINT NOT NULL,
    PRIMARY KEY (client_id, workspace_id)
);
CREATE INDEX client_workspaces_workspace_id ON client_workspaces (workspace_id);
ALTER TABLE consents ADD COLUMN workspace_epoch BIGINT NOT NULL DEFAULT 0;
-- Whether the person allows the client nothing elsewhere.
ALTER TABLE consents ADD COLUMN alone BIGINT NOT NULL DEFAULT 0;
UPDATE consents SET alone = 1 WHERE NOT EXISTS (SELECT 1 FROM consents o WHERE o.user_id = consents.user_id
    AND o.client_id = consents.client_id AND o.workspace_id <> consents.workspace_id AND o.epoch = consents.epoch);
INSERT INTO client_workspaces (client_id, workspace_id, epoch, user_count, user_epoch)
    SELECT o.client_id, o.workspace_id, 0, COUNT(*), c.access_epoch FROM consents o JOIN clients c ON c.id = o.client_id
    JOIN workspaces w ON w.id = o.workspace_id WHERE o.alone = 1 AND o.epoch = c.access_epoch
    GROUP BY o.client_id, o.workspace_id, c.access_epoch;

-- The same indexes as before, without what was taken back.
DROP INDEX consents_client_user;
CREATE INDEX consents_client_user ON consents (client_id, epoch, user_id, workspace_id, workspace_epoch);
DROP INDEX consents_workspace_first;
CREATE INDEX consents_workspace_first ON consents (workspace_id, client_id, epoch, workspace_epoch, created_at)
    WHERE workspace_id <> '';
DROP INDEX consents_workspace_scopes;
CREATE INDEX consents_workspace_scopes ON consents (workspace_id, client_id, epoch, workspace_epoch, scopes)
    WHERE workspace_id <> '';

-- As revocations, of what one workspace took back.
CREATE TABLE workspace_revocations (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    credential TEXT,
    ip TEXT,
    passed_user TEXT NOT NULL,
    passed_grant TEXT NOT NULL,
    PRIMARY KEY (client_id, workspace_id)
);
CREATE INDEX workspace_revocations_workspace_id ON workspace_revocations (workspace_id);
