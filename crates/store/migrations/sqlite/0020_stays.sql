-- Whether a client may stay connected without having asked for offline_access: until now it always could.
ALTER TABLE consents ADD COLUMN stays INTEGER NOT NULL DEFAULT 1;
ALTER TABLE device_authorizations ADD COLUMN stays INTEGER NOT NULL DEFAULT 1;
