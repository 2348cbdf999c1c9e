-- A change is made to the revision of a client that was read, or not at all.
ALTER TABLE clients ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
