-- A change is made to the revision of a webhook that was read, or not at all.
ALTER TABLE webhooks ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
