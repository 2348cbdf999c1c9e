-- The workspace that the consent page named for tokens in the person's own name; empty where it named none. Absent for consents
-- from before, and for those of a workspace.
ALTER TABLE consents ADD COLUMN home_workspace_id TEXT;
