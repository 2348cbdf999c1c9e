-- Which clients act in people's own names and are told a workspace, and for whom.
CREATE INDEX grants_home ON grants (home_workspace_id, client_id, user_id) WHERE home_workspace_id IS NOT NULL;
