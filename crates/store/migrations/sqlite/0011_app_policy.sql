-- Which applications a workspace lets in: all, verified or listed; and the list, which is kept while another rule holds.
ALTER TABLE workspaces ADD COLUMN app_policy TEXT NOT NULL DEFAULT 'all';

CREATE TABLE workspace_allowed_clients (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX workspace_allowed_clients_client_id ON workspace_allowed_clients (client_id);
