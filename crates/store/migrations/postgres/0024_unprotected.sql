-- Authorization requests of confidential clients with neither PKCE nor nonce, by UTC day, so that the console can flag them.
CREATE TABLE unprotected_requests (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, day)
);
CREATE INDEX unprotected_requests_day ON unprotected_requests (day);
