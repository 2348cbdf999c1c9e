-- What an application asked for in vain is told apart from changes to it that were refused to people.
DROP INDEX audit_events_failed;
CREATE INDEX audit_events_failed ON audit_events (client_id, at, id, kind, outcome)
    WHERE outcome <> 'ok' AND client_id IS NOT NULL
    AND kind IN ('authorize', 'token', 'token.authorization_code', 'token.refresh_token', 'token.client_credentials',
                 'token.device_code', 'device_authorization', 'token.revoked', 'introspection', 'userinfo',
                 'registration', 'client.authentication');
CREATE INDEX audit_events_failed_changes ON audit_events (client_id, at, id, kind, outcome)
    WHERE outcome <> 'ok' AND client_id IS NOT NULL AND kind <> 'grant.ended'
    AND kind NOT IN ('authorize', 'token', 'token.authorization_code', 'token.refresh_token', 'token.client_credentials',
                 'token.device_code', 'device_authorization', 'token.revoked', 'introspection', 'userinfo',
                 'registration', 'client.authentication');
