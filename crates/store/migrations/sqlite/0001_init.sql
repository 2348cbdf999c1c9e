-- The first schema. Times are Unix seconds, truth values 0 or 1, JSON is text, scopes are separated by spaces.
-- Secrets are stored as keyed hashes or sealed under the master key, never in clear.

CREATE TABLE schema_migrations (
    version INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL
) STRICT;

CREATE TABLE workspaces (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    email_verified INTEGER NOT NULL,
    name TEXT NOT NULL,
    picture TEXT,
    password_hash TEXT,
    is_operator INTEGER NOT NULL,
    default_workspace_id TEXT REFERENCES workspaces (id) ON DELETE SET NULL,
    locale TEXT,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX users_default_workspace_id ON users (default_workspace_id);
CREATE INDEX users_operators ON users (id) WHERE is_operator = 1;

CREATE TABLE members (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    extra_roles TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, workspace_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_workspace_id ON members (workspace_id, user_id);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    secret_hash BLOB NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    auth_time INTEGER NOT NULL,
    amr TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    client_type TEXT NOT NULL,
    token_endpoint_auth_method TEXT NOT NULL,
    trust TEXT NOT NULL,
    owner_workspace_id TEXT REFERENCES workspaces (id),
    owner_user_id TEXT REFERENCES users (id),
    config TEXT NOT NULL,
    registration_token_hash BLOB,
    credential_epoch INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_used_at INTEGER,
    disabled_at INTEGER,
    deleted_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX clients_owner_workspace_id ON clients (owner_workspace_id, created_at);
CREATE INDEX clients_owner_user_id ON clients (owner_user_id, created_at);
CREATE INDEX clients_created_at ON clients (created_at);
-- Only the registrations that a periodic job may have to remove.
CREATE INDEX clients_unused ON clients (created_at) WHERE trust = 'anonymous' AND last_used_at IS NULL;

CREATE TABLE client_secrets (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    hint TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX client_secrets_client_id ON client_secrets (client_id);

-- workspace_id is empty for what a user allowed in their own name.
CREATE TABLE consents (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_id, workspace_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_client_id ON consents (client_id);
CREATE INDEX consents_workspace_id ON consents (workspace_id);

-- The workspace that a user chose last for a client.
CREATE TABLE user_choices (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_choices_client_id ON user_choices (client_id);
CREATE INDEX user_choices_workspace_id ON user_choices (workspace_id);

-- session_id is a memory of where the grant came from, not a reference: offline grants outlive sessions.
CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    sub_type TEXT NOT NULL,
    workspace_id TEXT REFERENCES workspaces (id) ON DELETE CASCADE,
    scopes TEXT NOT NULL,
    resources TEXT NOT NULL,
    claims TEXT NOT NULL,
    code_id BLOB NOT NULL UNIQUE,
    session_id TEXT,
    auth_time INTEGER,
    acr TEXT,
    nonce TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_reason TEXT,
    refresh_seq INTEGER NOT NULL,
    refresh_hash BLOB,
    refresh_prev_hash BLOB,
    refresh_used INTEGER NOT NULL,
    refresh_issued_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_client_id ON grants (client_id, user_id);
CREATE INDEX grants_user_id ON grants (user_id, client_id);
CREATE INDEX grants_workspace_id ON grants (workspace_id, user_id);
CREATE INDEX grants_session_id ON grants (session_id);
CREATE INDEX grants_expires_at ON grants (expires_at);

CREATE TABLE revoked_tokens (
    token_id BLOB NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_tokens_expires_at ON revoked_tokens (expires_at);

CREATE TABLE used_assertions (
    client_id TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_assertions_expires_at ON used_assertions (expires_at);

CREATE TABLE one_time_tokens (
    hash BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject TEXT,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX one_time_tokens_expires_at ON one_time_tokens (expires_at);

CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    alg TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed_private BLOB NOT NULL,
    public_jwk TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    activated_at INTEGER,
    retired_at INTEGER,
    expires_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE sealing_keys (
    id INTEGER NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    extra_roles TEXT NOT NULL,
    scopes TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    created_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_workspace_id ON api_keys (workspace_id, created_at);
CREATE INDEX api_keys_created_by ON api_keys (created_by);

CREATE TABLE personal_access_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX personal_access_tokens_user_id ON personal_access_tokens (user_id, created_at);

-- No references: the log outlives what it tells of.
CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    request_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    client_id TEXT,
    user_id TEXT,
    workspace_id TEXT,
    grant_id TEXT,
    ip TEXT,
    detail TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_client_id ON audit_events (client_id, at);
CREATE INDEX audit_events_user_id ON audit_events (user_id, at);
CREATE INDEX audit_events_workspace_id ON audit_events (workspace_id, at);
