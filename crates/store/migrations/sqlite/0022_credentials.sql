-- What a caller acted with: of one person's sessions, tokens and apps, which one. Only callers with a credential have one.
ALTER TABLE audit_events ADD COLUMN credential TEXT;
CREATE INDEX audit_events_credential ON audit_events (credential, at, id) WHERE credential IS NOT NULL;
