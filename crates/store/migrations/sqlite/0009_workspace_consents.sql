-- Whether a workspace keeps an owner is asked whenever one goes.
CREATE INDEX members_owners ON members (workspace_id, user_id) WHERE role = 'owner';

-- What was allowed in a workspace, by client: told to its admins and taken back by them.
CREATE INDEX consents_workspace_client ON consents (workspace_id, client_id, user_id);
CREATE INDEX grants_workspace_client ON grants (workspace_id, client_id, user_id);
