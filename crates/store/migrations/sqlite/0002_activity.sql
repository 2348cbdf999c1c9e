-- What clients did, by UTC day (days since 1970-01-01). unique_users is how many rows activity_users has of the day.
CREATE TABLE activity_days (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    total_access INTEGER NOT NULL,
    unique_users INTEGER NOT NULL,
    PRIMARY KEY (client_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_days_day ON activity_days (day);

-- Users are no reference: who was counted stays counted.
CREATE TABLE activity_users (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (client_id, day, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_users_day ON activity_users (day);

-- Beside the client and not in it, so that counting changes no client.
CREATE TABLE activity_last (
    client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    last_access_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An owner's clients in the order of their ids, without their rows.
CREATE INDEX clients_of_workspace ON clients (owner_workspace_id, deleted_at, id) WHERE owner_workspace_id IS NOT NULL;
CREATE INDEX clients_of_user ON clients (owner_user_id, deleted_at, id) WHERE owner_user_id IS NOT NULL;

-- A client's users, in order and counted.
CREATE INDEX consents_client_user ON consents (client_id, user_id);

-- Besides what the log is about, it is asked who acted and what became of a request.
CREATE INDEX audit_events_actor ON audit_events (actor, at);
CREATE INDEX audit_events_request_id ON audit_events (request_id, at);
