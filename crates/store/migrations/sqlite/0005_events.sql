-- Events that somebody asked for, and their deliveries. An event that no webhook asks for is not kept.

-- No workspace: the operator's. kinds: names separated by spaces, or *.
CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT REFERENCES workspaces (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    kinds TEXT NOT NULL,
    sealed_secret BLOB NOT NULL,
    sealed_previous BLOB,
    previous_expires_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_workspace_id ON webhooks (workspace_id, id);

-- No references: an event outlives what it tells of. seq counts within the subject, so that it orders events as they
-- were committed, whatever the clocks of several nodes say.
CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    seq INTEGER NOT NULL,
    workspace_id TEXT,
    client_id TEXT,
    user_id TEXT,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX events_subject ON events (subject, seq);
CREATE INDEX events_at ON events (at);

-- subject and seq are the event's: they decide which delivery comes next. attempts also tells whose claim it is.
CREATE TABLE webhook_deliveries (
    event_id TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER,
    last_attempt_at INTEGER,
    last_status INTEGER,
    last_error TEXT,
    last_duration_ms INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (event_id, webhook_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_deliveries_webhook_id ON webhook_deliveries (webhook_id, created_at, event_id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (webhook_id, subject, seq) WHERE state = 'pending';
