-- The refused requests of an application, to be listed and counted without the rest of the log. A grant that ended tells
-- why in its outcome, and is no request.
CREATE INDEX audit_events_failed ON audit_events (client_id, at, id, kind, outcome)
    WHERE outcome <> 'ok' AND kind <> 'grant.ended' AND client_id IS NOT NULL;
