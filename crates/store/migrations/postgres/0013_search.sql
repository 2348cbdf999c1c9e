-- Names in the order of the lists, so that a search reads no row that it does not show.
CREATE INDEX clients_names ON clients (created_at DESC, id, deleted_at, trust, name) WHERE deleted_at IS NULL;
CREATE INDEX users_names ON users (id, email_key, name);

-- The deliveries that nobody tries any more, counted for the operator.
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (webhook_id) WHERE state = 'dead';
