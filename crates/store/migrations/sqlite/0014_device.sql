-- Devices that ask (RFC 8628), until some time after they expired. The codes are keyed hashes; session_id is a memory of
-- where the answer came from, and no reference.
CREATE TABLE device_authorizations (
    id BLOB NOT NULL PRIMARY KEY,
    device_code BLOB NOT NULL UNIQUE,
    user_code BLOB NOT NULL UNIQUE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes TEXT NOT NULL,
    resources TEXT NOT NULL,
    sub_type TEXT NOT NULL,
    state TEXT NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    workspace_id TEXT REFERENCES workspaces (id) ON DELETE CASCADE,
    granted_scopes TEXT,
    session_id TEXT,
    auth_time INTEGER,
    last_polled_at INTEGER,
    poll_interval INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX device_authorizations_client_id ON device_authorizations (client_id);
CREATE INDEX device_authorizations_user_id ON device_authorizations (user_id);
CREATE INDEX device_authorizations_workspace_id ON device_authorizations (workspace_id);
CREATE INDEX device_authorizations_expires_at ON device_authorizations (expires_at);
