-- Authorization requests of confidential clients with neither PKCE nor nonce, by UTC day, so that the console can flag them.
CREATE TABLE unprotected_requests (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX unprotected_requests_day ON unprotected_requests (day);
