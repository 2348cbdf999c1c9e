-- What few events tell of is found without the rest of the log. The kinds that are left out make up most of it: their events
-- are found soon without an index, which each of them would pay for.
-- The narrower one first: SQLite takes it where both would do.
CREATE INDEX audit_events_workspace_kind ON audit_events (workspace_id, kind, at, id)
    WHERE kind NOT IN ('authorize', 'token.authorization_code', 'token.refresh_token', 'token.client_credentials',
                       'introspection', 'userinfo');
CREATE INDEX audit_events_kind ON audit_events (kind, at, id)
    WHERE kind NOT IN ('authorize', 'token.authorization_code', 'token.refresh_token', 'token.client_credentials',
                       'introspection', 'userinfo');
-- What was refused, on the whole and by workspace; the expressions are what planners without statistics choose an index by.
CREATE INDEX audit_events_refused ON audit_events ((CASE outcome WHEN 'ok' THEN 1 ELSE 0 END), at, id, outcome)
    WHERE outcome <> 'ok';
CREATE INDEX audit_events_workspace_refused
    ON audit_events ((CASE outcome WHEN 'ok' THEN '' ELSE workspace_id END), at, id, outcome) WHERE outcome <> 'ok';
-- The deliveries of a webhook by what became of them.
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (webhook_id, state, created_at, event_id);
